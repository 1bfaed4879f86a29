"""Today, and the job that goes with it, as parts of statements. Bound: `tenant`."""

from datetime import date
from typing import Any

from servicekit.db import TenantSession
from servicekit.records import Tenant
from sqlalchemy import (
    ColumnElement,
    Date,
    FromClause,
    Select,
    Subquery,
    and_,
    bindparam,
    cast,
    func,
    or_,
    select,
)

from business_hrms.models.employee import Employee, EmploymentRecord

Statement = Select[*tuple[Any, ...]]

# Tables, not classes: rows that become JSON need not pass the ORM.
employee = Employee.__table__
job = EmploymentRecord.__table__.alias("job")
tenant = Tenant.__table__


def full_name(person: FromClause) -> ColumnElement[str]:
    """The name of an employee, of a row of `employee` or an alias of it."""
    name: ColumnElement[str] = person.c.first_name + " " + person.c.last_name
    return name


def calendar() -> Subquery:
    """One row: `today`, the date in the tenant's time zone, by the database's clock."""
    today = cast(func.timezone(tenant.c.time_zone, func.now()), Date).label("today")
    return select(today).where(tenant.c.id == bindparam("tenant")).subquery("calendar")


async def today(session: TenantSession) -> date:
    """The date in the tenant's time zone."""
    day: date = (await session.execute(select(calendar().c.today), {"tenant": session.tenant})).scalar_one()
    return day


def is_todays(job: FromClause, employee: FromClause, today: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether a record is the employee's job of today: before joining the first, after leaving the last."""
    day = func.greatest(employee.c.date_of_joining, func.least(today, employee.c.last_day))
    return and_(
        job.c.employee_id == employee.c.id,
        job.c.valid_from <= day,
        or_(job.c.valid_to.is_(None), job.c.valid_to >= day),
    )
