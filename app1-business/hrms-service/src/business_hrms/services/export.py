"""Employees as a CSV file, written while it is sent."""

from collections.abc import AsyncGenerator
from uuid import UUID

from servicekit import spreadsheet
from servicekit.db import ReadSessions
from sqlalchemy import Uuid, bindparam

from business_hrms.schemas.employee import EmployeeFilter
from business_hrms.services import directory
from business_hrms.services.current import Statement, employee

COLUMNS = (
    "employee_no",
    "first_name",
    "last_name",
    "email",
    "status",
    "date_of_joining",
    "last_day",
    "employment_type",
    "department",
    "position",
    "manager_no",
)
_AT_ONCE = 1000  # rows
_BEFORE_ALL = UUID(int=0)


async def as_csv(sessions: ReadSessions, wanted: EmployeeFilter) -> AsyncGenerator[str]:
    """The employees wanted, in the order in which they were entered.

    That order is fixed, so a change meanwhile neither repeats nor hides anybody. A
    session is open only while it reads, so a client that reads slowly holds none.
    """
    yield spreadsheet.BOM + spreadsheet.lines([COLUMNS])
    last = _BEFORE_ALL
    while True:
        async with sessions() as session:
            filters, values = directory.bound(session.context, wanted)
            values["last"] = last
            rows = (await session.execute(_chunk(filters), values)).mappings().all()
        yield spreadsheet.lines([row[name] for name in COLUMNS] for row in rows)
        if len(rows) < _AT_ONCE:
            return
        last = rows[-1]["id"]


def _chunk(filters: directory.Filters) -> Statement:
    return (
        directory.employees(filters)
        .add_columns(directory.manager.c.employee_no.label("manager_no"))
        .where(employee.c.id > bindparam("last", type_=Uuid))
        .order_by(employee.c.id)
        .limit(_AT_ONCE)
    )
