"""What operators do to a tenant, in the databases of all its application's services.

The tenant's row in the user-service, the directory, changes last when a tenant is deleted or
restored: until it says so, the work was cut short and may be done again.
"""

import asyncio
import json
import secrets
import sys
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

import asyncpg
import httpx
import psutil
from contracts.ids import Application
from servicekit.fleet import ServiceEntry, fleet
from servicekit.tenant_schema import files_of, schema_of

from fleet import objects
from fleet.place import FleetError

_READY_WITHIN = 60  # seconds
_DROPPED_WITHIN = "10s"  # a request that holds a table longer makes the command fail

_TABLES_ABOUT_TENANTS = """
SELECT table_name, CASE table_name WHEN 'tenant' THEN 'id' ELSE 'tenant' END, array_agg(column_name::text)
FROM information_schema.columns WHERE table_schema = 'control'
GROUP BY table_name HAVING table_name = 'tenant' OR bool_or(column_name = 'tenant')
"""

_NODES = """
SELECT DISTINCT relnamespace::regnamespace::text, nodename || ':' || nodeport
FROM citus_shards JOIN pg_class ON oid = table_name
"""

_TOMBSTONE = """
INSERT INTO control.tenant (id, status, revision, name, country, currency, time_zone, locale)
SELECT id, 'deleted', '', name, country, currency, time_zone, locale
FROM json_populate_record(NULL::control.tenant, $1)
ON CONFLICT (id) DO UPDATE SET status = 'deleted' WHERE tenant.status = 'deleted' OR $2
RETURNING id
"""


@dataclass(frozen=True)
class Tenant:
    id: str
    application: Application
    admin_url: str  # a superuser's, or that of a member of the services' roles
    files_url: str  # where the services keep files

    @property
    def schema(self) -> str:
        return schema_of(self.id)

    def files_at(self, entry: ServiceEntry) -> str:
        return files_of(self.id, entry.name)

    @property
    def services(self) -> list[ServiceEntry]:
        """The application's, the directory last."""
        entries = [entry for entry in fleet().built if entry.application == self.application]
        return sorted(entries, key=lambda entry: entry.prefix == "user")

    @property
    def directory(self) -> ServiceEntry:
        return self.services[-1]


@asynccontextmanager
async def opened(admin_url: str, entry: ServiceEntry) -> AsyncIterator[Any]:
    """A connection to a service's database, as the role that owns it.

    Raises:
        FleetError: the database is not there, or refused something.
    """
    try:
        connection = await asyncpg.connect(admin_url, database=entry.database, timeout=10)
        try:
            await connection.execute(f"SET ROLE {entry.database}")
            yield connection
        finally:
            await connection.close()
    except (OSError, asyncpg.PostgresError) as error:
        raise FleetError(f"{entry.database}: {error}") from error


async def row_in(tenant: Tenant, entry: ServiceEntry) -> Any:
    """The tenant's row in one service, or None."""
    async with opened(tenant.admin_url, entry) as connection:
        return await connection.fetchrow("SELECT * FROM control.tenant WHERE id = $1", tenant.id)


async def known(tenant: Tenant) -> Any:
    """The tenant's row in the directory.

    Raises:
        FleetError: there is none, or it was deleted.
    """
    row = await row_in(tenant, tenant.directory)
    if row is None:
        raise FleetError(f"the {tenant.application} application has no tenant {tenant.id}")
    if row["status"] == "deleted":
        raise FleetError(f"{tenant.id} was deleted")
    return row


async def tables_about_tenants(connection: Any) -> list[tuple[str, str, list[str]]]:
    """Tables of `control` whose rows are a tenant's: name, the column that says whose, all columns."""
    return [tuple(row) for row in await connection.fetch(_TABLES_ABOUT_TENANTS)]


