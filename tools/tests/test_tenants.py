"""A tenant's life for operators, on the migrated databases of every service of an application."""

import os
import tarfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import asyncpg
import pytest
from contracts.facts import TenantRegistered
from fleet import archive, migrations, tenants
from fleet.place import FleetError
from fleet.processes import Plan
from fleet.tenants import Tenant
from servicekit.db import Database
from servicekit.fleet import fleet
from servicekit.service import Service
from servicekit.tenancy import provision
from servicekit.testing.environment import PASSWORD, Environment

ABOUT = TenantRegistered(
    organisation="Kept Ltd", country="GB", currency="GBP", time_zone="Europe/London", locale="en-GB"
)
HRMS = fleet().named("app1-hrms-service")
Make = Callable[[], Awaitable[Tenant]]
Dump = Callable[..., list[str]]
Rows = Callable[[Tenant], Awaitable[dict[str, list[str]]]]


@asynccontextmanager
async def connected(tenant: Tenant, database: str, **role: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(tenant.admin_url, database=database, **role)
    try:
        yield connection
    finally:
        await connection.close()


@pytest.fixture
def rows(dump: Dump) -> Rows:
    """All that the databases hold of a tenant."""

    async def rows(tenant: Tenant) -> dict[str, list[str]]:
        held = {}
        for entry in tenant.services:
            held[entry.name] = dump(tenant.admin_url, entry.database, tenant.schema)
            async with connected(tenant, entry.database) as connection:
                for table, key, _ in await tenants.tables_about_tenants(connection):
                    found = await connection.fetch(
                        f"SELECT t::text FROM control.{table} t WHERE {key} = $1 ORDER BY 1", tenant.id
                    )
                    held[f"{entry.name} {table}"] = [row[0] for row in found if table != "outbox"]
        return held

    return rows


async def exists(tenant: Tenant, database: str) -> bool:
    async with connected(tenant, database) as connection:
        return await connection.fetchval("SELECT to_regnamespace($1)", tenant.schema) is not None


@asynccontextmanager
async def refusing(tenant: Tenant, database: str, status: str) -> AsyncIterator[None]:
    """Have a database refuse to give this tenant a status, as if the command died there."""
    async with connected(tenant, database) as connection:
        await connection.execute(f"""
            CREATE FUNCTION control.refuse() RETURNS trigger LANGUAGE plpgsql
            AS $$ BEGIN RAISE 'cut short'; END $$;
            CREATE TRIGGER refuse BEFORE INSERT OR UPDATE ON control.tenant FOR EACH ROW
            WHEN (NEW.id = '{tenant.id}' AND NEW.status = '{status}') EXECUTE FUNCTION control.refuse()
        """)
        try:
            yield
        finally:
            await connection.execute("DROP FUNCTION control.refuse() CASCADE")


async def test_a_tenant_exported_deleted_and_restored_is_what_it_was(
    rows: Rows, tenant: Tenant, tmp_path: Path
) -> None:
    before = await rows(tenant)
    assert before["app1-user-service account_address"]
    await archive.export(tenant, tmp_path / "kept.tar")
    await tenants.delete(tenant)
    assert not await exists(tenant, "app1_user")
    await archive.restore(tmp_path / "kept.tar", tenant.admin_url, tenant.files_url)
    assert await rows(tenant) == before
    async with connected(tenant, "app1_hrms", user="app1_hrms_ro", password=PASSWORD) as reader:
        assert await reader.fetchval(f"SELECT count(*) FROM {tenant.schema}.employees") == 40


async def test_files_go_with_their_tenant(tenant: Tenant, make: Make, tmp_path: Path) -> None:
    lying = {
        one.id: Path(urlsplit(one.files_url).path, one.files_at(HRMS), str(uuid4()))
        for one in (tenant, await make())
    }
    for file in lying.values():
        file.parent.mkdir(parents=True)
        file.write_bytes(os.urandom(200_000))
    mine = lying.pop(tenant.id)
    content = mine.read_bytes()
    await archive.export(tenant, tmp_path / "kept.tar")
    await tenants.delete(tenant)
    assert not mine.exists()
    assert all(file.exists() for file in lying.values())
    await archive.restore(tmp_path / "kept.tar", tenant.admin_url, tenant.files_url)
    assert mine.read_bytes() == content


async def test_an_archive_is_for_its_owners_eyes(tenant: Tenant, tmp_path: Path) -> None:
    await archive.export(tenant, tmp_path / "kept.tar")
    assert (tmp_path / "kept.tar").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["kept.tar"]


async def test_deleting_drops_schemas_and_messages_and_leaves_a_tombstone(
    rows: Rows, tenant: Tenant, make: Make
) -> None:
    rival = await make()
    before = await rows(rival)
    await tenants.delete(tenant)
    for entry in tenant.services:
        assert not await exists(tenant, entry.database)
        row = await tenants.row_in(tenant, entry)
        assert row["status"] == "deleted"
    for database, table in (("app1_hrms", "outbox"), ("app1_user", "account_address")):
        async with connected(tenant, database) as connection:
            left = await connection.fetch(f"SELECT FROM control.{table} WHERE tenant = $1", tenant.id)
            assert left == []
    assert await rows(rival) == before


async def test_a_deleted_tenant_is_not_provisioned_again(
    tenant: Tenant, services: list[tuple[Service, Database]]
) -> None:
    await tenants.delete(tenant)
    for service, database in services:
        async with database.control() as session:
            assert not await provision(session, tenant.id, ABOUT, service.tenant_streams)
            await session.commit()
        assert not await exists(tenant, service.entry.database)


async def test_deleting_twice_is_the_same_as_once(tenant: Tenant, capsys: pytest.CaptureFixture[str]) -> None:
    await tenants.delete(tenant)
    before = await rows_of_control(tenant)
    await tenants.delete(tenant)
    assert "deleted already" in capsys.readouterr().out
    assert await rows_of_control(tenant) == before


async def rows_of_control(tenant: Tenant) -> list[str]:
    return [str(await tenants.row_in(tenant, entry)) for entry in tenant.services]


@pytest.mark.parametrize("database", ["app1_hrms", "app1_user"])
async def test_a_deletion_cut_short_anywhere_is_completed_by_the_next(tenant: Tenant, database: str) -> None:
    async with refusing(tenant, database, "deleted"):
        with pytest.raises(FleetError, match=database.replace("_", "-")):
            await tenants.delete(tenant)
    assert await exists(tenant, "app1_user")
    await tenants.delete(tenant)
    assert not any([await exists(tenant, entry.database) for entry in tenant.services])


async def test_a_tenant_that_a_service_never_had_is_deleted_there_too(tenant: Tenant) -> None:
    async with connected(tenant, "app1_hrms") as connection:
        await connection.execute(f"DROP SCHEMA {tenant.schema} CASCADE")
        await connection.execute("DELETE FROM control.tenant WHERE id = $1", tenant.id)
    await tenants.delete(tenant)
    assert (await tenants.row_in(tenant, HRMS))["status"] == "deleted"


async def test_a_tenant_that_exists_is_not_restored_over(rows: Rows, tenant: Tenant, tmp_path: Path) -> None:
    await archive.export(tenant, tmp_path / "kept.tar")
    before = await rows(tenant)
    with pytest.raises(FleetError, match="exists"):
        await archive.restore(tmp_path / "kept.tar", tenant.admin_url, tenant.files_url)
    assert await rows(tenant) == before


@pytest.mark.parametrize("database", ["app1_hrms", "app1_user"])
async def test_a_restore_cut_short_anywhere_is_completed_by_the_next(
    rows: Rows, tenant: Tenant, database: str, tmp_path: Path
) -> None:
    before = await rows(tenant)
    await archive.export(tenant, tmp_path / "kept.tar")
    await tenants.delete(tenant)
    async with refusing(tenant, database, "suspended"):
        with pytest.raises(FleetError, match="cut short"):
            await archive.restore(tmp_path / "kept.tar", tenant.admin_url, tenant.files_url)
    await archive.restore(tmp_path / "kept.tar", tenant.admin_url, tenant.files_url)
    assert await rows(tenant) == before


def damaged(file: Path) -> Iterator[bytes]:
    """The archive with each of its members changed by one bit, cut off, or no archive at all."""
    whole = file.read_bytes()
    with tarfile.open(file) as tar:
        middles = [member.offset_data + member.size // 2 for member in tar if "/" in member.name]
    for middle in middles:
        yield whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :]
    yield whole[: len(whole) // 2]
    yield b"no archive"
    yield b""


async def test_a_damaged_archive_restores_nothing(tenant: Tenant, tmp_path: Path) -> None:
    file = tmp_path / "kept.tar"
    await archive.export(tenant, file)
    await tenants.delete(tenant)
    tried = 0
    for content in damaged(file):
        file.write_bytes(content)
        with pytest.raises(FleetError, match="damaged"):
            await archive.restore(file, tenant.admin_url, tenant.files_url)
        tried += 1
    assert tried == 2 * len(tenant.services) + 3
    assert not any([await exists(tenant, entry.database) for entry in tenant.services])


async def test_a_service_without_the_tenant_is_named_and_the_others_are_suspended(tenant: Tenant) -> None:
    await tenants.set_status(tenant, "active")
    async with connected(tenant, "app1_hrms") as connection:
        await connection.execute("DELETE FROM control.tenant WHERE id = $1", tenant.id)
    with pytest.raises(FleetError, match=HRMS.name):
        await tenants.set_status(tenant, "suspended")
    assert (await tenants.row_in(tenant, tenant.directory))["status"] == "suspended"


async def test_a_tenant_that_never_was_is_refused(environment: Environment, make: Make) -> None:
    await make()
    nobody = Tenant("nobody", "business", environment.admin_url, os.environ["FLEET_FILES_URL"])
    for refused in (
        tenants.set_status(nobody, "suspended"),
        tenants.delete(nobody),
        archive.export(nobody, Path("nowhere")),
    ):
        with pytest.raises(FleetError, match="no tenant nobody"):
            await refused


async def test_the_list_says_what_each_service_has(tenant: Tenant, make: Make) -> None:
    fleet_plan = Plan({}, tenant.admin_url, [], [])  # the environment has the services' settings
    heads = await migrations.heads(fleet_plan, tenant.services)

    async def line(one: Tenant) -> str:
        table = await tenants.listed(one.admin_url, ["business"], heads)
        (found,) = [line for line in table.splitlines() if line.startswith(f"{one.id} ")]
        return found

    at_head = await line(tenant)
    assert "Kept Ltd" in at_head
    assert "suspended" in at_head
    assert "at head" in at_head
    assert "behind" not in at_head
    missing = await make()
    async with connected(tenant, "app1_hrms") as connection:
        await connection.execute("UPDATE control.tenant SET revision = 'old' WHERE id = $1", tenant.id)
        await connection.execute("DELETE FROM control.tenant WHERE id = $1", missing.id)
    assert "behind: hrms" in await line(tenant)
    assert "missing: hrms" in await line(missing)
    await tenants.delete(missing)
    assert "deleted" in await line(missing)

    await migrations.migrate(fleet_plan, tenant.services, tenant.id)
    assert "behind" not in await line(tenant)


CITUS = """
CREATE SCHEMA app1_hrms AUTHORIZATION app1_hrms
CREATE VIEW citus_shards AS
SELECT oid::regclass AS table_name, 'node2' AS nodename, 5432 AS nodeport FROM pg_class
WHERE relnamespace = '{schema}'::regnamespace AND relkind = 'r'
"""


async def test_the_list_says_on_which_node_of_citus_a_tenant_is(tenant: Tenant, make: Make) -> None:
    elsewhere = await make()
    heads = await migrations.heads(Plan({}, tenant.admin_url, [], []), tenant.services)
    async with connected(tenant, "app1_hrms") as connection:
        await connection.execute(CITUS.format(schema=tenant.schema))  # found like what Citus has of this name
        try:
            table = await tenants.listed(tenant.admin_url, ["business"], heads)
        finally:
            await connection.execute("DROP SCHEMA app1_hrms CASCADE")
    lines = {line.split()[0]: line for line in table.splitlines()}
    assert "at head on node2:5432: hrms" in lines[tenant.id]
    assert "node2" not in lines[elsewhere.id]


async def test_a_tenant_that_cannot_be_migrated_fails_the_command_and_not_the_other_services(
    tenant: Tenant,
) -> None:
    for entry in tenant.services:
        async with connected(tenant, entry.database) as connection:
            await connection.execute("UPDATE control.tenant SET revision = 'old' WHERE id = $1", tenant.id)
    async with connected(tenant, "app1_hrms") as connection:
        await connection.execute(f"DROP TABLE {tenant.schema}.alembic_version_hrms")
    with pytest.raises(FleetError, match=HRMS.name):
        await migrations.migrate(Plan({}, tenant.admin_url, [], []), tenant.services, tenant.id)
    assert (await tenants.row_in(tenant, tenant.directory))["revision"] != "old"
