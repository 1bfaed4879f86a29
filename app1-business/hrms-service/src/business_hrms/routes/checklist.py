from typing import Annotated
from uuid import UUID

from fastapi import Query, Response
from servicekit.access import needs
from servicekit.edge import ExpectedVersion, ReadSession, Router, TenantSession, answer, etag
from servicekit.errors import documented
from servicekit.pagination import Page

from business_hrms.schemas.checklist import (
    ChecklistItem,
    ChecklistQuery,
    ChecklistRead,
    ChecklistWish,
    MyTask,
    MyTaskQuery,
    TemplateChanges,
    TemplateItem,
    TemplateQuery,
    TemplateRead,
    TemplateWish,
)
from business_hrms.services import checklist as checklists
from business_hrms.services import checklist_template as templates
from business_hrms.services.checklist import ChecklistBegun, NotLeaving, TaskOfAnother
from business_hrms.services.checklist_template import TemplateNameTaken
from business_hrms.services.department import DepartmentUnknown

router = Router("hrms", tags=["checklists"])


@router.get(
    "/checklist-templates",
    dependencies=[needs("hrms.checklist.manage")],
    response_model=Page[TemplateItem],
)
async def list_templates(query: Annotated[TemplateQuery, Query()], session: ReadSession) -> Response:
    return answer(await templates.listing(session, query))


@router.post(
    "/checklist-templates",
    status_code=201,
    dependencies=[needs("hrms.checklist.manage")],
    responses=documented(TemplateNameTaken, DepartmentUnknown),
)
async def create_template(wish: TemplateWish, session: TenantSession, response: Response) -> TemplateRead:
    """Say what is to be done when somebody joins or leaves. It begins by itself from now on."""
    made = await templates.create(session, wish)
    response.headers["Location"] = f"/hrms/checklist-templates/{made.id}"
    response.headers["ETag"] = etag(made.version)
    return made


@router.get("/checklist-templates/{template_id}", dependencies=[needs("hrms.checklist.manage")])
async def get_template(template_id: UUID, session: ReadSession, response: Response) -> TemplateRead:
    template = await templates.one(session, template_id)
    response.headers["ETag"] = etag(template.version)
    return template


@router.patch(
    "/checklist-templates/{template_id}",
    dependencies=[needs("hrms.checklist.manage")],
    responses=documented(TemplateNameTaken, DepartmentUnknown),
)
async def change_template(
    template_id: UUID,
    changes: TemplateChanges,
    version: ExpectedVersion,
    session: TenantSession,
    response: Response,
) -> TemplateRead:
    """Change a template. Checklists that have begun stay as they are."""
    template = await templates.change(session, template_id, changes, version)
    response.headers["ETag"] = etag(template.version)
    return template


@router.delete(
    "/checklist-templates/{template_id}", status_code=204, dependencies=[needs("hrms.checklist.manage")]
)
async def delete_template(template_id: UUID, session: TenantSession) -> None:
    """Remove a template. Checklists that have begun stay."""
    await templates.remove(session, template_id)


@router.get("/checklists", dependencies=[needs("hrms.checklist.use")], response_model=Page[ChecklistItem])
async def list_checklists(query: Annotated[ChecklistQuery, Query()], session: ReadSession) -> Response:
    """Checklists of those whom the asker sees, and how far they have come."""
    return answer(await checklists.listing(session, query))


@router.post(
    "/checklists",
    status_code=201,
    dependencies=[needs("hrms.checklist.manage")],
    responses=documented(ChecklistBegun, NotLeaving),
)
async def begin_checklist(wish: ChecklistWish, session: TenantSession, response: Response) -> ChecklistRead:
    """Begin a checklist by hand, where it did not begin by itself."""
    made = await checklists.begin(session, wish)
    response.headers["Location"] = f"/hrms/checklists/{made.id}"
    return made


@router.get("/checklists/{checklist_id}", dependencies=[needs("hrms.checklist.use")])
async def get_checklist(checklist_id: UUID, session: ReadSession) -> ChecklistRead:
    return await checklists.one(session, checklist_id)


@router.get("/checklist-tasks", dependencies=[needs("hrms.checklist.use")], response_model=Page[MyTask])
async def list_my_tasks(query: Annotated[MyTaskQuery, Query()], session: ReadSession) -> Response:
    """What is left for the asker to do, the first due first."""
    return answer(await checklists.mine(session, query))


@router.post(
    "/checklists/{checklist_id}/tasks/{task_id}/done",
    dependencies=[needs("hrms.checklist.use")],
    responses=documented(TaskOfAnother),
)
async def mark_done(checklist_id: UUID, task_id: UUID, session: TenantSession) -> ChecklistRead:
    """Say that a task is done. Again is the same as once."""
    return await checklists.mark(session, checklist_id, task_id, done=True)


@router.post(
    "/checklists/{checklist_id}/tasks/{task_id}/undone",
    dependencies=[needs("hrms.checklist.use")],
    responses=documented(TaskOfAnother),
)
async def mark_undone(checklist_id: UUID, task_id: UUID, session: TenantSession) -> ChecklistRead:
    """Say that a task is not done after all."""
    return await checklists.mark(session, checklist_id, task_id, done=False)
