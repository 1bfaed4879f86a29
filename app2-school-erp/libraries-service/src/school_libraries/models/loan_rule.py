"""Loan rules: on what terms things are lent."""

from decimal import Decimal
from uuid import UUID

from servicekit.db import Identified, TextEnum, one_of
from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from school_libraries.models.base import Base
from school_libraries.rules.calendar import Mode
from school_libraries.rules.words import FoundPolicy


class LoanRule(Identified, Base):
    """One rule; NULL in its scope is everything. The rule for everything is always there."""

    __tablename__ = "loan_rules"
    __table_args__ = (
        UniqueConstraint("branch_id", "patron_category", "item_type", postgresql_nulls_not_distinct=True),
        one_of("mode", Mode),
        one_of("found", FoundPolicy),
    )

    branch_id: Mapped[UUID | None] = mapped_column(ForeignKey("branches.id"))
    patron_category: Mapped[str | None]
    item_type: Mapped[str | None]

    days: Mapped[int]
    mode: Mapped[Mode] = mapped_column(TextEnum(Mode))
    max_loans: Mapped[int]
    renewals: Mapped[int]
    no_renew_before: Mapped[int | None]  # days before the due date
    max_holds: Mapped[int]
    pickup_days: Mapped[int]  # open days that a held copy waits
    fine: Mapped[Decimal]  # for every `every` charged days
    every: Mapped[int]
    grace: Mapped[int]
    cap: Mapped[Decimal | None]
    cap_at_price: Mapped[bool]
    processing_fee: Mapped[Decimal]
    lost_after: Mapped[int | None]  # days overdue
    found: Mapped[FoundPolicy] = mapped_column(TextEnum(FoundPolicy))
    max_debt: Mapped[Decimal | None]  # owing more, a patron borrows nothing
