"""A statement compiled once, for routes where SQLAlchemy's work on it costs more than PostgreSQL's."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

import asyncpg
import sqlalchemy
from sqlalchemy import JSON, Select, Text, TypeDecorator, Uuid
from sqlalchemy.dialects.postgresql.asyncpg import dialect
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.pool import PoolProxiedConnection

from servicekit.db import ReadSession, TextEnum
from servicekit.fair_pool import FairPool
from servicekit.tenant_schema import schema_of

_DIALECT: Dialect = dialect()  # type: ignore[no-untyped-call] # SQLAlchemy gives it no types
_SCHEMA = "schema_of_the_tenant"  # stands for it in the compiled text


class Prepared:
    """A SELECT whose values are what the driver makes of them; of an enumeration or a UUID, the text."""

    def __init__(self, statement: Select[*tuple[Any, ...]]) -> None:
        """Compile.

        Raises:
            TypeError: a column's values would not be what SQLAlchemy makes of them.
        """
        columns = statement.selected_columns
        for column in columns:
            converted = isinstance(column.type, TypeDecorator) and not isinstance(column.type, TextEnum)
            if converted or isinstance(column.type, JSON):
                raise TypeError(f"{column.key}: values of {column.type!r} are converted")
        # PostgreSQL writes a UUID as text in no time; Python takes a microsecond, after another to read it.
        as_text = [
            sqlalchemy.cast(column, Text).label(column.key) if isinstance(column.type, Uuid) else column
            for column in columns
        ]
        compiled = statement.with_only_columns(*as_text, maintain_column_froms=True).compile(
            dialect=_DIALECT, schema_translate_map={None: _SCHEMA}, render_schema_translate=True
        )
        self.text = str(compiled)  # with a mark for the schema
        self._names = compiled.positiontup or []
        self._given = dict(compiled.params)

    async def rows(self, session: ReadSession, values: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
        """What it selects in the session's schema, from the driver itself.

        Args:
            values: of its bindparams.

        Raises:
            asyncpg.PostgresError: as PostgreSQL reported it.
            ConnectionError: the connection broke.
        """
        bound = {**self._given, **values}
        text = self.text.replace(_SCHEMA, schema_of(session.tenant))
        engine = cast("AsyncEngine", session.bind)
        held = session.in_transaction()
        # To give a session a connection, and to take it back, costs more than the statement.
        pooled: PoolProxiedConnection = (
            await (await session.connection()).get_raw_connection() if held else await engine.raw_connection()
        )
        driver: Any = pooled.driver_connection
        try:
            rows = await driver.fetch(text, *[bound[name] for name in self._names])
        except Exception as error:
            if not driver.is_closed() and not isinstance(error, asyncpg.InternalClientError):
                raise
            cast("FairPool", engine.pool).drop(pooled, error)
            raise ConnectionError("The connection to PostgreSQL broke.") from error
        finally:
            if not held and pooled.is_valid:
                pooled.close()
        return cast("Sequence[Mapping[str, Any]]", rows)  # records have what is asked of mappings here
