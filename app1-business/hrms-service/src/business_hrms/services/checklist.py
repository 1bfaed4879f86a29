"""Checklists: begun when somebody is hired or terminated, worked through task by task."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from contracts.context import TenantContext
from servicekit import audit
from servicekit.db import ReadSession, TenantSession, found, locked
from servicekit.errors import Conflict, Forbidden, NotFound, Unprocessable
from servicekit.pagination import page
from sqlalchemy import ColumnElement, and_, exists, false, func, insert, or_, select

from business_hrms.models.checklist import Checklist, ChecklistTask, ChecklistTemplate, TemplateTask
from business_hrms.models.employee import Employee
from business_hrms.rules.checklist_words import Assignee, Occasion
from business_hrms.schemas.checklist import (
    ChecklistItem,
    ChecklistQuery,
    ChecklistRead,
    ChecklistWish,
    MyTaskQuery,
    TaskRead,
)
from business_hrms.services import department as departments
from business_hrms.services import reporting, visibility
from business_hrms.services.current import Statement, employee, full_name

MANAGE = "hrms.checklist.manage"


class TaskOfAnother(Forbidden):
    code = "hrms.task_of_another"

    def __init__(self, assignee: Assignee) -> None:
        super().__init__("Somebody else sees to this task.", assignee=assignee.value)


class ChecklistBegun(Conflict):
    code = "hrms.checklist_begun"

    def __init__(self) -> None:
        super().__init__("The employee has this checklist already.")


class NotLeaving(Unprocessable):
    code = "hrms.not_leaving"

    def __init__(self) -> None:
        super().__init__("No last day of employment is known.")


_list = Checklist.__table__.c
_task = ChecklistTask.__table__.c
_NAME = full_name(employee).label("employee")


async def begin_all(session: TenantSession, person: Employee, occasion: Occasion) -> None:
    """Begin what an occasion asks for, or move what is left of it where its day has moved."""
    templates = select(ChecklistTemplate).where(ChecklistTemplate.occasion == occasion)
    known = (await session.scalars(templates.order_by(ChecklistTemplate.id))).all()
    if occasion == Occasion.ONBOARDING and not known:
        return
    day = _day(person, occasion)
    begun = {one.template_id: one for one in await session.scalars(_of(person, occasion))}
    for checklist in begun.values():
        left = select(ChecklistTask).where(
            ChecklistTask.checklist_id == checklist.id, ChecklistTask.done_at.is_(None)
        )
        for task in await session.scalars(left):
            task.due_on = day + timedelta(days=task.due_after_days)
    lies_in = await departments.of_employee(session, person.id)
    for template in known:
        fits = template.department_id is None or template.department_id in lies_in
        if fits and template.id not in begun:
            await _begin(session, person, template)
    await session.flush()


async def begin(session: TenantSession, wish: ChecklistWish) -> ChecklistRead:
    """Begin a checklist by hand."""
    person = await locked(session, Employee, wish.employee_id)
    template = await found(session, ChecklistTemplate, wish.template_id)
    there = select(Checklist.id).where(
        Checklist.employee_id == person.id, Checklist.template_id == template.id
    )
    if await session.scalar(there) is not None:
        raise ChecklistBegun
    if template.occasion == Occasion.OFFBOARDING and person.last_day is None:
        raise NotLeaving
    checklist = await _begin(session, person, template)
    audit.add(
        session,
        "hrms.checklist_begun",
        target=f"checklist:{checklist.id}",
        after=wish.model_dump(mode="json"),
    )
    return await one(session, checklist.id)


async def listing(session: ReadSession, query: ChecklistQuery) -> dict[str, Any]:
    statement = _checklists(session)
    if query.employee_id is not None:
        statement = statement.where(_list.employee_id == query.employee_id)
    if query.occasion is not None:
        statement = statement.where(_list.occasion == query.occasion)
    if query.finished is not None:
        left = exists().where(_task.checklist_id == _list.id, _task.done_at.is_(None))
        statement = statement.where(~left if query.finished else left)
    descending = query.sort.startswith("-")
    return await page(session, statement, query, key=_list.created_at, id_=_list.id, descending=descending)


async def one(session: TenantSession | ReadSession, checklist_id: UUID) -> ChecklistRead:
    """A checklist with its tasks, the first due first.

    Raises:
        NotFound: there is none with this id for the session's user.
    """
    row = (await session.execute(_checklists(session).where(_list.id == checklist_id))).one_or_none()
    if row is None:
        raise NotFound
    tasks = select(ChecklistTask).where(ChecklistTask.checklist_id == checklist_id)
    rows = await session.scalars(tasks.order_by(ChecklistTask.due_on, ChecklistTask.id))
    item = ChecklistItem.model_validate(row)
    return ChecklistRead(**item.model_dump(), tasks=[TaskRead.model_validate(task) for task in rows])


async def mine(session: ReadSession, query: MyTaskQuery) -> dict[str, Any]:
    """Tasks left that are the session's user's; columns as in `MyTask`."""
    own = (_task[name] for name in TaskRead.model_fields)
    statement = (
        select(
            *own,
            _task.checklist_id,
            _list.name.label("checklist"),
            _list.employee_id,
            _NAME,
        )
        .join_from(ChecklistTask.__table__, Checklist.__table__, _list.id == _task.checklist_id)
        .join(employee, employee.c.id == _list.employee_id)
        .where(_task.done_at.is_(None), _is_for(session.context))
        .params(tenant=session.tenant)
    )
    return await page(session, statement, query, key=_task.due_on, id_=_task.id)


async def mark(session: TenantSession, checklist_id: UUID, task_id: UUID, *, done: bool) -> ChecklistRead:
    """Say that a task is done, or that it is not. Again is the same as once."""
    checklist = await found(session, Checklist, checklist_id)
    await visibility.require_visible(session, checklist.employee_id)
    task = await locked(session, ChecklistTask, task_id)
    if task.checklist_id != checklist_id:
        raise NotFound
    await _require_assignee(session, checklist.employee_id, task.assignee)
    if (task.done_at is not None) != done:
        task.done_at = datetime.now(UTC) if done else None
        task.done_by = session.context.user_id if done else None
        await session.flush()
        action = "hrms.task_done" if done else "hrms.task_reopened"
        audit.add(session, action, target=f"checklist:{checklist_id}", after={"title": task.title})
    return await one(session, checklist_id)


def _of(person: Employee, occasion: Occasion) -> Any:
    return select(Checklist).where(Checklist.employee_id == person.id, Checklist.occasion == occasion)


def _day(person: Employee, occasion: Occasion) -> date:
    """The day of an occasion; the caller knows that it is known."""
    return person.date_of_joining if occasion == Occasion.ONBOARDING else person.last_day or date.max


async def _begin(session: TenantSession, person: Employee, template: ChecklistTemplate) -> Checklist:
    checklist = Checklist(
        employee_id=person.id, template_id=template.id, name=template.name, occasion=template.occasion
    )
    session.add(checklist)
    await session.flush()
    day = _day(person, template.occasion)
    tasks = (
        select(TemplateTask).where(TemplateTask.template_id == template.id).order_by(TemplateTask.position)
    )
    rows = [
        {
            "version": 1,
            "checklist_id": checklist.id,
            "title": task.title,
            "assignee": task.assignee,
            "due_after_days": task.due_after_days,
            "due_on": day + timedelta(days=task.due_after_days),
        }
        for task in await session.scalars(tasks)
    ]
    await session.execute(insert(ChecklistTask), rows)
    return checklist


def _checklists(session: TenantSession | ReadSession) -> Statement:
    """Those of whom the session's user sees; columns as in `ChecklistItem`."""
    counts = (
        select(
            _task.checklist_id,
            func.count().label("total"),
            func.count(_task.done_at).label("done"),
        )
        .group_by(_task.checklist_id)
        .subquery("counts")
    )
    return (
        select(
            _list.id,
            _list.employee_id,
            _NAME,
            _list.name,
            _list.occasion,
            _list.created_at,
            counts.c.done,
            counts.c.total,
        )
        .join_from(Checklist.__table__, employee, employee.c.id == _list.employee_id)
        .join(counts, counts.c.checklist_id == _list.id)
        .where(visibility.sees(session.context, _list.employee_id))
    )


def _is_for(context: TenantContext) -> ColumnElement[bool]:
    """A condition on tasks, their checklists and employees: somebody sees to them. Bound: `tenant`."""
    above = reporting.superiors(select(Checklist.employee_id))
    leads = exists().where(above.c.below_id == _list.employee_id, above.c.user_id == context.user_id)
    return or_(
        and_(_task.assignee == Assignee.EMPLOYEE, employee.c.user_id == context.user_id),
        and_(_task.assignee == Assignee.MANAGER, leads),
        _task.assignee == Assignee.HR if MANAGE in context.permissions else false(),
    )


async def _require_assignee(session: TenantSession, employee_id: UUID, assignee: Assignee) -> None:
    """Pass who sees to a task: its assignee, or who manages checklists."""
    context = session.context
    if MANAGE in context.permissions:
        return
    if assignee == Assignee.EMPLOYEE:
        person = await found(session, Employee, employee_id)
        allowed = person.user_id == context.user_id
    elif assignee == Assignee.MANAGER:
        above = await reporting.above(session, employee_id)
        allowed = context.user_id in {superior.user_id for superior in above}
    else:
        allowed = False
    if not allowed:
        raise TaskOfAnother(assignee)
