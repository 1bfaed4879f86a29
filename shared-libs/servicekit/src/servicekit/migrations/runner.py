"""Migrate every tenant of a service: N at a time, each with its own outcome."""

import asyncio
import traceback
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from servicekit.db import asyncpg_url
from servicekit.migrations import upgrade
from servicekit.records import MigrationRun, Tenant
from servicekit.service import Service
from servicekit.tenant_schema import CONTROL, schema_of


@dataclass
class Outcome:
    """Counts of tenants: already at head, migrated, failed by id with the error."""

    at_head: int
    migrated: int
    failed: dict[str, str]


async def migrate(
    service: Service,
    *,
    tenant: str | None = None,
    at_once: int = 4,
    report: Callable[[str], None] = lambda _: None,
) -> Outcome:
    """Bring `control`, then all tenants or one, to head. Goes on past failures.

    Raises:
        asyncpg.PostgresError: `control` itself could not be migrated.
    """
    # DDL changes what cached statements return, so none are kept.
    uncached = {"prepared_statement_cache_size": 0, "statement_cache_size": 0}
    url = asyncpg_url(service.settings.direct_url)
    engine = create_async_engine(url, pool_size=at_once, connect_args=uncached)
    async with engine.begin() as connection:
        await connection.run_sync(upgrade, CONTROL, service.control_streams)
        chosen = select(Tenant.id, Tenant.revision).where(Tenant.status != "deleted")
        if tenant is not None:
            chosen = chosen.where(Tenant.id == tenant)
        rows = (await connection.execute(chosen)).all()
    behind = [id_ for id_, revision in rows if revision != service.revision]
    outcome = Outcome(at_head=len(rows) - len(behind), migrated=0, failed={})
    slots = asyncio.Semaphore(at_once)

    async def one(id_: str) -> None:
        async with slots:
            error = await _migrate_tenant(engine, service, id_)
        if error is None:
            outcome.migrated += 1
        else:
            outcome.failed[id_] = error
        report(f"{outcome.migrated + len(outcome.failed)}/{len(behind)} tenants")

    await asyncio.gather(*(one(id_) for id_ in behind))
    await engine.dispose()
    return outcome


async def _migrate_tenant(engine: AsyncEngine, service: Service, tenant: str) -> str | None:
    schema = schema_of(tenant)
    record = insert(MigrationRun).values(schema=schema, revision=service.revision)
    try:
        async with engine.begin() as connection:
            await connection.run_sync(upgrade, schema, service.tenant_streams)
            await connection.execute(
                update(Tenant).where(Tenant.id == tenant).values(revision=service.revision)
            )
            await connection.execute(record.values(error=None))
    except Exception as error:  # noqa: BLE001 - one tenant's failure is recorded and the others go on
        async with engine.begin() as connection:
            await connection.execute(record.values(error=traceback.format_exc()))
        return f"{type(error).__name__}: {error}".splitlines()[0]
    return None
