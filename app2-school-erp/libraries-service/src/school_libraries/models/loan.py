"""Loans, and the notices that were sent about them."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from servicekit.db import Editable
from sqlalchemy import CheckConstraint, ForeignKey, Index, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from school_libraries.models.base import Base

_RUNNING = text("returned_at IS NULL")


class Loan(Editable, Base):
    """A copy with a patron. `branch_id` is where it was lent: that library's calendar counts.

    A lost copy's loan runs on until the copy is found.
    """

    __tablename__ = "loans"
    __table_args__ = (
        Index("uq_loans_copy_id", "copy_id", unique=True, postgresql_where=_RUNNING),
        Index("ix_loans_due_on", "due_on", "id", postgresql_where=_RUNNING),
        Index("ix_loans_out_at", "out_at", "id"),
        CheckConstraint("returned_at >= out_at", name="returned_at"),
    )

    copy_id: Mapped[UUID] = mapped_column(ForeignKey("copies.id"), index=True)
    book_id: Mapped[UUID] = mapped_column(ForeignKey("books.id"), index=True)
    patron_id: Mapped[UUID] = mapped_column(ForeignKey("patrons.id"), index=True)
    branch_id: Mapped[UUID] = mapped_column(ForeignKey("branches.id"))
    # As they were when the copy was lent, for statistics.
    patron_category: Mapped[str]
    item_type: Mapped[str]
    out_at: Mapped[datetime]
    due_on: Mapped[date]
    renewals: Mapped[int]
    returned_at: Mapped[datetime | None]
    lost_at: Mapped[datetime | None]
    rule: Mapped[dict[str, Any]] = mapped_column(JSONB)  # the loan rule as it was
    explain: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, deferred=True)  # of the due date


class Notice(Base):
    """A mail that was sent about a loan: one of each kind for each due date."""

    __tablename__ = "notices"

    loan_id: Mapped[UUID] = mapped_column(ForeignKey("loans.id"), primary_key=True)
    due_on: Mapped[date] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)  # due_soon, or overdue_<days>
    sent_at: Mapped[datetime] = mapped_column(server_default=func.now())
