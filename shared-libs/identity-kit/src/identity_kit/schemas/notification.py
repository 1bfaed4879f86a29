from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, Field
from servicekit.pagination import ListQuery
from servicekit.schemas import Input, Output


class NotificationQuery(ListQuery):
    unread: bool = False


class NotificationRead(Output):
    id: UUID
    kind: str
    data: dict[str, str]
    created_at: AwareDatetime
    read_at: AwareDatetime | None


class Reading(Input):
    """Which ones were read: those named, or, where none is, all there are."""

    ids: Annotated[set[UUID], Field(max_length=500)] | None = None
