"""Migration streams: who owns which tables, and how schemas are brought to head.

Each owner (the kit, a kit of two services, a service) has a stream for `control`
or for tenants' schemas, with a version table of its own, so that none waits for
another. Only this module sets a search_path.
"""

import os
from collections.abc import Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import alembic.op
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, text

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
        sqlalchemy.exc.DBAPIError: a migration failed; the transaction must be rolled back.
    """
    connection.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))"), {"name": schema})
    if _sharded():
        switch = "off" if schema == CONTROL else "on"  # `control` stays on the coordinator
        connection.execute(text(f"SET LOCAL citus.enable_schema_based_sharding = {switch}"))
    connection.execute(text(f"CREATE SCHEMA IF NOT EXISTS {schema}"))
    # The search_path reaches raw SQL in migrations; the map reaches what SQLAlchemy compiles.
    connection.execute(text(f"SET LOCAL search_path = {schema}, {EXTENSIONS}"))
    connection.execute(text(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'"))
    for stream in streams:
        migrating = context(connection, stream)
        token = _operations.set(Operations(migrating))
        migrating.run_migrations()
        _operations.reset(token)
    connection.execute(text(f"SET LOCAL search_path = {EXTENSIONS}"))


def _sharded() -> bool:
    """Whether Citus keeps each tenant's schema whole on a node of its choice: TENANT_SHARDING=citus.

    Raises:
        ValueError: TENANT_SHARDING is something else.
    """
    given = os.environ.get("TENANT_SHARDING", "")
    if given not in {"", "citus"}:
        raise ValueError(f"TENANT_SHARDING is citus or nothing, not {given!r}")
    return given == "citus"


_operations: ContextVar[Operations] = ContextVar("operations")


class _OfThisTask:
    """What `alembic.op` acts on: Alembic has one target per process, here several schemas migrate at once."""

    def __getattr__(self, name: str) -> Any:
        return getattr(_operations.get(), name)


alembic.op._proxy = _OfThisTask()  # type: ignore[attr-defined] # noqa: SLF001 - Alembic offers no other way


def context(connection: Connection, stream: Stream) -> MigrationContext:
    """Alembic's view of a stream in the schema that the connection's search_path names first."""

    def steps(revision: Any, _: MigrationContext) -> Any:
        return stream.script._upgrade_revs(stream.head, revision)  # noqa: SLF001 - as alembic.command.upgrade does

    return MigrationContext.configure(
        connection,
        opts={
            "version_table": stream.version_table,
            "target_metadata": stream.metadata,
            "fn": steps,
            "compare_type": True,
            "compare_server_default": False,
        },
    )


def split(streams: Sequence[Stream]) -> tuple[list[Stream], list[Stream]]:
    """All streams of a service, the kit's first: those of `control` and those of tenants."""
    control = [KIT_CONTROL, *(stream for stream in streams if stream.scope == CONTROL)]
    tenant = [KIT_TENANT, *(stream for stream in streams if stream.scope == "tenant")]
    return control, tenant
