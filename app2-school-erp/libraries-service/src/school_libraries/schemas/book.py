from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints
from servicekit.pagination import ListQuery
from servicekit.schemas import LEFT_OUT, Input, Name, Output

from school_libraries.rules.words import CopyStatus
from school_libraries.schemas.amount import Amount
from school_libraries.schemas.names import Barcode, Kind, Names

Title = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=1000, pattern=r"^[^\x00-\x1f\x7f]+$"),
]


class BookWish(Input):
    """An ISBN is kept as it is written; a wrong one is flagged, not refused."""

    title: Title
    subtitle: Title | None = None
    authors: Names = Field(default=[])
    isbn: Name | None = None
    subjects: Names = Field(default=[])
    publisher: Name | None = None
    published: Name | None = None
    language: Name | None = None


class BookChanges(Input):
    title: Title = LEFT_OUT
    subtitle: Title | None = None
    authors: Names = LEFT_OUT
    isbn: Name | None = None
    subjects: Names = LEFT_OUT
    publisher: Name | None = None
    published: Name | None = None
    language: Name | None = None


class BookItem(Output):
    """`copies` are those that are not withdrawn or lost; `available` of them are on the shelf now.

    `isbn` is as it was written: where `isbn13` is null, it is none.
    """

    id: UUID
    version: int
    title: str
    subtitle: str | None
    authors: list[str]
    subjects: list[str]
    isbn: str | None
    isbn13: str | None
    publisher: str | None
    published: str | None
    language: str | None
    copies: int
    available: int
    waiting: int


class BookQuery(ListQuery):
    """Without `q`, all books by title. With it, those that have every word of it, the best first."""

    q: str | None = Field(None, min_length=1, max_length=200)
    available: bool | None = None


class CopyWish(Input):
    """Without `branch_id`, the copy belongs to the default branch. `price` is in the tenant's currency."""

    barcode: Barcode
    branch_id: UUID | None = None
    item_type: Kind = "book"
    shelf_mark: Name | None = None
    price: Amount | None = None
    status: Literal["available", "on_order"] = "available"


class CopyChanges(Input):
    barcode: Barcode = LEFT_OUT
    branch_id: UUID = LEFT_OUT
    item_type: Kind = LEFT_OUT
    shelf_mark: Name | None = None
    price: Amount | None = None


class CopyRead(Output):
    id: UUID
    version: int
    book_id: UUID
    title: str
    branch_id: UUID
    barcode: str
    item_type: str
    shelf_mark: str | None
    price: Decimal | None
    status: CopyStatus


class CopyQuery(ListQuery):
    status: CopyStatus | None = None
