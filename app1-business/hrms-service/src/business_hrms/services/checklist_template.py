"""Templates of checklists."""

from typing import Any
from uuid import UUID

from servicekit import audit
from servicekit.db import ReadSession, TenantSession, found, locked, refusing
from servicekit.errors import Conflict
from servicekit.pagination import page
from sqlalchemy import delete, func, select

from business_hrms.models.checklist import ChecklistTemplate, TemplateTask
from business_hrms.schemas.checklist import (
    TaskWish,
    TemplateChanges,
    TemplateItem,
    TemplateQuery,
    TemplateRead,
    TemplateTaskRead,
    TemplateWish,
)
from business_hrms.services.department import DepartmentUnknown


class TemplateNameTaken(Conflict):
    code = "hrms.checklist_template_name_taken"

    def __init__(self) -> None:
        super().__init__("Another checklist template has this name.")


_REFUSALS = {
    "uq_checklist_templates_name": TemplateNameTaken,
    "fk_checklist_templates_department_id": DepartmentUnknown,
}


async def listing(session: ReadSession, query: TemplateQuery) -> dict[str, Any]:
    columns = ChecklistTemplate.__table__.c
    key = func.lower(columns.name).label("_name")
    statement = select(*(columns[name] for name in TemplateItem.model_fields), key)
    return await page(session, statement, query, key=key, id_=columns.id, descending=query.sort == "-name")


async def one(session: TenantSession | ReadSession, template_id: UUID) -> TemplateRead:
    """A template with its tasks.

    Raises:
        NotFound: there is none.
    """
    item = TemplateItem.model_validate(await found(session, ChecklistTemplate, template_id))
    tasks = (
        select(TemplateTask).where(TemplateTask.template_id == template_id).order_by(TemplateTask.position)
    )
    read = [TemplateTaskRead.model_validate(task) for task in await session.scalars(tasks)]
    return TemplateRead(**item.model_dump(), tasks=read)


async def create(session: TenantSession, wish: TemplateWish) -> TemplateRead:
    made = ChecklistTemplate(**wish.model_dump(exclude={"tasks"}))
    session.add(made)
    async with refusing(_REFUSALS):
        await session.flush()
    _add_tasks(session, made.id, wish.tasks)
    await session.flush()
    target, after = f"checklist_template:{made.id}", wish.model_dump(mode="json")
    audit.add(session, "hrms.checklist_template_created", target=target, after=after)
    return await one(session, made.id)


async def change(
    session: TenantSession, template_id: UUID, changes: TemplateChanges, version: int
) -> TemplateRead:
    template = await locked(session, ChecklistTemplate, template_id, version=version)
    before = await one(session, template_id)
    for name, value in changes.model_dump(exclude_unset=True, exclude={"tasks"}).items():
        setattr(template, name, value)
    if "tasks" in changes.model_fields_set:
        template.updated_at = func.now()
        await session.execute(delete(TemplateTask).where(TemplateTask.template_id == template_id))
        _add_tasks(session, template_id, changes.tasks)
    async with refusing(_REFUSALS):
        await session.flush()
    after = changes.model_dump(mode="json", exclude_unset=True)
    audit.add(
        session,
        "hrms.checklist_template_changed",
        target=f"checklist_template:{template_id}",
        before=before.model_dump(mode="json", include=set(after)),
        after=after,
    )
    return await one(session, template_id)


async def remove(session: TenantSession, template_id: UUID) -> None:
    template = await locked(session, ChecklistTemplate, template_id)
    await session.delete(template)
    await session.flush()
    target = f"checklist_template:{template_id}"
    audit.add(session, "hrms.checklist_template_removed", target=target, before={"name": template.name})


def _add_tasks(session: TenantSession, template_id: UUID, tasks: list[TaskWish]) -> None:
    session.add_all(
        TemplateTask(template_id=template_id, position=n, **task.model_dump())
        for n, task in enumerate(tasks, start=1)
    )
