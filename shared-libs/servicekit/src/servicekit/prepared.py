"""A statement compiled once, for routes where SQLAlchemy's work on it costs more than PostgreSQL's."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import CursorResult, Select, TypeDecorator
from sqlalchemy.dialects.postgresql.asyncpg import dialect
from sqlalchemy.engine import Dialect

from servicekit.db import ReadSession, TextEnum
from servicekit.tenant_schema import schema_of

_DIALECT: Dialect = dialect()  # type: ignore[no-untyped-call] # SQLAlchemy gives it no types
_SCHEMA = "schema_of_the_tenant"  # stands for it in the compiled text


class Prepared:
    """A SELECT whose values are what the driver makes of them; of an enumeration, the text."""

    def __init__(self, statement: Select[*tuple[Any, ...]]) -> None:
        """Compile.

        Raises:
            TypeError: a column's values would not be what SQLAlchemy makes of them.
        """
        for column in statement.selected_columns:
            if isinstance(column.type, TypeDecorator) and not isinstance(column.type, TextEnum):
                raise TypeError(f"{column.key}: values of {column.type!r} are converted")
        compiled = statement.compile(
            dialect=_DIALECT, schema_translate_map={None: _SCHEMA}, render_schema_translate=True
        )
        self._text = str(compiled)
        self._names = compiled.positiontup or []
        self._given = dict(compiled.params)

    async def run(self, session: ReadSession, values: Mapping[str, Any]) -> CursorResult[Any]:
        """Run it in the session's schema; `values` are of its bindparams."""
        bound = {**self._given, **values}
        connection = await session.connection()
        return await connection.exec_driver_sql(
            self._text.replace(_SCHEMA, schema_of(session.tenant)), tuple(bound[name] for name in self._names)
        )
