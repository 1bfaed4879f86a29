from typing import Literal
from uuid import UUID

from servicekit.pagination import ListQuery
from servicekit.schemas import LEFT_OUT, Input, Name, Output


class DepartmentWish(Input):
    name: Name
    parent_id: UUID | None = None


class DepartmentChanges(Input):
    """What is left out stays; `parent_id: null` moves the department to the top."""

    name: Name = LEFT_OUT
    parent_id: UUID | None = None


class DepartmentRead(Output):
    id: UUID
    name: str
    parent_id: UUID | None
    version: int


class DepartmentQuery(ListQuery):
    sort: Literal["name", "-name"] = "name"
