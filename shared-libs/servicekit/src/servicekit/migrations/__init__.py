"""Migration streams: who owns which tables, and how schemas are brought to head.

Each owner (the kit, a kit of two services, a service) has a stream for `control`
or for tenants' schemas, with a version table of its own, so that none waits for
another. Only this module sets a search_path.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Literal, cast

import asyncpg
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, String, column, select, table, text
from sqlalchemy.util import await_only

from servicekit.records import ControlBase, TenantBase
from servicekit.tenant_schema import CONTROL, EXTENSIONS

LOCK_TIMEOUT = "5s"  # a migration waits no longer for a table that others use


@dataclass(frozen=True)
class Stream:
    """One owner's migrations in one kind of schema."""

    owner: str
    scope: Literal["control", "tenant"]
    folder: Path
    metadata: MetaData

    @property
    def version_table(self) -> str:
        return f"alembic_version_{self.owner}"

    @cached_property
    def script(self) -> ScriptDirectory:
        """The migrations, loaded once for all tenants."""
        return ScriptDirectory(str(self.folder), version_locations=[str(self.folder)])

    @cached_property
    def head(self) -> str:
        return self.script.get_current_head() or "base"


_HERE = Path(__file__).parent
KIT_CONTROL = Stream("kit", "control", _HERE / "control", ControlBase.metadata)
KIT_TENANT = Stream("kit", "tenant", _HERE / "tenant", TenantBase.metadata)


def head_of(streams: Sequence[Stream]) -> str:
    """What `control.tenant.revision` says of a schema that has every migration."""
    return " ".join(f"{stream.owner}:{stream.head}" for stream in streams)


def upgrade(connection: Connection, schema: str, streams: Sequence[Stream]) -> None:
    """Bring one schema to head inside the connection's transaction, creating it if need be.

    Others who migrate the same schema wait on a lock that the transaction holds.

    Raises:
        asyncpg.PostgresError: a migration failed, with the statement in a note; the transaction must be
            rolled back.
    """
    connection.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))"), {"name": schema})
    if _sharded():
        switch = "off" if schema == CONTROL else "on"  # `control` stays on the coordinator
        connection.execute(text(f"SET LOCAL citus.enable_schema_based_sharding = {switch}"))
    connection.execute(text(f"CREATE SCHEMA IF NOT EXISTS {schema}"))
    connection.execute(_SET, {"name": "lock_timeout", "value": LOCK_TIMEOUT})
    connection.execute(_SET, {"name": "search_path", "value": f"{schema}, {EXTENSIONS}"})
    # Not through SQLAlchemy, which would prepare each statement, and keep it where those of requests are.
    driver = cast("asyncpg.Connection[Any]", connection.connection.driver_connection)
    for stream, revision in _revisions(connection, schema, streams):
        for statement in _statements(stream, revision):
            try:
                await_only(driver.execute(statement))
            except asyncpg.PostgresError as error:
                error.add_note(f"{stream.owner}, after revision {revision}: {statement}")
                raise
    connection.execute(_SET, {"name": "search_path", "value": EXTENSIONS})


_SET = text("SELECT set_config(:name, :value, true)")  # until the transaction ends
# Not from pg_tables, which would read of all tenants' tables.
_THERE = text("SELECT name FROM unnest(CAST(:names AS text[])) AS name WHERE to_regclass(name) IS NOT NULL")


def _revisions(
    connection: Connection, schema: str, streams: Sequence[Stream]
) -> Sequence[tuple[Stream, str | None]]:
    """Where each stream stands in the schema that the search_path names first; None before its first."""
    tables = [f"{schema}.{stream.version_table}" for stream in streams]
    there = set(connection.scalars(_THERE, {"names": tables}))

    def revision(stream: Stream, name: str) -> str | None:
        version = select(column("version_num", String)).select_from(table(stream.version_table))
        return connection.scalar(version) if name in there else None

    return [(stream, revision(stream, name)) for stream, name in zip(streams, tables, strict=True)]


class _Statements(list[str]):
    """What Alembic writes its SQL to, a statement at a time."""

    def write(self, statement: str) -> None:
        if not statement.startswith("--"):
            self.append(statement)

    def flush(self) -> None:
        """Nothing is held back."""


@cache  # a thousand schemas take the same road
def _statements(stream: Stream, revision: str | None) -> Sequence[str]:
    """What brings a schema from a revision, or from nothing, to head: what `alembic upgrade --sql` writes."""

    def steps(heads: Any, _: MigrationContext) -> Any:
        return stream.script._upgrade_revs(stream.head, heads)  # noqa: SLF001 - as alembic.command.upgrade does

    written = _Statements()
    migrating = MigrationContext.configure(
        dialect_name="postgresql",
        dialect_opts={"paramstyle": "named"},
        opts={
            "as_sql": True,
            "output_buffer": written,
            "starting_rev": revision,
            "fn": steps,
            "script": stream.script,
            "version_table": stream.version_table,
            "target_metadata": stream.metadata,  # its naming convention
            "transactional_ddl": False,  # the transaction is the caller's
        },
    )
    with Operations.context(migrating):
        migrating.run_migrations()
    return written


def _sharded() -> bool:
    """Whether Citus keeps each tenant's schema whole on a node of its choice: TENANT_SHARDING=citus.

    Raises:
        ValueError: TENANT_SHARDING is something else.
    """
    given = os.environ.get("TENANT_SHARDING", "")
    if given not in {"", "citus"}:
        raise ValueError(f"TENANT_SHARDING is citus or nothing, not {given!r}")
    return given == "citus"


def split(streams: Sequence[Stream]) -> tuple[list[Stream], list[Stream]]:
    """All streams of a service, the kit's first: those of `control` and those of tenants."""
    control = [KIT_CONTROL, *(stream for stream in streams if stream.scope == CONTROL)]
    tenant = [KIT_TENANT, *(stream for stream in streams if stream.scope == "tenant")]
    return control, tenant