async def bury(connection: Any, row: dict[str, Any], *, alive: bool) -> bool:
    """Drop a tenant's schema in one service and leave a tombstone: nobody makes the schema again.

    Args:
        row: of `control.tenant`, for services that have none.
        alive: do so even if it is not deleted yet.

    Returns:
        Whether it was done.
    """
    await connection.execute(f"SET LOCAL lock_timeout = '{_DROPPED_WITHIN}'")
    # The row first: whoever is about to make the schema waits for it, and then sees the tombstone.
    if await connection.fetchval(_TOMBSTONE, json.dumps(row, default=str), alive) is None:
        return False
    await connection.execute(f"DROP SCHEMA IF EXISTS {schema_of(row['id'])} CASCADE")
    return True


def audit(event: str, tenant: Tenant) -> None:
    """Say in the log, on standard error, who did what to whom."""
    line = {
        "event": event,
        "tenant": tenant.id,
        "application": tenant.application,
        "by": psutil.Process().username(),
        "timestamp": datetime.now(UTC).isoformat(),
    }
    print(json.dumps(line), file=sys.stderr, flush=True)


async def listed(admin_url: str, applications: Sequence[Application], heads: dict[str, str]) -> str:
    """A table of all tenants; `heads` says what `revision` is at head, by service."""
    lines = [("id", "application", "organisation", "status", "created", "services")]
    for application in applications:
        services = Tenant("", application, admin_url, "").services
        rows: dict[str, dict[str, Any]] = defaultdict(dict)
        nodes: dict[str, dict[str, str]] = {}
        for entry in reversed(services):
            async with opened(admin_url, entry) as connection:
                for row in await connection.fetch("SELECT * FROM control.tenant ORDER BY id"):
                    rows[row["id"]][entry.prefix] = row
                nodes[entry.prefix] = await _nodes(connection)
        for id_, found in rows.items():
            first = next(iter(found.values()))
            status = found["user"]["status"] if "user" in found else "unknown"
            states = {
                entry.prefix: _state(found.get(entry.prefix), status, heads[entry.name])
                + nodes[entry.prefix].get(schema_of(id_), "")
                for entry in services
            }
            created = f"{first['created_at']:%Y-%m-%d}"
            lines.append((id_, application, first["name"], status, created, _summary(states)))
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join("  ".join(map(str.ljust, line, widths)).rstrip() for line in lines)


async def _nodes(connection: Any) -> dict[str, str]:
    """` on node:port` by schema, where Citus places them."""
    if not await connection.fetchval("SELECT to_regclass('citus_shards') IS NOT NULL"):
        return {}
    return {schema: f" on {node}" for schema, node in await connection.fetch(_NODES)}


def _state(row: Any, status: str, head: str) -> str:
    """What a service has of a tenant that is of some status in the directory."""
    if row is None:
        return "missing"
    if row["status"] != status:
        return str(row["status"])
    if status == "deleted":
        return "gone"
    return "at head" if row["revision"] == head else "behind"


def _summary(states: dict[str, str]) -> str:
    """`at head: hrms, user; missing: chat`."""
    by_state = defaultdict(list)
    for prefix, state in states.items():
        by_state[state].append(prefix)
    return "; ".join(f"{state}: {', '.join(prefixes)}" for state, prefixes in by_state.items())


async def create(gateway: str, tenant: Tenant, wish: dict[str, str], password: str | None) -> None:
    """Register a tenant through the gateway, and wait until every service has it.

    Args:
        gateway: its address.
        wish: what a registration takes, besides the id and the password.
        password: the owner's; None: one is made and printed.

    Raises:
        FleetError: it was refused, or a service did not get ready.
    """
    chosen = password or secrets.token_urlsafe(15)
    body = {**wish, "tenant": tenant.id, "password": chosen}
    async with httpx.AsyncClient(base_url=gateway, timeout=30) as client:
        try:
            headers = {"X-Application": tenant.application}
            answer = await client.post("/user/register", json=body, headers=headers)
        except httpx.TransportError as error:
            raise FleetError(f"the gateway at {gateway} does not answer: {error}") from None
    if answer.status_code == httpx.codes.CONFLICT:
        await known(tenant)
        print(f"{tenant.id} is there already; its owner's password stays as it is")
    elif answer.is_success:
        audit("tenant.created", tenant)
        made = "" if password else f"; the owner's password, shown this once: {chosen}"
        print(f"{tenant.id} is registered{made}", flush=True)
    else:
        raise FleetError(f"the gateway refused it: {answer.status_code} {answer.text}")
    began = time.monotonic()
    while waiting := [entry.name for entry in tenant.services if await row_in(tenant, entry) is None]:
        if time.monotonic() - began > _READY_WITHIN:
            raise FleetError(f"{tenant.id} is not ready in {', '.join(waiting)}: make logs")
        await asyncio.sleep(0.1)
    print(f"{tenant.id} is ready in {len(tenant.services)} services")


