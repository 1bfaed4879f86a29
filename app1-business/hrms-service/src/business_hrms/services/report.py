"""Reports: each is one statement, and counts those whom the asker sees today."""

from collections.abc import Sequence
from typing import Any

from servicekit.db import ReadSession
from sqlalchemy import (
    ColumnElement,
    Date,
    Interval,
    Row,
    Subquery,
    Uuid,
    and_,
    cast,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
)

from business_hrms.schemas.report import Group, HeadcountQuery, MonthsQuery, Period
from business_hrms.services import visibility
from business_hrms.services.current import Statement, calendar, employee, job
from business_hrms.services.directory import department, position, with_names


async def headcount(session: ReadSession, query: HeadcountQuery) -> Sequence[Row[Any]]:
    """How many are employed on a day, by group; columns as in `HeadcountLine`."""
    dates = calendar()
    days = select(func.coalesce(literal(query.on, Date), dates.c.today).label("day")).subquery("days")
    return await _headcount(session, days, query.by)


async def headcount_by_month(session: ReadSession, query: MonthsQuery) -> Sequence[Row[Any]]:
    """The same at the end of each month that the period touches."""
    month = cast(literal("1 month"), Interval)
    first, last = (func.date_trunc("month", literal(day, Date)) for day in (query.first, query.last))
    begin = func.generate_series(first, last, month).column_valued("begin")
    end = cast(begin + cast(literal("1 month -1 day"), Interval), Date)
    return await _headcount(session, select(end.label("day")).subquery("days"), query.by)


async def movements(session: ReadSession, period: Period) -> Sequence[Row[Any]]:
    """Who joined and who left in a period, by day; columns as in `Movement`."""

    def of(kind: str, day: Any, reason: Any) -> Statement:
        moved = select(
            day.label("day"),
            literal(kind).label("kind"),
            employee.c.employee_no,
            employee.c.first_name,
            employee.c.last_name,
            department.c.name.label("department"),
            position.c.name.label("position"),
            job.c.employment_type,
            reason.label("leaving_reason"),
        ).join_from(employee, job, and_(job.c.employee_id == employee.c.id, _holds_on(day)))
        return with_names(moved).where(
            day.between(period.first, period.last), visibility.sees(session.context, employee.c.id)
        )

    both = union_all(
        of("joined", employee.c.date_of_joining, null()),
        of("left", employee.c.last_day, employee.c.leaving_reason),
    ).subquery()
    statement = select(both).order_by(both.c.day, both.c.kind, both.c.employee_no)
    return (await session.execute(statement)).all()


async def _headcount(session: ReadSession, days: Subquery, by: Group) -> Sequence[Row[Any]]:
    groups: dict[Group, tuple[Any, Any]] = {
        "department": (department.c.id, department.c.name),
        "position": (position.c.id, position.c.name),
        "employment_type": (cast(null(), Uuid), job.c.employment_type),
    }
    id_, name = groups[by]
    counted = (
        select(days.c.day, id_.label("id"), name.label("name"), func.count().label("employees"))
        .join_from(days, job, _holds_on(days.c.day))
        .where(visibility.sees(session.context, job.c.employee_id))
        .group_by(days.c.day, id_, name)
        .order_by(days.c.day, name)
    )
    return (await session.execute(with_names(counted), {"tenant": session.tenant})).all()


def _holds_on(day: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether a job is had on a day. Jobs cover an employment from its first day to its last."""
    return and_(job.c.valid_from <= day, or_(job.c.valid_to.is_(None), job.c.valid_to >= day))
