from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints
from servicekit.pagination import ListQuery
from servicekit.schemas import Output


class PersonQuery(ListQuery):
    """`q` is the beginning of a handle or of a word of the name, `id` who is asked for by id."""

    q: Annotated[str, StringConstraints(max_length=100, pattern=r"^[^\x00]*$")] | None = None
    id: list[UUID] = Field(default_factory=list, max_length=100)


class PersonRead(Output):
    """`handle` is what stands after the @ of a mention."""

    user_id: UUID
    handle: str
    display_name: str
    active: bool
