"""Hiring, and what belongs to the person."""

from uuid import UUID

from contracts.facts import EmployeeHired, EmployeeRemoved
from contracts.jobs import SendMail
from servicekit import audit, facts, jobs
from servicekit.db import TenantSession, locked, refusing
from servicekit.errors import Conflict
from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import insert

from business_hrms.models.employee import EMPLOYEE_NUMBERS, Employee, EmploymentRecord
from business_hrms.schemas.employee import EmployeeChanges, EmployeeRead, EmployeeWish
from business_hrms.services import directory, position, reporting
from business_hrms.services.department import DepartmentUnknown
from business_hrms.services.holiday_list import HolidayListUnknown


class EmailTaken(Conflict):
    code = "hrms.email_taken"

    def __init__(self) -> None:
        super().__init__("Another employee has this e-mail address.")


class EmployeeNoTaken(Conflict):
    code = "hrms.employee_no_taken"

    def __init__(self) -> None:
        super().__init__("Another employee has this number.")


class EmployeeHasHistory(Conflict):
    code = "hrms.employee_has_history"

    def __init__(self) -> None:
        super().__init__("More than the hiring is on record: terminate the employment instead.")


_REFUSALS = {
    "uq_employees_email": EmailTaken,
    "uq_employees_employee_no": EmployeeNoTaken,
    "fk_employees_holiday_list_id": HolidayListUnknown,
}
_HAS_HISTORY = {
    f"fk_{constraint}": EmployeeHasHistory
    for constraint in (
        "documents_employee_id",
        "employment_records_manager_id",
        "leave_allocations_employee_id",
        "leave_requests_employee_id",
    )
}


async def hire(session: TenantSession, wish: EmployeeWish, *, welcome: bool = True) -> EmployeeRead:
    """Enter a new employee, and send a welcome by mail unless it is not wanted."""
    position_id = await position.named(session, wish.position) if wish.position else None
    if wish.manager_id is not None:
        await reporting.require_manager(session, wish.manager_id, wish.date_of_joining)
    employee = await _enter(session, wish)
    session.add(
        EmploymentRecord(
            employee_id=employee.id,
            valid_from=wish.date_of_joining,
            department_id=wish.department_id,
            position_id=position_id,
            manager_id=wish.manager_id,
            employment_type=wish.employment_type,
        )
    )
    async with refusing({"fk_employment_records_department_id": DepartmentUnknown}):
        await session.flush()
    hired = await directory.one(session, employee.id)
    fact = EmployeeHired(
        employee_id=hired.id,
        employee_no=hired.employee_no,
        first_name=hired.first_name,
        last_name=hired.last_name,
        email=hired.email,
        date_of_joining=hired.date_of_joining,
        department_id=hired.department_id,
        position=hired.position,
        manager_id=hired.manager_id,
        employment_type=hired.employment_type,
    )
    facts.add(session, fact, about=employee)
    audit.add(
        session,
        "hrms.employee_hired",
        target=f"employee:{hired.id}",
        after=wish.model_dump(exclude_none=True),
    )
    if welcome:
        data = {"first_name": hired.first_name, "date_of_joining": hired.date_of_joining.isoformat()}
        jobs.add(session, SendMail(purpose="employee_welcome", address=hired.email, data=data))
    return hired


async def _enter(session: TenantSession, wish: EmployeeWish) -> Employee:
    """Insert the person, under the next number that nobody has where the wish names none."""
    person = wish.model_dump(
        include={"first_name", "last_name", "email", "date_of_joining", "holiday_list_id"}
    )
    while True:
        number = wish.employee_no or f"E{await session.scalar(select(EMPLOYEE_NUMBERS.next_value())):04}"
        statement = (
            insert(Employee)
            .values(employee_no=number, version=1, **person)
            .on_conflict_do_nothing(index_elements=[text("lower(employee_no)")])
            .returning(Employee)
        )
        async with refusing(_REFUSALS):
            employee = await session.scalar(statement)
        if employee is not None:
            return employee
        if wish.employee_no is not None:
            raise EmployeeNoTaken


async def amend(
    session: TenantSession, employee_id: UUID, changes: EmployeeChanges, version: int | None
) -> EmployeeRead:
    employee = await locked(session, Employee, employee_id, version=version)
    after = changes.model_dump(exclude_unset=True)
    before = {name: getattr(employee, name) for name in after}
    for name, value in after.items():
        setattr(employee, name, value)
    async with refusing(_REFUSALS):
        await session.flush()
    audit.add(session, "hrms.employee_amended", target=f"employee:{employee_id}", before=before, after=after)
    return await directory.one(session, employee_id)


async def remove(session: TenantSession, employee_id: UUID) -> None:
    """Take back a hiring that was a mistake, where nothing else is on record."""
    employee = await locked(session, Employee, employee_id)
    own = EmploymentRecord.employee_id == employee_id
    records = (await session.scalars(select(EmploymentRecord).where(own))).all()
    if len(records) > 1 or employee.last_day is not None:
        raise EmployeeHasHistory
    employee.updated_at = func.now()  # so that the fact carries a newer version than the hiring
    await session.flush()
    facts.add(session, EmployeeRemoved(employee_id=employee_id), about=employee)
    was = {name: getattr(employee, name) for name in ("employee_no", "first_name", "last_name", "email")}
    audit.add(session, "hrms.employee_removed", target=f"employee:{employee_id}", before=was)
    for record in records:
        await session.delete(record)
    await session.flush()
    await session.delete(employee)
    async with refusing(_HAS_HISTORY):
        await session.flush()


async def link_account(session: TenantSession, employee_id: UUID, user_id: UUID) -> None:
    """Let an account be the employee's. Nothing happens where the employee was removed meanwhile."""
    employee = await session.get(Employee, employee_id, with_for_update={"key_share": True})
    if employee is not None:
        employee.user_id = user_id
        await session.flush()
