"""Employees from a file, taken over a portion at a time.

The steps pass through the services that hire and change, so all that holds there
holds here; what has changed since the plan was made refuses a row.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar
from uuid import UUID

from pydantic import TypeAdapter
from servicekit import long_jobs
from servicekit.db import TenantSession, found
from servicekit.errors import Problem
from servicekit.long_jobs import Portion, Refusal
from sqlalchemy import delete, func, select

from business_hrms.models.department import Department
from business_hrms.models.employee import Employee
from business_hrms.models.employee_import import ImportStep
from business_hrms.models.holiday_list import HolidayList
from business_hrms.rules.employee_import import Step, folded
from business_hrms.schemas.employee import EmployeeChanges, EmployeeWish
from business_hrms.schemas.employment import JobChange
from business_hrms.services import employee as employees
from business_hrms.services import employment
from business_hrms.services.current import calendar
from business_hrms.services.department import DepartmentUnknown
from business_hrms.services.holiday_list import HolidayListUnknown
from business_hrms.services.reporting import ManagerUnknown

AT_ONCE = 100  # employees
_STEP = TypeAdapter(Step)
_PERSON = frozenset({"first_name", "last_name", "email", "holiday_list_id"})


@dataclass(frozen=True)
class _Names:
    """What names in a file stand for, folded, and the day from which changes hold."""

    today: date
    departments: dict[str, UUID]
    holiday_lists: dict[str, UUID]


class TakeOverEmployees(Portion):
    """Take the portion of the planned steps over that begins at `position`."""

    name: ClassVar[str] = "hrms.take_over_employees"

    position: int


async def take_over(session: TenantSession, portion: TakeOverEmployees) -> None:
    own = ImportStep.job_id == portion.job_id
    if await long_jobs.cancelled(session, portion):
        await session.execute(delete(ImportStep).where(own))
        return
    end = portion.position + AT_ONCE
    due = select(ImportStep.step).where(own, ImportStep.position < end).order_by(ImportStep.position)
    steps = [_STEP.validate_python(step) for step in await session.scalars(due)]
    known = _Names(
        today=await _today(session),
        departments=await ids(session, Department),
        holiday_lists=await ids(session, HolidayList),
    )
    refused = [one for batch in _batches(steps) for one in await _tried(session, batch, known)]
    failed = {refusal.row for refusal in refused}
    new = [step.employee_id is None for step in steps if step.row not in failed]
    counts = {"created": new.count(True), "updated": new.count(False)}
    await session.execute(delete(ImportStep).where(own, ImportStep.position < end))
    more = await session.scalar(select(ImportStep.position).where(own).limit(1)) is not None
    await long_jobs.advance(
        session,
        portion,
        len(steps),
        following=portion.model_copy(update={"position": end}) if more else None,
        refused=refused,
        counts=counts,
    )


def _batches(steps: Iterable[Step]) -> Iterator[list[Step]]:
    """New employees together, as long as none reports to another of the batch; changes one by one."""
    batch: dict[str, Step] = {}
    for step in steps:
        manager = step.changes.get("manager_no")
        if batch and (step.employee_id is not None or (manager and folded(manager) in batch)):
            yield list(batch.values())
            batch = {}
        if step.employee_id is not None:
            yield [step]
        else:
            batch[folded(step.employee_no)] = step
    if batch:
        yield list(batch.values())


async def _tried(session: TenantSession, steps: Sequence[Step], known: _Names) -> list[Refusal]:
    """Let steps take effect: at once or, where one of them is refused, each for itself."""
    try:
        async with session.begin_nested():
            await _take_over(session, steps, known)
    except Problem as problem:
        if len(steps) == 1:
            return [Refusal(problem.code, problem.detail or "", steps[0].row)]
        return [refused for step in steps for refused in await _tried(session, [step], known)]
    return []


async def _take_over(session: TenantSession, steps: Sequence[Step], known: _Names) -> None:
    """Let steps take effect: new employees, or the change of one.

    A job changes from today on or, for who has not joined yet, from the first day.

    Raises:
        Problem: what the plan was made for is not so any more.
    """
    managers = await _managers(session, steps)
    wanted = [_resolved(step.changes, known, managers) for step in steps]
    if steps[0].employee_id is None:
        wishes = [
            EmployeeWish(employee_no=step.employee_no, **changes)
            for step, changes in zip(steps, wanted, strict=True)
        ]
        await employees.hire_all(session, wishes)
        return
    (step,), (job_,) = steps, wanted
    assert step.employee_id is not None  # noqa: S101 - a batch is of one kind
    person = {name: job_.pop(name) for name in _PERSON & job_.keys()}
    if person:
        await employees.amend(session, step.employee_id, EmployeeChanges(**person), step.version)
    if job_:
        joined = (await found(session, Employee, step.employee_id)).date_of_joining
        change = JobChange(valid_from=max(known.today, joined), **job_)
        await employment.change_job(session, step.employee_id, change, corrects=True)


def _resolved(changes: dict[str, Any], known: _Names, managers: dict[str, UUID]) -> dict[str, Any]:
    """Changes with ids in the place of names.

    Raises:
        ManagerUnknown
        DepartmentUnknown
        HolidayListUnknown
    """
    resolved = dict(changes)
    for column, name, ids, unknown in (
        ("department", "department_id", known.departments, DepartmentUnknown),
        ("holiday_list", "holiday_list_id", known.holiday_lists, HolidayListUnknown),
        ("manager_no", "manager_id", managers, ManagerUnknown),
    ):
        if column in resolved:
            given = resolved.pop(column)
            if given is not None and folded(given) not in ids:
                raise unknown
            resolved[name] = None if given is None else ids[folded(given)]
    return resolved


async def _managers(session: TenantSession, steps: Iterable[Step]) -> dict[str, UUID]:
    """Ids of those whom the steps name as managers, by their numbers, folded."""
    numbers = {folded(number) for step in steps if (number := step.changes.get("manager_no"))}
    if not numbers:
        return {}
    rows = select(func.lower(Employee.employee_no), Employee.id)
    rows = rows.where(func.lower(Employee.employee_no).in_(numbers))
    return dict((await session.execute(rows)).all())


async def ids(session: TenantSession, kind: type[Department] | type[HolidayList]) -> dict[str, UUID]:
    """Ids by folded name."""
    return {folded(name): id_ for id_, name in await session.execute(select(kind.id, kind.name))}


async def _today(session: TenantSession) -> date:
    today: date = (await session.execute(select(calendar().c.today), {"tenant": session.tenant})).scalar_one()
    return today
