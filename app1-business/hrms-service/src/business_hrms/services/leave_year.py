"""Give everybody the leave of a year that their policy says: as a job, a portion of employees at a time.

Who has an allocation of a type that touches the year keeps it, so doing it again
gives nothing twice, and what people made by hand goes before the policy.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, ClassVar, NamedTuple
from uuid import UUID

from contracts.jobs import Job
from servicekit import long_jobs
from servicekit.db import TenantSession
from servicekit.long_jobs import LongJob, Portion, Refusal
from sqlalchemy import ColumnElement, delete, exists, func, or_, select
from sqlalchemy.dialects.postgresql import insert

from business_hrms.models.department import Department
from business_hrms.models.employee import Employee, EmploymentRecord
from business_hrms.models.leave_allocation import LeaveAllocation, LedgerEntry
from business_hrms.models.leave_policy import PolicyAssignment, PolicyLine
from business_hrms.models.leave_type import LeaveType
from business_hrms.rules.accrual import Plan, credits_of
from business_hrms.rules.leave import ZERO
from business_hrms.rules.leave_policy import Assignment, Person, chosen, leave_year
from business_hrms.services import leave_grant, leave_settings
from business_hrms.services import leave_ledger as ledger
from business_hrms.services.current import today

AT_ONCE = 500  # employees
AHEAD = timedelta(days=60)  # so that leave of the coming year can be asked for


class MakeLeaveYear(Portion):
    """Give the portion of the employees that follows `after` the leave of a year."""

    name: ClassVar[str] = "hrms.make_leave_year"

    first: date
    last: date
    after: UUID


class MakeLeaveYears(Job):
    """Give everybody the leave of this year, and of the next once it is near."""

    name: ClassVar[str] = "hrms.make_leave_years"


async def start(session: TenantSession, as_of: date) -> LongJob:
    """Have the leave year made that a day lies in."""
    settings = await leave_settings.current(session)
    first, last = leave_year(as_of, settings.year_starts_in)
    employed = select(func.count()).select_from(Employee).where(*_employed(first, last))
    return await long_jobs.start(
        session,
        MakeLeaveYear,
        total=await session.scalar(employed) or 0,
        first=first,
        last=last,
        after=UUID(int=0),
    )


async def run_today(session: TenantSession) -> None:
    """Have this year made, and the next once it is near, where any policy is anybody's."""
    if await session.scalar(select(PolicyAssignment.id).limit(1)) is None:
        return
    starts_in = (await leave_settings.current(session)).year_starts_in
    day = await today(session)
    await start(session, day)
    if leave_year(day, starts_in) != leave_year(day + AHEAD, starts_in):
        await start(session, day + AHEAD)


async def make_portion(session: TenantSession, portion: MakeLeaveYear) -> None:
    if await long_jobs.cancelled(session, portion):
        return
    employees = (
        await session.scalars(
            select(Employee)
            .where(*_employed(portion.first, portion.last), Employee.id > portion.after)
            .order_by(Employee.id)
            .limit(AT_ONCE)
            .with_for_update(key_share=True)
        )
    ).all()
    by_id = {employee.id: employee for employee in employees}
    wanted = await _wanted(session, portion, by_id)
    made: list[LeaveAllocation] = []
    if wanted:
        # Allocations that overlap are left out here, by the constraint.
        statement = insert(LeaveAllocation).on_conflict_do_nothing().returning(LeaveAllocation)
        made = list(await session.scalars(statement, wanted))
    refused = await _take_effect(session, portion, [(one, by_id[one.employee_id]) for one in made])
    following = portion.model_copy(update={"after": employees[-1].id}) if len(employees) == AT_ONCE else None
    counts = {"allocations": len(made) - len(refused)}
    await long_jobs.advance(
        session, portion, len(employees), following=following, refused=refused, counts=counts
    )


def _employed(first: date, last: date) -> Sequence[ColumnElement[bool]]:
    return (
        Employee.date_of_joining <= last,
        or_(Employee.last_day.is_(None), Employee.last_day >= first),
    )


@dataclass(frozen=True)
class _Policies:
    """Everything that decides who gets what."""

    assignments: Sequence[Assignment]
    lines: Mapping[UUID, Sequence[PolicyLine]]  # by policy
    types: Mapping[UUID, LeaveType]


class _Given(NamedTuple):
    """`days` are NULL where they are earned."""

    days: Decimal | None
    per_year: Decimal | None


