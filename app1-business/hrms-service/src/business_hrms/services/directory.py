"""Employees as they are read: each with the job of today, in one statement.

Statements are made once for each combination of filters and order, because making
one costs more than running it; what differs between requests is bound.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from contracts.context import TenantContext
from servicekit.db import ReadSession, TenantSession
from servicekit.errors import NotFound
from servicekit.pagination import Listing
from sqlalchemy import ColumnElement, FromClause, String, Uuid, bindparam, case, func, select, true

from business_hrms.models.department import Department
from business_hrms.models.employee import Employee
from business_hrms.models.position import Position
from business_hrms.schemas.employee import EmployeeFilter, EmployeeQuery, EmployeeRead
from business_hrms.services import department as departments
from business_hrms.services import visibility
from business_hrms.services.current import Statement, calendar, employee, full_name, is_todays, job

manager = Employee.__table__.alias("manager")
department = Department.__table__
position = Position.__table__

JOB_COLUMNS = (job.c.employment_type, job.c.department_id, job.c.position_id, job.c.manager_id)
NAMES = (
    department.c.name.label("department"),
    position.c.name.label("position"),
    full_name(manager).label("manager"),
)


class OwnEmployeeAbsent(NotFound):
    code = "hrms.own_employee_absent"

    def __init__(self) -> None:
        super().__init__("Your account belongs to no employee.")


class Filters(NamedTuple):
    """Which filters a statement has; `seen` leaves only whom the viewer sees."""

    seen: bool
    words: int = 0
    department: bool = False
    status: bool = False


async def listing(session: ReadSession, query: EmployeeQuery) -> dict[str, Any]:
    filters, values = bound(session.context, query)
    return await _listing(query.sort, filters).page(session, query, values)


async def one(session: TenantSession | ReadSession, employee_id: UUID) -> EmployeeRead:
    """One employee.

    Raises:
        NotFound: there is none with this id for the session's user.
    """
    filters, values = bound(session.context, EmployeeFilter())
    values["employee_id"] = employee_id
    row = (await session.execute(_one(filters), values)).one_or_none()
    if row is None:
        raise NotFound
    return EmployeeRead.model_validate(row)


async def own(session: ReadSession) -> EmployeeRead:
    """The employee that the session's account belongs to.

    Raises:
        OwnEmployeeAbsent: it belongs to none.
    """
    row = (await session.execute(_own(), visibility.values(session.context))).one_or_none()
    if row is None:
        raise OwnEmployeeAbsent
    return EmployeeRead.model_validate(row)


async def many(session: TenantSession | ReadSession, ids: Sequence[UUID]) -> list[EmployeeRead]:
    """Those of these employees whom the session's user sees, in any order."""
    filters, values = bound(session.context, EmployeeFilter())
    rows = await session.execute(employees(filters).where(employee.c.id.in_(ids)), values)
    return [EmployeeRead.model_validate(row) for row in rows]


def bound(context: TenantContext, wanted: EmployeeFilter) -> tuple[Filters, dict[str, Any]]:
    """The filters that a wish of somebody's comes to, and the values to run their statement with."""
    words = (wanted.q or "").split()
    filters = Filters(
        seen=not visibility.sees_all(context),
        words=len(words),
        department=wanted.department_id is not None,
        status=wanted.status is not None,
    )
    values = {
        **visibility.values(context),
        "department": wanted.department_id,
        "status": wanted.status,
        **{f"word_{n}": _anywhere(word) for n, word in enumerate(words)},
    }
    return filters, values


@lru_cache(maxsize=256)
def employees(filters: Filters) -> Statement:
    """Employees with the job of today; columns as in `EmployeeRead`."""
    return with_names(_nameless(filters).add_columns(*NAMES))


def _nameless(filters: Filters) -> Statement:
    """The same without what the job's ids stand for."""
    dates = calendar()
    today = dates.c.today
    status = case(
        (today < employee.c.date_of_joining, "onboarding"),
        (today > employee.c.last_day, "left"),
        (employee.c.last_day.is_not(None), "notice"),
        else_="active",
    )
    columns = (
        employee.c.id,
        employee.c.version,
        employee.c.employee_no,
        employee.c.first_name,
        employee.c.last_name,
        employee.c.email,
        status.label("status"),
        employee.c.date_of_joining,
        employee.c.last_day,
        employee.c.user_id,
        employee.c.holiday_list_id,
        *JOB_COLUMNS,
    )
    everybody = select(*columns).join_from(employee, dates, true())
    statement = everybody.join(job, is_todays(job, employee, today))
    if filters.seen:
        statement = statement.where(employee.c.id.in_(visibility.seen()))
    for n in range(filters.words):
        pattern = func.lower(func.unaccent(bindparam(f"word_{n}", type_=String)))
        statement = statement.where(employee.c.search.like(pattern))
    if filters.department:
        below = departments.subtree(bindparam("department", type_=Uuid))
        statement = statement.where(job.c.department_id.in_(select(below.c.id)))
    if filters.status:
        statement = statement.where(status == bindparam("status", type_=String))
    return statement


def with_names(jobs: Statement, of: FromClause = job) -> Statement:
    """Join to a statement over rows with `JOB_COLUMNS` where the `NAMES` of these come from."""
    return (
        jobs.outerjoin(department, department.c.id == of.c.department_id)
        .outerjoin(position, position.c.id == of.c.position_id)
        .outerjoin(manager, manager.c.id == of.c.manager_id)
    )


@lru_cache(maxsize=256)
def _listing(sort: str, filters: Filters) -> Listing:
    name = employee.c.sort_name.label("_name")
    keys: dict[str, ColumnElement[Any]] = {
        "name": name,
        "employee_no": employee.c.employee_no,
        "date_of_joining": employee.c.date_of_joining,
    }
    return Listing(
        _nameless(filters).add_columns(name),
        key=keys[sort.removeprefix("-")],
        id_=employee.c.id,
        descending=sort.startswith("-"),
        completed=lambda page: with_names(select(page, *NAMES), page),
    )


@lru_cache
def _one(filters: Filters) -> Statement:
    return employees(filters).where(employee.c.id == bindparam("employee_id", type_=Uuid))


@lru_cache
def _own() -> Statement:
    return employees(Filters(seen=False)).where(employee.c.user_id == bindparam("viewer", type_=Uuid))


def _anywhere(word: str) -> str:
    """A LIKE pattern that finds the word as it is written."""
    return "%" + word.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_") + "%"
