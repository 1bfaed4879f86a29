"""Titles, here called books, and their copies."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from servicekit.db import Editable, TextEnum, one_of
from sqlalchemy import CheckConstraint, Computed, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB, TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from school_libraries.models.base import Base
from school_libraries.rules.words import CopyStatus

# book_words() and folded() are made by the migration.
_SEARCH = "book_words(title, subtitle, authors, subjects, isbn13)"


class Book(Editable, Base):
    """What a catalogue record tells of. Whoever lends, returns or queues for it locks this row first."""

    __tablename__ = "books"
    __table_args__ = (
        UniqueConstraint("isbn13"),
        CheckConstraint("isbn13 IS NULL OR isbn IS NOT NULL", name="isbn"),
        Index("ix_books_search", "search", postgresql_using="gin", postgresql_with={"fastupdate": "off"}),
        Index("ix_books_sort_title", "sort_title", "id"),
    )

    title: Mapped[str]
    subtitle: Mapped[str | None]
    authors: Mapped[list[str]]
    subjects: Mapped[list[str]]
    isbn: Mapped[str | None]  # as it was written, right or wrong
    isbn13: Mapped[str | None]  # where what was written is a valid ISBN
    publisher: Mapped[str | None]
    published: Mapped[str | None]  # as the record says it: 1998, c1998, [1998?]
    language: Mapped[str | None]  # ISO 639-2
    marc: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True), deferred=True)
    sort_title: Mapped[str] = mapped_column(
        String(collation="C"), Computed("left(folded(title), 200)", persisted=True), deferred=True
    )  # in the order of code points, so that its index serves LIKE too
    search: Mapped[str] = mapped_column(TSVECTOR(), Computed(_SEARCH, persisted=True), deferred=True)


class Copy(Editable, Base):
    """One thing on the shelf. `branch_id` is where it belongs."""

    __tablename__ = "copies"
    __table_args__ = (
        Index("uq_copies_barcode", text("lower(barcode)"), unique=True),
        CheckConstraint("price >= 0", name="price"),
        one_of("status", CopyStatus),
    )

    book_id: Mapped[UUID] = mapped_column(ForeignKey("books.id"), index=True)
    branch_id: Mapped[UUID] = mapped_column(ForeignKey("branches.id"), index=True)
    barcode: Mapped[str]
    item_type: Mapped[str]
    shelf_mark: Mapped[str | None]
    price: Mapped[Decimal | None]  # in the tenant's currency
    status: Mapped[CopyStatus] = mapped_column(TextEnum(CopyStatus))
