"""Database access: two kinds of sessions, bound to one tenant's schema.

Tenant models carry no schema; a session's engine maps it. The roles' search_path
names no tenant, so a statement that forgets the map fails instead of reading
somebody else's rows.
"""

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime
from enum import StrEnum
from functools import cache, lru_cache
from typing import Any, TypeVar, cast
from uuid import UUID

from contracts.context import TenantContext
from prometheus_client import Gauge
from pydantic import PostgresDsn
from pydantic_core import from_json, to_json
from redis.asyncio import Redis
from sqlalchemy import (
    CheckConstraint,
    DateTime,
    MetaData,
    Select,
    String,
    TypeDecorator,
    Uuid,
    bindparam,
    func,
    select,
    text,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.orm import Mapped, declared_attr, mapped_column
from sqlalchemy.pool import QueuePool

from servicekit.errors import NotFound, PreconditionFailed, Problem
from servicekit.fair_pool import FairPool, whose
from servicekit.realtime_publisher import Publisher
from servicekit.settings import ServiceSettings
from servicekit.tenant_schema import CONTROL, schema_of

BUSY = Gauge("database_connections_busy", "Connections in use.", ["pool"])
ALLOWED = Gauge("database_connections_allowed", "Connections that a pool opens at most.", ["pool"])

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


def tenant_metadata() -> MetaData:
    """Metadata for tables that stand in every tenant's schema."""
    return MetaData(naming_convention=NAMING)


def control_metadata() -> MetaData:
    """Metadata for tables that are no tenant's."""
    return MetaData(naming_convention=NAMING, schema=CONTROL)


TYPES: dict[Any, Any] = {datetime: DateTime(timezone=True), str: String(), UUID: Uuid()}


class Identified:
    """A UUIDv7 key, made by the database, so that rows sort by age."""

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=text("uuidv7()"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class Editable(Identified):
    """A row that people edit: `version` is its ETag, raised by every update."""

    updated_at: Mapped[datetime] = mapped_column(server_default=func.now(), onupdate=func.now())
    version: Mapped[int] = mapped_column()

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:  # noqa: N805 - SQLAlchemy passes the class
        return {"version_id_col": cls.version, "eager_defaults": True}


class TextEnum(TypeDecorator[StrEnum]):
    """A StrEnum stored as text: a native ENUM per tenant would break cached plans."""

    impl = String
    cache_ok = True

    def __init__(self, enum: type[StrEnum]) -> None:
        super().__init__()
        self.enum = enum

    def process_result_value(self, value: str | None, dialect: Dialect) -> StrEnum | None:  # noqa: ARG002
        return None if value is None else self.enum(value)


def one_of(column: str, enum: type[StrEnum]) -> CheckConstraint:
    """The CHECK that belongs to a TextEnum column."""
    values = ", ".join(f"'{member}'" for member in enum)
    return CheckConstraint(f"{column} IN ({values})", name=column)


class _BoundSession(AsyncSession):
    """A session on somebody's behalf."""

    @property
    def context(self) -> TenantContext:
        """On whose behalf the session was opened."""
        return self.info["context"]  # type: ignore[no-any-return] # set by Database

    @property
    def tenant(self) -> str:
        if self.context.tenant is None:
            raise LookupError("This session has no tenant.")
        return self.context.tenant

    @property
    def service(self) -> str:
        """Name of the service whose database this is."""
        return self.info["service"]  # type: ignore[no-any-return] # set by Database

    @property
    def files_url(self) -> str:
        """Where the service keeps files; only `servicekit.files` looks there."""
        return self.info["files_url"]  # type: ignore[no-any-return] # set by Database

    @property
    def redis(self) -> Redis | None:
        """What is kept nowhere else; only `servicekit.presence` looks there."""
        return self.info["redis"]  # type: ignore[no-any-return] # set by Database

    @property
    def publisher(self) -> Publisher | None:
        """Tells of what was changed; only `servicekit.realtime` has something to tell."""
        return self.info["publisher"]  # type: ignore[no-any-return] # set by Database


class TenantSession(_BoundSession):
    """Reads and writes one tenant's schema, and `control`, in one transaction that services never commit."""


class ReadSession(_BoundSession):
    """Reads one tenant's schema. Each statement sees a snapshot of its own."""


ReadSessions = Callable[[], AbstractAsyncContextManager[ReadSession]]
"""Opens read sessions, for what should hold none all the while."""


Value = TypeVar("Value")


class ControlSession(AsyncSession):
    """Reads and writes what is no tenant's. A tenant table asked for here does not exist."""


class Database:
    """The engines of one service."""

    def __init__(self, settings: ServiceSettings, service: str, redis: Redis | None = None) -> None:
        """`redis` is where sessions tell of what they changed, for `servicekit.realtime`."""
        self.publisher = Publisher(redis, service) if redis is not None else None
        self._info = {
            "service": service,
            "files_url": settings.files_url,
            "redis": redis,
            "publisher": self.publisher,
        }
        self._writer = _engine(settings.database_url, settings.pool_size)
        self._reader = _engine(
            settings.database_read_url,
            settings.read_pool_size,
            isolation_level="AUTOCOMMIT",
            pool_reset_on_return=None,  # nothing to roll back, so no round trip for it
        )
        for name, engine in (("write", self._writer), ("read", self._reader)):
            pool = cast("QueuePool", engine.pool)
            ALLOWED.labels(name).set(pool.size())
            BUSY.labels(name).set_function(pool.checkedout)

    def tenant(self, context: TenantContext) -> TenantSession:
        """A session for writing, to be entered or closed. The caller commits; leaving without rolls back."""
        whose.set(context.tenant)
        info = {**self._info, "context": context}
        return TenantSession(_mapped(self._writer, context.tenant), expire_on_commit=False, info=info)

    def reading(self, context: TenantContext) -> ReadSession:
        whose.set(context.tenant)
        info = {**self._info, "context": context}
        return ReadSession(
            _mapped(self._reader, context.tenant), expire_on_commit=False, autoflush=False, info=info
        )

    def control(self) -> ControlSession:
        """A session for writing what is no tenant's. The caller commits."""
        return ControlSession(self._writer, expire_on_commit=False)

    async def look(self, statement: Select[Value]) -> Sequence[Value]:
        """The one column that a statement reads from `control`, outside of any transaction."""
        async with self._reader.connect() as connection:
            return (await connection.scalars(statement)).all()

    async def ping(self) -> None:
        await self.look(select(1))

    async def dispose(self) -> None:
        await self._writer.dispose()
        await self._reader.dispose()


@lru_cache(maxsize=8192)  # making one takes as long as a small statement
def _mapped(engine: AsyncEngine, tenant: str | None) -> AsyncEngine:
    if tenant is None:
        return engine
    return engine.execution_options(schema_translate_map={None: schema_of(tenant)})


def _engine(url: PostgresDsn, size: int, **options: Any) -> AsyncEngine:
    return create_async_engine(
        asyncpg_url(url),
        poolclass=FairPool,
        pool_size=size,
        max_overflow=0,  # a connection beyond the pool is opened and closed for every use of it
        pool_timeout=10,
        pool_recycle=1800,  # a backend remembers every relation it ever touched
        json_serializer=lambda value: to_json(value).decode(),
        json_deserializer=from_json,
        connect_args={
            "prepared_statement_cache_size": 512,
            "statement_cache_size": 512,  # the driver's own, of statements that reach it without SQLAlchemy
            "max_cached_statement_lifetime": 0,  # a timer for each costs more than it is worth
            "timeout": 10,
        },
        **options,
    )


def asyncpg_url(url: PostgresDsn) -> str:
    """A postgresql:// address as SQLAlchemy names the driver in it."""
    return f"postgresql+asyncpg://{str(url).split('://', 1)[1]}"


R = TypeVar("R", bound=Identified)
E = TypeVar("E", bound=Editable)


async def found(session: TenantSession | ReadSession, kind: type[R], id_: UUID) -> R:
    """The row with this id.

    Raises:
        NotFound: there is none.
    """
    row = await session.get(kind, id_)
    if row is None:
        raise NotFound
    return row


class EditConflict(PreconditionFailed):
    def __init__(self) -> None:
        super().__init__("Somebody else changed it in the meantime.")


async def locked(session: TenantSession, kind: type[E], id_: UUID, *, version: int | None = None) -> E:
    """A row that is about to change: others who ask for it wait until the transaction ends.

    Args:
        version: the one that the client saw; None where any will do.

    Raises:
        NotFound: there is no such row.
        EditConflict: it has another version by now.
    """
    # Not `get`, which takes a row that was read before and changed since for an edit conflict.
    row: E | None = await session.scalar(
        _locking(kind),  # type: ignore[arg-type] # mypy does not find a class hashable
        {"id_": id_},
    )
    if row is None:
        raise NotFound
    if version not in {None, row.version}:
        raise EditConflict
    return row


@cache
def _locking(kind: type[Editable]) -> Select[Any]:
    statement = select(kind).where(kind.id == bindparam("id_", type_=Uuid)).with_for_update(key_share=True)
    return statement.execution_options(populate_existing=True)


def assign(row: Identified, values: Mapping[str, Any]) -> dict[str, Any]:
    """Set a row's attributes; answers with what they were, for the audit log."""
    before = {name: getattr(row, name) for name in values}
    for name, value in values.items():
        setattr(row, name, value)
    return before


async def advisory_lock(session: TenantSession, name: str) -> None:
    """Have one transaction of the tenant at a time go on from here, for rules that no constraint can hold."""
    key = func.hashtextextended(f"{schema_of(session.tenant)}.{name}", 0)
    await session.execute(select(func.pg_advisory_xact_lock(key)))


@asynccontextmanager
async def refusing(problems: Mapping[str, Problem | type[Problem]]) -> AsyncGenerator[None]:
    """Turn the violation of a named constraint into the problem that it means.

    Wraps the flush that may violate it. Other violations pass.
    """
    try:
        yield
    except IntegrityError as error:
        if (problem := problems.get(constraint_of(error))) is None:
            raise
        raise problem from error


def constraint_of(error: IntegrityError) -> str:
    """Name of the constraint that a driver's error reports, or an empty string."""
    return getattr(getattr(error.orig, "__cause__", None), "constraint_name", None) or ""
