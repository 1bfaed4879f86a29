"""Jobs from one day to another: changes and their withdrawal."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from contracts.facts import EmployeeJobChanged
from servicekit import audit, facts
from servicekit.db import ReadSession, TenantSession, locked, refusing
from servicekit.errors import Conflict, NotFound, Unprocessable
from sqlalchemy import Row, func, or_, select

from business_hrms.models.employee import Employee, EmploymentRecord
from business_hrms.schemas.employment import JobChange, JobRead
from business_hrms.services import directory, position
from business_hrms.services.current import Statement, job
from business_hrms.services.department import DepartmentUnknown
from business_hrms.services.directory import JOB_COLUMNS, NAMES
from business_hrms.services.reporting import require_manager, require_no_cycle
from business_hrms.services.visibility import require_visible

_DAY = timedelta(days=1)


class NotEmployedThen(Unprocessable):
    code = "hrms.not_employed_then"

    def __init__(self, employee: Employee) -> None:
        super().__init__(
            "The employee is not employed on that day.",
            date_of_joining=employee.date_of_joining.isoformat(),
            last_day=employee.last_day.isoformat() if employee.last_day else None,
        )


class JobStartsThen(Conflict):
    code = "hrms.job_starts_then"

    def __init__(self, existing: UUID) -> None:
        super().__init__("A job begins on that day already.", job_id=existing)


class NothingChanges(Unprocessable):
    code = "hrms.nothing_changes"

    def __init__(self) -> None:
        super().__init__("The job is the same already.")


class FirstJob(Conflict):
    code = "hrms.first_job"

    def __init__(self) -> None:
        super().__init__("The job of the hiring cannot be withdrawn.")


async def change_job(
    session: TenantSession, employee_id: UUID, change: JobChange, *, corrects: bool = False
) -> JobRead:
    """Give an employee another job from a day on, until the next change that is on record.

    Args:
        corrects: let it take the place of a job that begins on that day already.
    """
    employee = await locked(session, Employee, employee_id)
    before = await _on(session, employee, change.valid_from)
    same_day = before.valid_from == change.valid_from
    if same_day and not corrects:
        raise JobStartsThen(before.id)
    kept = {
        "department_id": before.department_id,
        "position_id": before.position_id,
        "manager_id": before.manager_id,
        "employment_type": before.employment_type,
    }
    wanted = change.model_dump(exclude_unset=True, exclude={"valid_from", "position"})
    if "position" in change.model_fields_set:
        wanted["position_id"] = await position.named(session, change.position) if change.position else None
    if kept | wanted == kept:
        raise NothingChanges
    after = EmploymentRecord(
        employee_id=employee_id, valid_from=change.valid_from, valid_to=before.valid_to, **(kept | wanted)
    )
    if after.manager_id is not None and after.manager_id != before.manager_id:
        await require_manager(session, after.manager_id, after.valid_from)
        await require_no_cycle(session, after)
    audit.add(
        session,
        "hrms.job_changed",
        target=f"employee:{employee_id}",
        before={name: kept[name] for name in wanted},
        after={"valid_from": change.valid_from, **wanted},
    )
    if same_day:
        for name, value in wanted.items():
            setattr(before, name, value)
        return await _changed(session, employee, before, since=before.valid_from)
    before.valid_to = after.valid_from - _DAY
    session.add(after)
    return await _changed(session, employee, after, since=after.valid_from)


async def withdraw_job(session: TenantSession, employee_id: UUID, job_id: UUID) -> None:
    """Take back a job change: the job before it goes on in its place."""
    employee = await locked(session, Employee, employee_id)
    withdrawn = await session.get(EmploymentRecord, job_id)
    if withdrawn is None or withdrawn.employee_id != employee_id:
        raise NotFound
    if withdrawn.valid_from == employee.date_of_joining:
        raise FirstJob
    before = await _on(session, employee, withdrawn.valid_from - _DAY)
    audit.add(
        session,
        "hrms.job_change_withdrawn",
        target=f"employee:{employee_id}",
        before={"valid_from": withdrawn.valid_from},
    )
    await session.delete(withdrawn)
    await session.flush()
    before.valid_to = withdrawn.valid_to
    await require_no_cycle(session, before)
    await _changed(session, employee, before, since=withdrawn.valid_from)


async def history(session: ReadSession, employee_id: UUID) -> Sequence[Row[Any]]:
    """An employee's jobs, the first one first; columns as in `JobRead`."""
    await require_visible(session, employee_id)
    statement = _jobs().where(job.c.employee_id == employee_id).order_by(job.c.valid_from)
    return (await session.execute(statement)).all()


def _jobs() -> Statement:
    jobs = select(job.c.id, job.c.valid_from, job.c.valid_to, *JOB_COLUMNS, *NAMES)
    return directory.with_names(jobs)


async def _on(session: TenantSession, employee: Employee, day: date) -> EmploymentRecord:
    """The job that an employee has on a day."""
    record = await session.scalar(
        select(EmploymentRecord).where(
            EmploymentRecord.employee_id == employee.id,
            EmploymentRecord.valid_from <= day,
            or_(EmploymentRecord.valid_to.is_(None), EmploymentRecord.valid_to >= day),
        )
    )
    if record is None:
        raise NotEmployedThen(employee)
    return record


async def _changed(
    session: TenantSession, employee: Employee, record: EmploymentRecord, *, since: date
) -> JobRead:
    """Store a changed job under a new version of the employee, and tell of it."""
    employee.updated_at = func.now()
    async with refusing({"fk_employment_records_department_id": DepartmentUnknown}):
        await session.flush()
    read = JobRead.model_validate((await session.execute(_jobs().where(job.c.id == record.id))).one())
    fact = EmployeeJobChanged(
        employee_id=employee.id,
        valid_from=since,
        department_id=read.department_id,
        position=read.position,
        manager_id=read.manager_id,
        employment_type=read.employment_type,
    )
    facts.add(session, fact, about=employee)
    return read
