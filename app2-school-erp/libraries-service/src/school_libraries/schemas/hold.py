from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import AwareDatetime, Field
from servicekit.pagination import ListQuery
from servicekit.schemas import Input, Name, Output

from school_libraries.rules.words import HoldState
from school_libraries.schemas.names import Barcode


class HoldWish(Input):
    """Without `patron_id`, for oneself; `barcode` asks for one copy and no other.

    `branch_id` is where it is fetched, by default the default branch.
    """

    book_id: UUID
    patron_id: UUID | None = None
    barcode: Barcode | None = None
    branch_id: UUID | None = None
    override: Name | None = None


class Move(Input):
    position: int = Field(ge=1, le=1_000_000)


class HoldRead(Output):
    """`position` is the place in the queue; `ready_barcode` lies ready until `expires_on`."""

    id: UUID
    version: int
    book_id: UUID
    title: str
    copy_id: UUID | None
    patron_id: UUID
    patron: str
    branch_id: UUID
    state: HoldState
    position: int | None
    ready_barcode: str | None
    expires_on: date | None
    created_at: AwareDatetime


class HoldQuery(ListQuery):
    """Oldest first. Without the permission to serve patrons, one's own."""

    book_id: UUID | None = None
    patron_id: UUID | None = None
    branch_id: UUID | None = None
    state: HoldState | Literal["open"] | None = None
