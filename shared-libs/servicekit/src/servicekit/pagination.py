"""Lists by keyset: a page costs the same wherever it is, and rows that come or go do not shift it."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any, Generic, TypeVar
from uuid import UUID

from pydantic import Field, TypeAdapter, ValidationError
from pydantic_core import from_json, to_json
from sqlalchemy import ColumnElement, Select, func, select, tuple_

from servicekit.db import ReadSession
from servicekit.errors import Unprocessable
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


async def page(
    session: ReadSession,
    statement: Select[*tuple[Any, ...]],
    query: ListQuery,
    *,
    key: ColumnElement[Any],
    id_: ColumnElement[UUID],
    descending: bool = False,
) -> dict[str, Any]:
    """One page of a filtered, unordered statement over plain columns, as a `Page`'s members.

    Columns whose name begins with `_`, such as a key that only sorts, are left out of the answer.

    Args:
        key: the column to sort by, never NULL; must be among the statement's columns.
        id_: the primary key, likewise; it decides between equal keys.

    Raises:
        CursorInvalid: the cursor was made for another order, or by somebody else.
    """
    order = (f"-{key.key}") if descending else str(key.key)
    wanted = statement
    if query.total:
        # In the same statement, so that count and rows tell of the same moment.
        count = select(func.count()).select_from(statement.order_by(None).subquery()).scalar_subquery()
        wanted = wanted.add_columns(count.label("_total"))
    if query.cursor is not None:
        last = _decode(query.cursor, order, key.type.python_type)
        position, after = tuple_(key, id_), tuple_(*last)
        wanted = wanted.where(position < after if descending else position > after)
    ordering = (key.desc(), id_.desc()) if descending else (key, id_)
    rows = (await session.execute(wanted.order_by(*ordering).limit(query.limit + 1))).mappings().all()
    total = None
    if query.total:
        total = rows[0]["_total"] if rows else 0 if query.cursor is None else None
    next_cursor = None
    if len(rows) > query.limit:
        last_row = rows[query.limit - 1]
        next_cursor = _encode(order, last_row[str(key.key)], last_row[str(id_.key)])
    items = [
        {name: value for name, value in row.items() if not name.startswith("_")}
        for row in rows[: query.limit]
    ]
    return {"items": items, "next_cursor": next_cursor, "total": total}


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