async def set_status(tenant: Tenant, status: Literal["active", "suspended"]) -> None:
    """Suspend or resume a tenant in every service, going on past failures.

    Raises:
        FleetError: there is no such tenant, or it was not done everywhere.
    """
    await known(tenant)

    async def change(connection: Any) -> str:
        statement = "UPDATE control.tenant SET status = $2 WHERE id = $1 AND status <> 'deleted'"
        if await connection.execute(statement, tenant.id, status) == "UPDATE 0":
            raise FleetError("not there yet")
        return status

    await _everywhere(tenant, tenant.services, change)
    audit(f"tenant.{'resumed' if status == 'active' else status}", tenant)


async def delete(tenant: Tenant) -> None:
    """Drop a tenant's schemas and files, and leave a tombstone, so that nobody gets its id.

    Again is the same as once, also after a run that was cut short.

    Raises:
        FleetError: there is no such tenant, or it is not deleted everywhere.
    """
    row = await row_in(tenant, tenant.directory)
    if row is not None and row["status"] == "deleted":
        print(f"{tenant.id} was deleted already")
        return
    profile = dict(await known(tenant))

    async def stop(connection: Any) -> str:
        statement = "UPDATE control.tenant SET status = 'suspended' WHERE id = $1 AND status = 'active'"
        changed: bool = await connection.execute(statement, tenant.id) != "UPDATE 0"
        return "suspended" if changed else "not in use"

    async def drop(connection: Any) -> str:
        await bury(connection, profile, alive=True)
        for table, key, _ in await tables_about_tenants(connection):
            if table != "tenant":
                statement = f"DELETE FROM control.{table} WHERE {key} = $1"  # noqa: S608 - the catalogue's names
                await connection.execute(statement, tenant.id)
        return "deleted"

    if "suspended" in await _everywhere(tenant, tenant.services, stop):
        # SQLAlchemy comes with it, for which the other commands need not wait.
        from servicekit.tenancy import BELIEVED  # noqa: PLC0415

        print(f"  waiting {BELIEVED} s, as long as services may still take it for active", flush=True)
        await asyncio.sleep(BELIEVED)
    await _everywhere(tenant, tenant.services[:-1], drop)
    files = sum([await objects.remove(tenant.files_url, tenant.files_at(entry)) for entry in tenant.services])
    if files:
        print(f"  {files} files deleted", flush=True)
    await _everywhere(tenant, [tenant.directory], drop)
    audit("tenant.deleted", tenant)


async def _everywhere(
    tenant: Tenant, services: Sequence[ServiceEntry], step: Callable[[Any], Awaitable[str]]
) -> list[str]:
    """Take a step in a transaction in each database, on past failures; it says what came of it."""
    outcomes, failed = [], []
    for entry in services:
        try:
            async with opened(tenant.admin_url, entry) as connection, connection.transaction():
                outcomes.append(await step(connection))
            print(f"  {entry.name:<28} {outcomes[-1]}", flush=True)
        except FleetError as error:
            failed.append(entry.name)
            print(f"  {entry.name:<28} failed: {error}", flush=True)
    if failed:
        raise FleetError(f"not done in {', '.join(failed)}; the command may be given again")
    return outcomes
