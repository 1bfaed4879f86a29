"""Lists by keyset: a page costs the same wherever it is, and rows that come or go do not shift it."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Generic, TypeVar
from uuid import UUID

from pydantic import Field, TypeAdapter, ValidationError
from pydantic_core import from_json, to_json
from sqlalchemy import ColumnElement, FromClause, Integer, Select, bindparam, func, select, tuple_

from servicekit.db import ReadSession
from servicekit.errors import Unprocessable
from servicekit.prepared import Prepared
from servicekit.schemas import Input, Output

T = TypeVar("T")


class Page(Output, Generic[T]):
    """`total` is counted only for `?total=true`; `next_cursor` is null on the last page."""

    items: list[T]
    next_cursor: str | None
    total: int | None


class ListQuery(Input):
    """What every list takes. A list adds its filters and its `sort`."""

    limit: int = Field(20, ge=1, le=100)
    cursor: str | None = Field(None, max_length=500)
    total: bool = False


class CursorInvalid(Unprocessable):
    code = "cursor_invalid"

    def __init__(self) -> None:
        super().__init__("The cursor does not belong to this list and order.")


class Listing:
    """A list prepared once: on a hot route, building its statement costs more than running it."""

    def __init__(
        self,
        statement: Select[*tuple[Any, ...]],
        *,
        key: ColumnElement[Any],
        id_: ColumnElement[UUID],
        descending: bool = False,
        completed: Callable[[FromClause], Select[*tuple[Any, ...]]] | None = None,
    ) -> None:
        """Prepare a filtered, unordered statement over plain columns.

        Columns whose name begins with `_`, such as a key that only sorts, are left out of the answer.

        Args:
            statement: values that differ between requests stand in it as bindparams.
            key: the column to sort by, never NULL; must be among the statement's columns.
            id_: the primary key, likewise; it decides between equal keys.
            completed: selects from a page's rows, with what neither filters nor sorts, such as names of what
                they refer to: joined to a page alone it costs a third of the planning.
        """
        self._statement = statement
        self._completed = completed
        self._key, self._id = key, id_
        self._descending = descending
        self._order = f"-{key.key}" if descending else str(key.key)
        self._prepared: dict[tuple[bool, bool], Prepared] = {}

    async def page(
        self, session: ReadSession, query: ListQuery, values: Mapping[str, Any] = MappingProxyType({})
    ) -> dict[str, Any]:
        """One page, as a `Page`'s members.

        Args:
            values: of the statement's bindparams.

        Raises:
            CursorInvalid: the cursor was made for another order, or by somebody else.
        """
        variant = (query.total, query.cursor is not None)
        if (prepared := self._prepared.get(variant)) is None:
            prepared = self._prepared[variant] = Prepared(self.statement(query))
        return self.made(await prepared.rows(session, {**values, **self.bound(query)}), query)

    def bound(self, query: ListQuery) -> dict[str, Any]:
        """The values of the bindparams that `statement` adds."""
        values: dict[str, Any] = {"_limit": query.limit + 1}
        if query.cursor is not None:
            last = _decode(query.cursor, self._order, self._key.type.python_type)
            values |= {"_last_key": last[0], "_last_id": last[1]}
        return values

    def made(self, rows: Sequence[Mapping[Any, Any]], query: ListQuery) -> dict[str, Any]:
        """A page of what `statement` read."""
        total = None
        if query.total:
            total = rows[0]["_total"] if rows else 0 if query.cursor is None else None
        next_cursor = None
        if len(rows) > query.limit:
            last = rows[query.limit - 1]
            next_cursor = _encode(self._order, last[str(self._key.key)], last[str(self._id.key)])
        shown = [name for name in rows[0].keys() if not name.startswith("_")] if rows else []  # noqa: SIM118 - a Record's
        items = [{name: row[name] for name in shown} for row in rows[: query.limit]]
        return {"items": items, "next_cursor": next_cursor, "total": total}

    def statement(self, query: ListQuery) -> Select[*tuple[Any, ...]]:
        """The statement with order and limit, and with count and place where they are asked for."""
        key, id_, wanted = self._key, self._id, self._statement
        if query.cursor is not None:
            position = tuple_(key, id_)
            last = tuple_(bindparam("_last_key", type_=key.type), bindparam("_last_id", type_=id_.type))
            wanted = wanted.where(position < last if self._descending else position > last)
        wanted = self._in_order(wanted, key, id_).limit(bindparam("_limit", type_=Integer))
        if self._completed is not None:
            rows = wanted.subquery("page")
            wanted = self._in_order(self._completed(rows), rows.c[str(key.key)], rows.c[str(id_.key)])
        if query.total:
            # In the same statement, so that count and rows tell of the same moment.
            count = select(func.count()).select_from(self._statement.subquery()).scalar_subquery()
            wanted = wanted.add_columns(count.label("_total"))
        return wanted

    def _in_order(
        self, rows: Select[*tuple[Any, ...]], key: ColumnElement[Any], id_: ColumnElement[UUID]
    ) -> Select[*tuple[Any, ...]]:
        return rows.order_by(key.desc(), id_.desc()) if self._descending else rows.order_by(key, id_)


async def page(
    session: ReadSession,
    statement: Select[*tuple[Any, ...]],
    query: ListQuery,
    *,
    key: ColumnElement[Any],
    id_: ColumnElement[UUID],
    descending: bool = False,
) -> dict[str, Any]:
    """One page of a statement made for the request; as `Listing` otherwise."""
    listing = Listing(statement, key=key, id_=id_, descending=descending)
    rows = (await session.execute(listing.statement(query), listing.bound(query))).mappings().all()
    return listing.made(rows, query)


def _encode(order: str, key: Any, id_: UUID) -> str:
    return urlsafe_b64encode(to_json([order, key, id_])).rstrip(b"=").decode()


def _decode(cursor: str, order: str, kind: type[Any]) -> tuple[Any, UUID]:
    try:
        padded = cursor.encode() + b"=" * (-len(cursor) % 4)
        made_for, raw_key, raw_id = from_json(urlsafe_b64decode(padded))
        key, id_ = TypeAdapter(kind).validate_json(to_json(raw_key)), UUID(raw_id)
    except (ValidationError, ValueError, TypeError, AttributeError) as error:
        raise CursorInvalid from error
    if made_for != order:
        raise CursorInvalid
    return key, id_
