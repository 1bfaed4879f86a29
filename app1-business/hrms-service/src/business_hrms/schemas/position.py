from typing import Literal
from uuid import UUID

from servicekit.pagination import ListQuery
from servicekit.schemas import Input, Name, Output


class PositionWish(Input):
    name: Name


class PositionRead(Output):
    id: UUID
    name: str
    version: int


class PositionQuery(ListQuery):
    sort: Literal["name", "-name"] = "name"
