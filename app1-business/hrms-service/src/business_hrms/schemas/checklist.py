from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field
from servicekit.pagination import ListQuery
from servicekit.schemas import LEFT_OUT, Input, Name, Output

from business_hrms.rules.checklist_words import Assignee, Occasion


class TaskWish(Input):
    """Due so many days after the date of joining or the last day; before it where that is below zero."""

    title: Name
    assignee: Assignee
    due_after_days: Annotated[int, Field(ge=-365, le=365)] = 0


Tasks = Annotated[list[TaskWish], Field(min_length=1, max_length=100)]


class TemplateWish(Input):
    """Begun by itself for whoever joins, or leaves, in the department or below it, or anywhere."""

    name: Name
    occasion: Occasion
    department_id: UUID | None = None
    tasks: Tasks


class TemplateChanges(Input):
    """What is left out stays; checklists that have begun stay as they are."""

    name: Name = LEFT_OUT
    department_id: UUID | None = None
    tasks: Tasks = LEFT_OUT


class TemplateItem(Output):
    id: UUID
    version: int
    name: str
    occasion: Occasion
    department_id: UUID | None


class TemplateTaskRead(Output):
    title: str
    assignee: Assignee
    due_after_days: int


class TemplateRead(TemplateItem):
    tasks: list[TemplateTaskRead]


class TemplateQuery(ListQuery):
    sort: Literal["name", "-name"] = "name"


class ChecklistWish(Input):
    """To begin by hand what did not begin by itself."""

    employee_id: UUID
    template_id: UUID


class ChecklistItem(Output):
    """`done` of `total` tasks."""

    id: UUID
    employee_id: UUID
    employee: str
    name: str
    occasion: Occasion
    created_at: datetime
    done: int
    total: int


class TaskRead(Output):
    id: UUID
    version: int
    title: str
    assignee: Assignee
    due_on: date
    done_at: datetime | None
    done_by: UUID | None


class ChecklistRead(ChecklistItem):
    tasks: list[TaskRead]


class ChecklistQuery(ListQuery):
    """Checklists of those whom the asker sees; `finished` leaves those with no task left, or with some."""

    employee_id: UUID | None = None
    occasion: Occasion | None = None
    finished: bool | None = None
    sort: Literal["created_at", "-created_at"] = "-created_at"


class MyTask(TaskRead):
    checklist_id: UUID
    checklist: str
    employee_id: UUID
    employee: str


class MyTaskQuery(ListQuery):
    """Tasks left that are the asker's, the first due first."""

    sort: Literal["due_on"] = "due_on"
