"""What patrons owe, entry by entry."""

from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID

from servicekit.db import Identified, TextEnum, one_of
from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from school_libraries.models.base import Base
from school_libraries.rules.words import EntryKind


class Entry(Identified, Base):
    """One line of a patron's account, never changed: charges above zero, what lowers them below.

    A waiver or refund names its charge; a charge is refunded once.
    """

    __tablename__ = "entries"
    __table_args__ = (
        Index("ix_entries_patron_id", "patron_id", "id"),
        Index("uq_entries_refund", "charge_id", unique=True, postgresql_where=text("kind = 'refund'")),
        CheckConstraint(
            "CASE WHEN kind IN ('payment', 'waiver', 'refund') THEN amount < 0 ELSE amount > 0 END",
            name="amount",
        ),
        CheckConstraint("(kind IN ('waiver', 'refund')) = (charge_id IS NOT NULL)", name="charge_id"),
        one_of("kind", EntryKind),
    )

    version: ClassVar[int] = 1  # an entry is as it was made

    patron_id: Mapped[UUID] = mapped_column(ForeignKey("patrons.id"))
    loan_id: Mapped[UUID | None] = mapped_column(ForeignKey("loans.id"), index=True)
    charge_id: Mapped[UUID | None] = mapped_column(ForeignKey("entries.id"), index=True)
    kind: Mapped[EntryKind] = mapped_column(TextEnum(EntryKind))
    amount: Mapped[Decimal]  # in the tenant's currency
    note: Mapped[str | None]
    by: Mapped[UUID | None]  # the account that made it; NULL is a job
    explain: Mapped[list[dict[str, Any]] | None] = mapped_column(JSONB(none_as_null=True))
