"""Employees as they are read: each with the job of today, in one statement.

Statements are made once for each combination of filters and order, because making
one costs more than running it; what differs between requests is bound.
"""

from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from servicekit.db import ReadSession, TenantSession
from servicekit.errors import NotFound
from servicekit.pagination import Listing
from servicekit.records import Tenant
from sqlalchemy import (
    ColumnElement,
    Date,
    Select,
    String,
    Uuid,
    and_,
    bindparam,
    case,
    cast,
    func,
    or_,
    select,
    true,
)

from business_hrms.models.department import Department
from business_hrms.models.employee import Employee, EmploymentRecord
from business_hrms.models.position import Position
from business_hrms.schemas.employee import EmployeeFilter, EmployeeQuery, EmployeeRead
from business_hrms.services import department as departments

Statement = Select[*tuple[Any, ...]]

employee = Employee.__table__
manager = Employee.__table__.alias("manager")
job = EmploymentRecord.__table__.alias("job")
department = Department.__table__
position = Position.__table__

JOB_COLUMNS = (
    job.c.employment_type,
    job.c.department_id,
    department.c.name.label("department"),
    job.c.position_id,
    position.c.name.label("position"),
    job.c.manager_id,
    (manager.c.first_name + " " + manager.c.last_name).label("manager"),
)


class Filters(NamedTuple):
    """Which filters a statement has."""

    words: int
    department: bool
    status: bool


async def listing(session: ReadSession, query: EmployeeQuery) -> dict[str, Any]:
    filters, values = bound(session.tenant, query)
    return await _listing(query.sort, filters).page(session, query, values)


async def one(session: TenantSession | ReadSession, employee_id: UUID) -> EmployeeRead:
    """One employee.

    Raises:
        NotFound: there is none with this id.
    """
    row = (await session.execute(_ONE, {"tenant": session.tenant, "employee_id": employee_id})).one_or_none()
    if row is None:
        raise NotFound
    return EmployeeRead.model_validate(row)


def bound(tenant: str, wanted: EmployeeFilter) -> tuple[Filters, dict[str, Any]]:
    """The filters that a wish comes to, and the values to run their statement with."""
    words = (wanted.q or "").split()
    values = {
        "tenant": tenant,
        "department": wanted.department_id,
        "status": wanted.status,
        **{f"word_{n}": _anywhere(word) for n, word in enumerate(words)},
    }
    return Filters(len(words), wanted.department_id is not None, wanted.status is not None), values


@lru_cache(maxsize=256)
def employees(filters: Filters) -> Statement:
    """Employees with the job of today; columns as in `EmployeeRead`.

    Who has not joined yet is shown with the first job, who has left with the last.
    """
    # One row: today's date where the tenant is, by the database's clock.
    today_there = cast(func.timezone(Tenant.time_zone, func.now()), Date).label("today")
    calendar = select(today_there).where(Tenant.id == bindparam("tenant")).subquery("calendar")
    today = calendar.c.today
    day = func.greatest(employee.c.date_of_joining, func.least(today, employee.c.last_day))
    has_job = and_(
        job.c.employee_id == employee.c.id,
        job.c.valid_from <= day,
        or_(job.c.valid_to.is_(None), job.c.valid_to >= day),
    )
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
        *JOB_COLUMNS,
    )
    statement = with_names(select(*columns).join_from(employee, calendar, true()).join(job, has_job))
    for n in range(filters.words):
        pattern = func.lower(func.unaccent(bindparam(f"word_{n}", type_=String)))
        statement = statement.where(employee.c.search.like(pattern))
    if filters.department:
        below = departments.subtree(bindparam("department", type_=Uuid))
        statement = statement.where(job.c.department_id.in_(select(below.c.id)))
    if filters.status:
        statement = statement.where(status == bindparam("status", type_=String))
    return statement


def with_names(jobs: Statement) -> Statement:
    """Join to a statement over `job` what its `JOB_COLUMNS` name."""
    return (
        jobs.outerjoin(department, department.c.id == job.c.department_id)
        .outerjoin(position, position.c.id == job.c.position_id)
        .outerjoin(manager, manager.c.id == job.c.manager_id)
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
        employees(filters).add_columns(name),
        key=keys[sort.removeprefix("-")],
        id_=employee.c.id,
        descending=sort.startswith("-"),
    )


def _anywhere(word: str) -> str:
    """A LIKE pattern that finds the word as it is written."""
    return "%" + word.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_") + "%"


EVERYBODY = Filters(words=0, department=False, status=False)
_ONE = employees(EVERYBODY).where(employee.c.id == bindparam("employee_id", type_=Uuid))
