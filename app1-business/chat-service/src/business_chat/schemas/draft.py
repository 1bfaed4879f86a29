from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, StringConstraints
from servicekit.schemas import Input, Output


class DraftWish(Input):
    """What is to be said in a channel, or in a thread there; nothing drops the draft."""

    channel_id: UUID
    thread_root_id: UUID | None = None
    text: Annotated[str, StringConstraints(strip_whitespace=False, max_length=10_000)]


class DraftRead(Output):
    id: UUID
    channel_id: UUID
    thread_root_id: UUID | None
    text: str
    version: int
    updated_at: AwareDatetime
