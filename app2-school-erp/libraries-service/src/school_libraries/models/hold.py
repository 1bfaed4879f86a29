"""Holds: who waits for a book."""

from datetime import date
from uuid import UUID

from servicekit.db import Editable, TextEnum, one_of
from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from school_libraries.models.base import Base
from school_libraries.rules.words import HoldState


class Hold(Editable, Base):
    """A patron waits for a book, or, where `copy_id` says so, for one copy of it.

    Those who wait stand at `position` 1 to n; `ready_copy_id` is the copy that lies
    ready until `expires_on`. All of a book's holds change under the book's lock.
    """

    __tablename__ = "holds"
    __table_args__ = (
        # Positions move together: the constraint looks when they have.
        ExcludeConstraint(
            ("book_id", "="),
            ("position", "="),
            name="ex_holds_position",
            using="btree",
            where=text("position IS NOT NULL"),
            deferrable=True,
            initially="DEFERRED",
        ),
        Index(
            "uq_holds_book_id_patron_id",
            "book_id",
            "patron_id",
            unique=True,
            postgresql_where=text("state IN ('queued', 'suspended', 'ready')"),
        ),
        Index(
            "uq_holds_ready_copy_id",
            "ready_copy_id",
            unique=True,
            postgresql_where=text("state = 'ready'"),
        ),
        CheckConstraint(
            "(state IN ('queued', 'suspended')) = (position IS NOT NULL) AND position >= 1", name="position"
        ),
        CheckConstraint(
            "state <> 'ready' OR ready_copy_id IS NOT NULL AND expires_on IS NOT NULL", name="ready"
        ),
        one_of("state", HoldState),
    )

    book_id: Mapped[UUID] = mapped_column(ForeignKey("books.id"))
    copy_id: Mapped[UUID | None] = mapped_column(ForeignKey("copies.id"), index=True)
    patron_id: Mapped[UUID] = mapped_column(ForeignKey("patrons.id"), index=True)
    branch_id: Mapped[UUID] = mapped_column(ForeignKey("branches.id"))  # where it is fetched
    state: Mapped[HoldState] = mapped_column(TextEnum(HoldState))
    position: Mapped[int | None]
    ready_copy_id: Mapped[UUID | None] = mapped_column(ForeignKey("copies.id"), index=True)
    expires_on: Mapped[date | None]
