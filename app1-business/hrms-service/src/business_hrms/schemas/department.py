from uuid import UUID

from servicekit.schemas import Input, Name, Output


class DepartmentWish(Input):
    name: Name
    parent_id: UUID | None = None


class DepartmentRead(Output):
    id: UUID
    name: str
    parent_id: UUID | None
    version: int