async def _wanted(
    session: TenantSession, portion: MakeLeaveYear, employees: Mapping[UUID, Employee]
) -> list[dict[str, Any]]:
    """The allocations that employees are to have, as rows."""
    policies = await _policies(session)
    rows = []
    for person in await _people(session, portion.first, employees):
        employee = employees[person.employee_id]
        first = max(portion.first, employee.date_of_joining)
        assignment = chosen(person, policies.assignments, first, portion.last)
        for line in policies.lines.get(assignment.policy_id, ()) if assignment else ():
            leave_type = policies.types[line.leave_type_id]
            starts_on = max(portion.first, assignment.starts_on) if assignment else portion.first
            given = _given(line, leave_type, employee, starts_on, portion.last)
            rows.append(
                {
                    "version": 1,
                    "employee_id": employee.id,
                    "leave_type_id": leave_type.id,
                    "policy_id": line.policy_id,
                    "starts_on": starts_on,
                    "ends_on": portion.last,
                    "frequency": line.frequency,
                    **given._asdict(),
                    **leave_type.terms,
                }
            )
    return rows


def _given(line: PolicyLine, leave_type: LeaveType, employee: Employee, first: date, last: date) -> _Given:
    """What a line comes to: granted at once, the share of the year that somebody is employed and has it."""
    if line.frequency is not None:
        return _Given(None, line.days)
    plan = Plan(
        per_year=line.days,
        frequency="yearly",
        starts_on=first,
        ends_on=last,
        joined_on=employee.date_of_joining,
        last_day=employee.last_day,
        step=leave_type.rounding,
    )
    return _Given(sum((credit.days for credit in credits_of(plan, last)), ZERO), None)


async def _policies(session: TenantSession) -> _Policies:
    columns = PolicyAssignment.__table__.c
    names = ("policy_id", "starts_on", "employee_id", "department_id", "employment_type")
    assigned = await session.execute(select(*(columns[name] for name in names)))
    lines: dict[UUID, list[PolicyLine]] = {}
    for line in await session.scalars(select(PolicyLine).order_by(PolicyLine.leave_type_id)):
        lines.setdefault(line.policy_id, []).append(line)
    types = await session.scalars(
        select(LeaveType).where(exists().where(PolicyLine.leave_type_id == LeaveType.id))
    )
    return _Policies([Assignment(*row) for row in assigned], lines, {one.id: one for one in types})


async def _people(session: TenantSession, first: date, employees: Mapping[UUID, Employee]) -> list[Person]:
    """Employees by the job that they have on the first day of the year, or of employment."""
    parents = dict((await session.execute(select(Department.id, Department.parent_id))).all())
    day = func.greatest(Employee.date_of_joining, first)
    jobs = await session.execute(
        select(Employee.id, EmploymentRecord.department_id, EmploymentRecord.employment_type)
        .join(EmploymentRecord, EmploymentRecord.employee_id == Employee.id)
        .where(Employee.id.in_(employees), EmploymentRecord.valid_from <= day)
        .where(or_(EmploymentRecord.valid_to.is_(None), EmploymentRecord.valid_to >= day))
    )
    return [
        Person(employee_id, list(_up(department_id, parents)), employment_type)
        for employee_id, department_id, employment_type in jobs
    ]


def _up(department_id: UUID | None, parents: Mapping[UUID, UUID | None]) -> Iterator[UUID]:
    while department_id is not None:
        yield department_id
        department_id = parents[department_id]


async def _take_effect(
    session: TenantSession, portion: MakeLeaveYear, made: Sequence[tuple[LeaveAllocation, Employee]]
) -> list[Refusal]:
    """Let allocations take effect, but for those that leave asked for already would exceed."""
    event = f"made after {portion.after}"
    accounts = await leave_grant.take_effect(session, made, cause=portion.job_id, event=event)
    allowed = await session.scalars(select(LeaveType.id).where(LeaveType.allow_negative))
    may_owe = set(allowed)
    short = [
        (allocation, employee)
        for allocation, employee in made
        if allocation.leave_type_id not in may_owe and accounts[employee.id, allocation.leave_type_id].short
    ]
    if short:
        ids = [allocation.id for allocation, _ in short]
        await session.execute(delete(LedgerEntry).where(LedgerEntry.allocation_id.in_(ids)))
        await session.execute(delete(LeaveAllocation).where(LeaveAllocation.id.in_(ids)))
        undone = {(employee.id, allocation.leave_type_id): employee for allocation, employee in short}
        await ledger.settle_all(session, undone, cause=portion.job_id, event=f"not {event}")
    return [
        Refusal("hrms.allocation_too_small", f"{employee.employee_no} asked for more leave than this gives.")
        for _, employee in short
    ]
