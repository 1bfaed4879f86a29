"""Schemas are brought to head side by side, each with its own outcome."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from contracts.facts import TenantRegistered
from servicekit.app import create_app
from servicekit.migrations import upgrade
from servicekit.migrations.runner import migrate
from servicekit.tenancy import provision
from servicekit.tenant_schema import CONTROL
from servicekit.testing.environment import Environment
from servicekit.testing.running import Running, start
from sqlalchemy import event, text


@pytest.fixture
async def alone(environment: Environment) -> AsyncIterator[Running]:
    """The toy service on a database whose tenants no other test makes."""
    from toy import toy  # noqa: PLC0415 - found through conftest's path

    service = toy(environment, "toymigrated")
    async with start(environment, create_app(service), service) as started:
        async with started.database.control() as session:
            await session.execute(text("DELETE FROM control.tenant"))
            await session.commit()
        yield started


async def test_many_tenants_made_at_once_in_one_process_each_get_their_own_tables(alone: Running) -> None:
    tenants = await asyncio.gather(*(alone.new_tenant() for _ in range(12)))
    async with alone.database.control() as session:
        found = await session.execute(
            text("SELECT schemaname FROM pg_tables WHERE tablename = 'notes' AND schemaname = ANY(:names)"),
            {"names": [f"tenant_{tenant}" for tenant in tenants]},
        )
        assert len(found.all()) == 12


async def test_the_same_tenant_made_by_many_at_once_is_made_once(alone: Running) -> None:

    about = TenantRegistered(organisation="x", country="GB", currency="GBP", time_zone="UTC", locale="en")

    async def make() -> None:
        async with alone.database.control() as session:
            await provision(session, "same", about, alone.service.tenant_streams)
            await session.commit()

    await asyncio.gather(*(make() for _ in range(12)))
    async with alone.client(alone.context("same")) as client:
        assert (await client.get("/toy/notes")).status_code == 200


async def test_one_tenant_that_cannot_be_migrated_does_not_stop_the_others(alone: Running) -> None:
    good, bad = await alone.new_tenant(), await alone.new_tenant()
    async with alone.database.control() as session:
        await session.execute(text("UPDATE control.tenant SET revision = ''"))
        await session.execute(text(f"DROP TABLE tenant_{bad}.alembic_version_toy"))
        await session.commit()
    outcome = await migrate(alone.service)
    assert (outcome.migrated, list(outcome.failed)) == (1, [bad])
    assert outcome.failed[bad] == 'DuplicateTableError: relation "notes" already exists'
    again = await migrate(alone.service)
    assert (again.at_head, list(again.failed)) == (1, [bad])
    async with alone.database.control() as session:
        runs = await session.execute(
            text("SELECT schema, error FROM control.migration_run WHERE schema = ANY(:names)"),
            {"names": [f"tenant_{good}", f"tenant_{bad}"]},
        )
    errors = {(schema, error and "CREATE TABLE notes" in error) for schema, error in runs}
    assert errors == {(f"tenant_{good}", None), (f"tenant_{bad}", True)}


async def test_a_deleted_tenant_gets_no_schema_even_if_asked_for(alone: Running) -> None:
    tenant = await alone.new_tenant()
    async with alone.database.control() as session:
        await session.execute(text(f"DROP SCHEMA tenant_{tenant} CASCADE"))
        await session.execute(text("UPDATE control.tenant SET revision = '', status = 'deleted'"))
        await session.commit()
    outcome = await migrate(alone.service, tenant=tenant)
    assert (outcome.at_head, outcome.migrated, outcome.failed) == (0, 0, {})


@pytest.fixture
async def said(alone: Running) -> AsyncIterator[list[str]]:
    """What the service's database is told."""
    said: list[str] = []

    def listen(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        said.append(statement)

    engine = alone.database._writer.sync_engine
    event.listen(engine, "before_cursor_execute", listen)
    yield said
    event.remove(engine, "before_cursor_execute", listen)


def schemas(said: list[str]) -> list[str]:
    return [statement for statement in said if "CREATE SCHEMA" in statement or "citus" in statement]


async def test_with_citus_a_tenants_schema_is_a_unit_that_a_node_holds(
    alone: Running, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TENANT_SHARDING", "citus")
    tenant = await alone.new_tenant()
    assert schemas(said) == [
        "SET LOCAL citus.enable_schema_based_sharding = on",
        f"CREATE SCHEMA IF NOT EXISTS tenant_{tenant}",
    ]
    said.clear()
    async with alone.database.control() as session:
        connection = await session.connection()
        await connection.run_sync(upgrade, CONTROL, alone.service.control_streams)
    assert schemas(said) == [
        "SET LOCAL citus.enable_schema_based_sharding = off",
        "CREATE SCHEMA IF NOT EXISTS control",
    ]


async def test_without_citus_it_is_not_spoken_of(alone: Running, said: list[str]) -> None:
    tenant = await alone.new_tenant()
    assert schemas(said) == [f"CREATE SCHEMA IF NOT EXISTS tenant_{tenant}"]


async def test_a_sharding_that_nobody_knows_is_refused(
    alone: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TENANT_SHARDING", "yes")
    with pytest.raises(ValueError, match="citus or nothing"):
        await alone.new_tenant()
