"""Loans, counted and exported."""

from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from servicekit import spreadsheet
from servicekit.db import ReadSession
from sqlalchemy import ColumnElement, func, select

from school_libraries.models.branch import Branch
from school_libraries.schemas.loan import LoanFilter, LoanRead
from school_libraries.schemas.statistics import Dimension, StatisticsQuery, StatisticsRow
from school_libraries.services import loan as loans

_AT_ONCE = 1000  # rows of an export
_DIMENSIONS: dict[Dimension, str] = {
    "branch": "branch_id",
    "patron_category": "patron_category",
    "item_type": "item_type",
}
COLUMNS = tuple(name for name in LoanRead.model_fields if not name.endswith("id") and name != "version")


async def counted(session: ReadSession, query: StatisticsQuery) -> list[StatisticsRow]:
    """The loans of a filter by one dimension, the most lent first. Each row leads to its loans."""
    column = _DIMENSIONS[query.by]
    filters = LoanFilter.model_validate(query.model_dump(exclude={"by"}, by_alias=True))
    found = loans.wanted(session, filters).add_columns(loans.loan.renewals.label("renewed")).subquery()
    running = found.c.returned_at.is_(None)
    lost = found.c.lost_at.is_not(None)
    key = found.c[column]
    statement = select(
        key.label("key"),
        func.count().label("count"),
        func.coalesce(func.sum(found.c.renewed), 0).label("renewals"),
        _where(running & ~lost).label("running"),
        _where(found.c.overdue).label("overdue"),
        _where(running & lost).label("lost"),
    )
    rows = (
        (await session.execute(statement.group_by(key).order_by(func.count().desc(), key))).mappings().all()
    )
    branches = await session.execute(select(Branch.id, Branch.name))
    names = {branch.id: branch.name for branch in branches}
    given = filters.model_dump(mode="json", by_alias=True, exclude_none=True)
    return [
        StatisticsRow(
            **row,
            name=names.get(row["key"], str(row["key"])),
            loans=f"/libraries/loans?{urlencode(given | {column: str(row['key'])})}",
        )
        for row in rows
    ]


def _where(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count().filter(condition)


async def as_csv(
    sessions: Callable[[], AbstractAsyncContextManager[ReadSession]], wanted: LoanFilter
) -> AsyncGenerator[str]:
    """The loans wanted, in the order in which they were made. A session is open only while it reads."""
    yield spreadsheet.BOM + spreadsheet.lines([COLUMNS])
    last = UUID(int=0)
    while True:
        async with sessions() as session:
            statement = loans.wanted(session, wanted).where(loans.loan.id > last)
            rows: list[Any] = list(
                (await session.execute(statement.order_by(loans.loan.id).limit(_AT_ONCE))).mappings()
            )
        yield spreadsheet.lines([row[name] for name in COLUMNS] for row in rows)
        if len(rows) < _AT_ONCE:
            return
        last = rows[-1]["id"]
