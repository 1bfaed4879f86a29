"""Employees as they are read: each with the job of today, in one statement."""

from typing import Any
from uuid import UUID

from servicekit.db import ReadSession, TenantSession
from servicekit.errors import NotFound
from servicekit.pagination import page
from servicekit.records import Tenant
from sqlalchemy import ColumnElement, Date, Select, Subquery, and_, case, cast, func, or_, select, true
from sqlalchemy.orm import aliased

from business_hrms.models.department import Department
from business_hrms.models.employee import Employee, EmploymentRecord
from business_hrms.models.position import Position
from business_hrms.schemas.employee import EmployeeFilter, EmployeeQuery, EmployeeRead
from business_hrms.services import department as departments

job = aliased(EmploymentRecord, name="job")
manager = aliased(Employee, name="manager")

JOB_COLUMNS = (
    job.employment_type,
    job.department_id,
    Department.name.label("department"),
    job.position_id,
    Position.name.label("position"),
    job.manager_id,
    (manager.first_name + " " + manager.last_name).label("manager"),
)

_COLUMNS = Employee.__table__.c
_NAME = _COLUMNS.sort_name.label("_name")
_SORT_KEYS: dict[str, ColumnElement[Any]] = {
    "name": _NAME,
    "employee_no": _COLUMNS.employee_no,
    "date_of_joining": _COLUMNS.date_of_joining,
}


async def listing(session: ReadSession, query: EmployeeQuery) -> dict[str, Any]:
    return await page(
        session,
        employees(session.tenant, query).add_columns(_NAME),
        query,
        key=_SORT_KEYS[query.sort.removeprefix("-")],
        id_=_COLUMNS.id,
        descending=query.sort.startswith("-"),
    )


async def one(session: TenantSession | ReadSession, employee_id: UUID) -> EmployeeRead:
    """One employee.

    Raises:
        NotFound: there is none with this id.
    """
    statement = employees(session.tenant, EmployeeFilter()).where(Employee.id == employee_id)
    row = (await session.execute(statement)).one_or_none()
    if row is None:
        raise NotFound
    return EmployeeRead.model_validate(row)


def employees(tenant: str, wanted: EmployeeFilter) -> Select[*tuple[Any, ...]]:
    """The employees wanted, each with the job of today; columns as in `EmployeeRead`.

    Who has not joined yet is shown with the first job, who has left with the last.
    """
    calendar = calendar_of(tenant)
    today = calendar.c.today
    day = func.greatest(Employee.date_of_joining, func.least(today, Employee.last_day))
    status = case(
        (today < Employee.date_of_joining, "onboarding"),
        (today > Employee.last_day, "left"),
        (Employee.last_day.is_not(None), "notice"),
        else_="active",
    )
    statement = with_names(
        select(
            Employee.id,
            Employee.version,
            Employee.employee_no,
            Employee.first_name,
            Employee.last_name,
            Employee.email,
            status.label("status"),
            Employee.date_of_joining,
            Employee.last_day,
            Employee.user_id,
            *JOB_COLUMNS,
        )
        .join_from(Employee, calendar, true())
        .join(
            job,
            and_(
                job.employee_id == Employee.id,
                job.valid_from <= day,
                or_(job.valid_to.is_(None), job.valid_to >= day),
            ),
        )
    )
    for word in (wanted.q or "").split():
        statement = statement.where(Employee.search.like(func.lower(func.unaccent(_anywhere(word)))))
    if wanted.department_id is not None:
        below = departments.subtree(wanted.department_id)
        statement = statement.where(job.department_id.in_(select(below.c.id)))
    if wanted.status is not None:
        statement = statement.where(status == wanted.status)
    return statement


def calendar_of(tenant: str) -> Subquery:
    """One row: `today` in the tenant's time zone, by the database's clock."""
    today = cast(func.timezone(Tenant.time_zone, func.now()), Date)
    return select(today.label("today")).where(Tenant.id == tenant).subquery("calendar")


def with_names(jobs: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    """Join to a statement over `job` what its `JOB_COLUMNS` name."""
    return (
        jobs.outerjoin(Department, Department.id == job.department_id)
        .outerjoin(Position, Position.id == job.position_id)
        .outerjoin(manager, manager.id == job.manager_id)
    )


def _anywhere(word: str) -> str:
    """A LIKE pattern that finds the word as it is written."""
    return "%" + word.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_") + "%"
