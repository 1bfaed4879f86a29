"""Who is away on which days: in three statements, however many people there are."""

from collections import defaultdict
from collections.abc import Set as AbstractSet
from typing import Any
from uuid import UUID

from servicekit.db import ReadSession
from servicekit.pagination import page
from sqlalchemy import and_, case, func, or_, select, true
from sqlalchemy.dialects.postgresql import aggregate_order_by

from business_hrms.models.holiday_list import Holiday, HolidayList
from business_hrms.models.leave_request import LeaveDay, LeaveRequest
from business_hrms.models.leave_type import LeaveType
from business_hrms.rules.leave_words import STANDING, LeaveStatus
from business_hrms.schemas.team_calendar import CalendarQuery
from business_hrms.services import department as departments
from business_hrms.services import visibility
from business_hrms.services.current import Statement, calendar, employee, is_todays, job

_request = LeaveRequest.__table__.c
_day = LeaveDay.__table__.c
_type = LeaveType.__table__.c
_list = HolidayList.__table__.c
_holiday = Holiday.__table__.c


async def team_calendar(session: ReadSession, query: CalendarQuery) -> dict[str, Any]:
    """A `TeamCalendar`'s members."""
    found = await page(
        session, _people(session, query), query, key=employee.c.sort_name.label("_name"), id_=_ID
    )
    people = found["items"]
    away = await _away(session, query, {person["employee_id"] for person in people})
    for person in people:
        person["away"] = away[person["employee_id"]]
    found["holidays"] = await _holidays(session, query, {person["holiday_list_id"] for person in people})
    return found


_ID = employee.c.id.label("employee_id")


def _people(session: ReadSession, query: CalendarQuery) -> Statement:
    """Who is employed on one of the days, of those whom the asker sees and the asker's own team."""
    dates = calendar()
    default = select(_list.id).where(_list.is_default).scalar_subquery()
    statement = (
        select(
            _ID,
            employee.c.first_name,
            employee.c.last_name,
            func.coalesce(employee.c.holiday_list_id, default).label("holiday_list_id"),
            employee.c.sort_name.label("_name"),
        )
        .join_from(employee, dates, true())
        .join(job, is_todays(job, employee, dates.c.today))
        .where(employee.c.date_of_joining <= query.ends_on)
        .where(or_(employee.c.last_day.is_(None), employee.c.last_day >= query.starts_on))
    )
    if not visibility.sees_all(session.context):
        near = (employee.c.id.in_(visibility.seen()), employee.c.id.in_(visibility.team()))
        statement = statement.where(or_(*near))
    if query.department_id is not None:
        below = departments.subtree(query.department_id)
        statement = statement.where(job.c.department_id.in_(select(below.c.id)))
    return statement.params(visibility.values(session.context))


async def _away(
    session: ReadSession, query: CalendarQuery, people: AbstractSet[UUID]
) -> dict[UUID, list[dict[str, Any]]]:
    """Absences by employee, the first one first; of those whom the asker does not see, what is approved."""
    seen = visibility.sees(session.context, _request.employee_id)
    days = func.array_agg(aggregate_order_by(_day.day, _day.day))
    statement = (
        select(
            _request.employee_id,
            _request.starts_on.label("from"),
            _request.ends_on.label("to"),
            _request.half_day,
            days.label("days"),
            *(
                case((seen, column)).label(name)
                for name, column in (
                    ("request_id", _request.id),
                    ("leave_type_id", _type.id),
                    ("leave_type", _type.name),
                    ("status", _request.status),
                )
            ),
        )
        .join_from(LeaveRequest.__table__, LeaveType.__table__, _type.id == _request.leave_type_id)
        .join(
            LeaveDay.__table__,
            and_(_day.request_id == _request.id, _day.day.between(query.starts_on, query.ends_on)),
        )
        .where(_request.employee_id.in_(people), _request.status.in_(STANDING))
        .where(or_(_request.status == LeaveStatus.APPROVED, seen))
        .group_by(_request.id, _type.id)
        .order_by(_request.starts_on, _request.half_day.desc())
    )
    away: dict[UUID, list[dict[str, Any]]] = defaultdict(list)
    for row in (await session.execute(statement)).mappings():
        absence = dict(row)
        away[absence.pop("employee_id")].append(absence)
    return away


async def _holidays(
    session: ReadSession, query: CalendarQuery, lists: AbstractSet[UUID | None]
) -> list[dict[str, Any]]:
    """The days off that lists name among the days of the calendar."""
    rows = await session.execute(
        select(_list.id, _list.weekly_off, _holiday.day, _holiday.name)
        .outerjoin_from(
            HolidayList.__table__,
            Holiday.__table__,
            and_(_holiday.holiday_list_id == _list.id, _holiday.day.between(query.starts_on, query.ends_on)),
        )
        .where(_list.id.in_(lists - {None}))
        .order_by(_list.id, _holiday.day)
    )
    found: dict[UUID, dict[str, Any]] = {}
    for id_, weekly_off, day, name in rows:
        entry = found.setdefault(id_, {"holiday_list_id": id_, "weekly_off": weekly_off, "days": []})
        if day is not None:
            entry["days"].append({"date": day, "name": name})
    return list(found.values())
