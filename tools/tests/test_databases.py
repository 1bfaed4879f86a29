import os
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import asyncpg
import pytest
from fleet import databases
from fleet.place import Place
from servicekit.databases import ensure_database, init_script, statements
from servicekit.embedded import postgres_program
from servicekit.fleet import fleet, root

PASSWORD, READ_PASSWORD = "it's the owner's", "the reader's"


Connect = Callable[[str, str], Awaitable[asyncpg.Connection]]


@pytest.fixture
async def connect(admin_url: str) -> AsyncIterator[Connect]:
    """Open a connection to a database as one of its roles."""
    async with AsyncExitStack() as opened:

        async def connect(role: str, database: str) -> asyncpg.Connection:
            password = READ_PASSWORD if role.endswith("_ro") else PASSWORD
            connection = await asyncpg.connect(admin_url, user=role, password=password, database=database)
            opened.push_async_callback(connection.close)
            return connection

        yield connect


@pytest.fixture
async def hrms(admin_url: str) -> str:
    await ensure_database(admin_url, "app1_hrms", PASSWORD, READ_PASSWORD)
    return "app1_hrms"


async def test_a_database_made_twice_keeps_its_tables(admin_url: str, hrms: str, connect: Connect) -> None:
    owner = await connect(hrms, hrms)
    await owner.execute("CREATE SCHEMA tenant_twice; CREATE TABLE tenant_twice.t AS SELECT 7 AS n")
    await ensure_database(admin_url, hrms, PASSWORD, READ_PASSWORD)
    assert await owner.fetchval("SELECT n FROM tenant_twice.t") == 7


async def test_a_services_role_opens_no_other_services_database(
    admin_url: str, hrms: str, connect: Connect
) -> None:
    await ensure_database(admin_url, "app1_user", PASSWORD, READ_PASSWORD)
    for role in (hrms, f"{hrms}_ro"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="CONNECT"):
            await connect(role, "app1_user")


async def test_the_reading_role_reads_tables_of_schemas_made_later(hrms: str, connect: Connect) -> None:
    owner, reader = await connect(hrms, hrms), await connect(f"{hrms}_ro", hrms)
    await owner.execute("CREATE SCHEMA tenant_later; CREATE TABLE tenant_later.t AS SELECT 5 AS n")
    assert await reader.fetchval("SELECT n FROM tenant_later.t") == 5


async def test_the_reading_role_cannot_write_out_of_read_only_mode_either(
    hrms: str, connect: Connect
) -> None:
    owner, reader = await connect(hrms, hrms), await connect(f"{hrms}_ro", hrms)
    await owner.execute("CREATE SCHEMA tenant_ro; CREATE TABLE tenant_ro.t (n int)")
    with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
        await reader.execute("INSERT INTO tenant_ro.t VALUES (1)")
    await reader.execute("SET default_transaction_read_only = off")
    for write in (
        "INSERT INTO tenant_ro.t VALUES (1)",
        "CREATE SCHEMA mine",
        "CREATE TEMP TABLE mine (n int)",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await reader.execute(write)


async def test_a_table_named_without_its_schema_is_not_found(hrms: str, connect: Connect) -> None:
    owner = await connect(hrms, hrms)
    await owner.execute("CREATE SCHEMA tenant_named; CREATE TABLE tenant_named.staff (n int)")
    with pytest.raises(asyncpg.UndefinedTableError):
        await owner.execute("SELECT n FROM staff")
    with pytest.raises(asyncpg.InvalidSchemaNameError):
        await owner.execute("CREATE TABLE public.staff (n int)")
    for role in (hrms, f"{hrms}_ro"):
        assert await (await connect(role, hrms)).fetchval("SHOW search_path") == "ext"


async def test_an_administrator_who_is_no_superuser_can_make_databases(
    admin_url: str, connect: Connect
) -> None:
    admin = await asyncpg.connect(admin_url)
    await admin.execute("CREATE ROLE managed LOGIN CREATEDB CREATEROLE PASSWORD 'managed'")
    await admin.close()
    managed = f"postgresql://managed:managed@{admin_url.rpartition('@')[2]}"
    for _ in range(2):
        await ensure_database(managed, "app2_admin", PASSWORD, READ_PASSWORD)
    assert (
        await (await connect("app2_admin_ro", "app2_admin")).fetchval("SELECT similarity('ada', 'ada')") == 1
    )


@pytest.mark.parametrize("name", ["", "1", "App", "a-b", 'a"b', "a; DROP DATABASE a", "a" * 61])
def test_a_name_that_is_no_plain_identifier_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="not a database name"):
        statements(name)


def test_the_checked_in_script_is_what_the_generator_makes() -> None:
    script = (root() / "infrastructure/postgres/init.sql").read_text()
    assert script == init_script(entry.database for entry in fleet().built)


def run_script(admin_url: str, script: Path, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    command = [str(postgres_program("psql")), "--no-psqlrc", admin_url, "-f", str(script)]
    return subprocess.run(command, env=os.environ | environment, capture_output=True, text=True, check=False)


async def test_the_script_makes_a_database_with_the_environments_passwords(
    admin_url: str, connect: Connect, tmp_path: Path
) -> None:
    script = tmp_path / "init.sql"
    script.write_text(init_script(["app2_events"]))
    passwords = {
        "APP2_EVENTS_DATABASE_PASSWORD": PASSWORD,
        "APP2_EVENTS_DATABASE_READ_PASSWORD": READ_PASSWORD,
    }
    for _ in range(2):
        ran = run_script(admin_url, script, passwords)
        assert ran.returncode == 0, ran.stderr
    owner, reader = (
        await connect("app2_events", "app2_events"),
        await connect("app2_events_ro", "app2_events"),
    )
    await owner.execute("CREATE SCHEMA tenant_1; CREATE TABLE tenant_1.t AS SELECT 3 AS n")
    assert await reader.fetchval("SELECT n FROM tenant_1.t") == 3


def test_the_script_stops_where_a_password_is_missing(admin_url: str, tmp_path: Path) -> None:
    script = tmp_path / "init.sql"
    script.write_text(init_script(["app2_hq"]))
    ran = run_script(admin_url, script, {"APP2_HQ_DATABASE_PASSWORD": PASSWORD})
    assert ran.returncode != 0
    assert "read_password" in ran.stderr


async def test_a_complete_database_is_left_alone_until_something_about_it_changes(
    admin_url: str, tmp_path: Path
) -> None:
    place, other = Place(tmp_path / "one"), Place(tmp_path / "other")
    user, hrms, *_ = entries = [entry for entry in fleet().built if entry.application == "business"]
    assert await databases.outdated(place, admin_url, entries) == entries
    await databases.make(place, admin_url, entries)
    assert await databases.outdated(place, admin_url, entries) == entries, "its tenants may be behind"
    await databases.remember(place, admin_url, [user, hrms])
    assert await databases.outdated(place, admin_url, [user, hrms]) == []
    assert await databases.outdated(other, admin_url, [user, hrms]) == [user, hrms], "other passwords"
    connection = await asyncpg.connect(admin_url)
    await connection.execute(f"DROP DATABASE {hrms.database}")
    await connection.close()
    assert await databases.outdated(place, admin_url, [user, hrms]) == [hrms]
