"""The end of employment, and what ends with it."""

from typing import ClassVar
from uuid import UUID

from contracts.facts import EmployeeLeft, EmployeeTerminated
from contracts.jobs import EndAccess, Job
from servicekit import audit, facts, jobs
from servicekit.db import TenantSession, locked
from servicekit.errors import Conflict, Unprocessable
from sqlalchemy import select

from business_hrms.models.employee import Employee, EmploymentRecord
from business_hrms.rules.checklist_words import Occasion
from business_hrms.schemas.employee import EmployeeRead
from business_hrms.schemas.employment import Termination
from business_hrms.services import checklist as checklists
from business_hrms.services import directory, leave_end
from business_hrms.services.current import today
from business_hrms.services.reporting import require_no_cycle


class LastDayBeforeJoining(Unprocessable):
    code = "hrms.last_day_before_joining"

    def __init__(self) -> None:
        super().__init__("The last day lies before the date of joining.")


class JobStartsLater(Conflict):
    code = "hrms.job_starts_later"

    def __init__(self, later: UUID) -> None:
        super().__init__("A job begins after the last day: withdraw it first.", job_id=later)


class TellWhoHasLeft(Job):
    """Tell of those whose last day is over."""

    name: ClassVar[str] = "hrms.tell_who_has_left"


async def terminate(session: TenantSession, employee_id: UUID, end: Termination) -> EmployeeRead:
    """Set the last day of employment, or move it."""
    employee = await locked(session, Employee, employee_id)
    if end.last_day < employee.date_of_joining:
        raise LastDayBeforeJoining
    records = select(EmploymentRecord).where(EmploymentRecord.employee_id == employee_id)
    last = (await session.scalars(records.order_by(EmploymentRecord.valid_from.desc()).limit(1))).one()
    if last.valid_from > end.last_day:
        raise JobStartsLater(last.id)
    last.valid_to = end.last_day
    await require_no_cycle(session, last)
    audit.add(
        session,
        "hrms.employee_terminated",
        target=f"employee:{employee_id}",
        before={"last_day": employee.last_day, "reason": employee.leaving_reason},
        after=end.model_dump(),
    )
    employee.last_day, employee.leaving_reason = end.last_day, end.reason
    await session.flush()
    fact = EmployeeTerminated(employee_id=employee_id, last_day=end.last_day)
    facts.add(session, fact, about=employee)
    await leave_end.end_leave(session, employee, end.last_day)
    await checklists.begin_all(session, employee, Occasion.OFFBOARDING)
    return await directory.one(session, employee_id)


async def tell_who_has_left(session: TenantSession) -> None:
    """Tell of those whose last day is over, once for each last day, and end their access."""
    gone = (
        select(Employee)
        .where(Employee.last_day < await today(session))
        .where(Employee.left_told.is_distinct_from(Employee.last_day))
        .order_by(Employee.id)
        .with_for_update(key_share=True)
    )
    for employee in (await session.scalars(gone)).all():
        employee.left_told = employee.last_day
        await session.flush()
        fact = EmployeeLeft(employee_id=employee.id, user_id=employee.user_id, last_day=employee.last_day)
        facts.add(session, fact, about=employee)
        if employee.user_id is not None:
            jobs.add(session, EndAccess(account_id=employee.user_id))
