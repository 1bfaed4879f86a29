"""Balances: sums of the ledger, for one employee or for all, in one statement."""

from collections.abc import AsyncGenerator, Collection, Sequence
from datetime import date
from typing import Any

from servicekit import spreadsheet
from servicekit.db import ReadSession, ReadSessions
from servicekit.pagination import page
from sqlalchemy import ColumnElement, Date, Row, func, literal, or_, select, true

from business_hrms.models.leave_allocation import LeaveAllocation, LedgerEntry
from business_hrms.models.leave_type import LeaveType
from business_hrms.rules.leave import ZERO
from business_hrms.rules.leave_words import GRANTS, PENDING, TAKEN, EntryKind
from business_hrms.schemas.leave_allocation import BalanceQuery, EntriesQuery
from business_hrms.services import visibility
from business_hrms.services.current import Statement, calendar, employee

COLUMNS = ("employee_no", "leave_type", "allocated", "carried", "taken", "pending", "expired", "available")

_allocation = LeaveAllocation.__table__.c
_entry = LedgerEntry.__table__.c
_type = LeaveType.__table__.c
_AT_ONCE = 1000  # lines


async def listing(session: ReadSession, query: BalanceQuery) -> dict[str, Any]:
    statement = _balances(session, query.as_of)
    if query.employee_id is not None:
        await visibility.require_visible(session, query.employee_id)
        statement = statement.where(_allocation.employee_id == query.employee_id)
    return await page(
        session, statement, query, key=_allocation.employee_id, id_=_allocation.id.label("allocation_id")
    )


async def report(session: ReadSession, as_of: date | None) -> Sequence[Row[Any]]:
    """The balances of everybody whom the asker sees, of one moment, by employee number."""
    statement = _balances(session, as_of).add_columns(employee.c.employee_no)
    statement = statement.join(employee, employee.c.id == _allocation.employee_id)
    statement = statement.group_by(employee.c.employee_no).order_by(employee.c.employee_no, _type.name)
    return (await session.execute(statement)).all()


async def as_csv(sessions: ReadSessions, as_of: date | None) -> AsyncGenerator[str]:
    """What `report` tells, as CSV lines."""
    async with sessions() as session:
        rows = await report(session, as_of)
    yield spreadsheet.BOM + spreadsheet.lines([COLUMNS])
    for start in range(0, len(rows), _AT_ONCE):
        yield spreadsheet.lines(
            [getattr(row, name) for name in COLUMNS] for row in rows[start : start + _AT_ONCE]
        )


async def entries(session: ReadSession, query: EntriesQuery) -> Sequence[Row[*tuple[Any, ...]]]:
    """The entries that a balance is the sum of, by day; columns as in `EntryRead`."""
    await visibility.require_visible(session, query.employee_id)
    dates = calendar()
    day = func.coalesce(literal(query.as_of, Date), dates.c.today)
    statement = (
        select(_entry.id, _entry.kind, _entry.day, _entry.days, _entry.source_id, _entry.note)
        .join_from(LedgerEntry.__table__, dates, true())
        .join(LeaveAllocation.__table__, _allocation.id == _entry.allocation_id)
        .where(_allocation.employee_id == query.employee_id)
        .where(_allocation.leave_type_id == query.leave_type_id)
        .where(_allocation.starts_on <= day, _allocation.ends_on >= day, _counts_by(day))
        .order_by(_entry.day, _entry.id)
    )
    return (await session.execute(statement, {"tenant": session.tenant})).all()


def _balances(session: ReadSession, as_of: date | None) -> Statement:
    """Balances on a day, today where none is given; columns as in `BalanceRead`."""
    dates = calendar()
    day = func.coalesce(literal(as_of, Date), dates.c.today)

    def total(kinds: Collection[EntryKind]) -> ColumnElement[Any]:
        counted = func.sum(_entry.days).filter(_entry.kind.in_(kinds), _counts_by(day))
        return func.coalesce(counted, ZERO)

    statement = (
        select(
            _allocation.employee_id,
            _allocation.id.label("allocation_id"),
            _allocation.leave_type_id,
            _type.name.label("leave_type"),
            total(GRANTS).label("allocated"),
            total([EntryKind.CARRY]).label("carried"),
            (-total(TAKEN)).label("taken"),
            (-total(PENDING)).label("pending"),
            (-total([EntryKind.EXPIRE])).label("expired"),
            total(list(EntryKind)).label("available"),
        )
        .join_from(LeaveAllocation.__table__, dates, true())
        .join(LeaveType.__table__, _type.id == _allocation.leave_type_id)
        .outerjoin(LedgerEntry.__table__, _entry.allocation_id == _allocation.id)
        .where(_allocation.starts_on <= day, _allocation.ends_on >= day)
        .where(visibility.sees(session.context, _allocation.employee_id))
        .group_by(_allocation.id, _type.name)
    )
    return statement.params(tenant=session.tenant)


def _counts_by(day: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether an entry counts on a day: leave does from when it is asked for, whenever it lies."""
    return or_(_entry.kind.in_((*PENDING, *TAKEN)), _entry.day <= day)
