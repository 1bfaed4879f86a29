"""Hiring, and what belongs to the person."""

from collections.abc import Sequence
from uuid import UUID

from contracts.facts import EmployeeHired, EmployeeRemoved
from contracts.jobs import SendMail
from servicekit import audit, facts, jobs
from servicekit.db import TenantSession, assign, locked, refusing
from servicekit.errors import Conflict
from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import insert

from business_hrms.models.employee import EMPLOYEE_NUMBERS, Employee, EmploymentRecord
from business_hrms.rules.checklist_words import Occasion
from business_hrms.schemas.employee import EmployeeChanges, EmployeeRead, EmployeeWish
from business_hrms.services import checklist as checklists
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


class AccountTaken(Conflict):
    code = "hrms.account_taken"

    def __init__(self) -> None:
        super().__init__("The account belongs to another employee.")


class EmployeeHasHistory(Conflict):
    code = "hrms.employee_has_history"

    def __init__(self) -> None:
        super().__init__("More than the hiring is on record: terminate the employment instead.")


_REFUSALS = {
    "uq_employees_email": EmailTaken,
    "uq_employees_employee_no": EmployeeNoTaken,
    "fk_employees_holiday_list_id": HolidayListUnknown,
}
_TAKEN = {"uq_employees_user_id": AccountTaken}
_HAS_HISTORY = {
    f"fk_{constraint}": EmployeeHasHistory
    for constraint in (
        "documents_employee_id",
        "employment_records_manager_id",
        "leave_allocations_employee_id",
        "leave_policy_assignments_employee_id",
        "leave_requests_employee_id",
    )
}


async def hire(session: TenantSession, wish: EmployeeWish) -> EmployeeRead:
    """Enter a new employee, and send a welcome by mail."""
    ((employee, hired),) = await hire_all(session, [wish])
    await checklists.begin_all(session, employee, Occasion.ONBOARDING)
    data = {"first_name": hired.first_name, "date_of_joining": hired.date_of_joining.isoformat()}
    jobs.add(session, SendMail(purpose="employee_welcome", address=hired.email, data=data))
    return hired


async def hire_all(
    session: TenantSession, wishes: Sequence[EmployeeWish]
) -> list[tuple[Employee, EmployeeRead]]:
    """Enter new employees, all of them or none, in a number of statements that hardly grows with them.

    Answers with each as it is kept and as it is shown.
    """
    positions = {name: await position.named(session, name) for name in {w.position for w in wishes} if name}
    await _require_managers(session, wishes)
    entered = await _enter(session, wishes)
    session.add_all(
        EmploymentRecord(
            employee_id=employee.id,
            valid_from=wish.date_of_joining,
            department_id=wish.department_id,
            position_id=positions[wish.position] if wish.position else None,
            manager_id=wish.manager_id,
            employment_type=wish.employment_type,
        )
        for employee, wish in zip(entered, wishes, strict=True)
    )
    async with refusing({"fk_employment_records_department_id": DepartmentUnknown}):
        await session.flush()
    read = {one.id: one for one in await directory.many(session, [employee.id for employee in entered])}
    for employee, wish in zip(entered, wishes, strict=True):
        hired = read[employee.id]
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
        after = wish.model_dump(exclude_none=True)
        audit.add(session, "hrms.employee_hired", target=f"employee:{hired.id}", after=after)
    return [(employee, read[employee.id]) for employee in entered]


async def _require_managers(session: TenantSession, wishes: Sequence[EmployeeWish]) -> None:
    ids = {wish.manager_id for wish in wishes if wish.manager_id is not None}
    if not ids:
        return
    # Kept, so that the session knows them when each is asked for.
    managers = (await session.scalars(select(Employee).where(Employee.id.in_(ids)))).all()
    for wish in wishes:
        if wish.manager_id is not None:
            await reporting.require_manager(session, wish.manager_id, wish.date_of_joining)
    del managers


_PERSON = {"first_name", "last_name", "email", "date_of_joining", "holiday_list_id"}
_ENTER = (
    insert(Employee).on_conflict_do_nothing(index_elements=[text("lower(employee_no)")]).returning(Employee)
)


async def _enter(session: TenantSession, wishes: Sequence[EmployeeWish]) -> list[Employee]:
    """Insert the persons, under the next numbers that nobody has where a wish names none."""
    entered: dict[int, Employee] = {}
    while missing := [n for n in range(len(wishes)) if n not in entered]:
        numbers = {n: wishes[n].employee_no or await _next_number(session) for n in missing}
        rows = [
            {"employee_no": number, "version": 1, **wishes[n].model_dump(include=_PERSON)}
            for n, number in numbers.items()
        ]
        async with refusing(_REFUSALS):
            made = {employee.employee_no: employee for employee in await session.scalars(_ENTER, rows)}
        entered |= {n: made[number] for n, number in numbers.items() if number in made}
        if any(wishes[n].employee_no is not None for n in missing if n not in entered):
            raise EmployeeNoTaken
    return [entered[n] for n in range(len(wishes))]


async def _next_number(session: TenantSession) -> str:
    return f"E{await session.scalar(select(EMPLOYEE_NUMBERS.next_value())):04}"


async def amend(
    session: TenantSession, employee_id: UUID, changes: EmployeeChanges, version: int | None
) -> EmployeeRead:
    employee = await locked(session, Employee, employee_id, version=version)
    after = changes.model_dump(exclude_unset=True)
    before = assign(employee, after)
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
        await _link(session, employee, user_id)


async def give_account(
    session: TenantSession, employee_id: UUID, user_id: UUID | None, version: int | None
) -> EmployeeRead:
    """Let an account that is there already be the employee's, or none."""
    employee = await locked(session, Employee, employee_id, version=version)
    async with refusing(_TAKEN):
        await _link(session, employee, user_id)
    return await directory.one(session, employee_id)


async def _link(session: TenantSession, employee: Employee, user_id: UUID | None) -> None:
    audit.add(
        session,
        "hrms.account_linked",
        target=f"employee:{employee.id}",
        before={"user_id": employee.user_id},
        after={"user_id": user_id},
    )
    employee.user_id = user_id
    await session.flush()
