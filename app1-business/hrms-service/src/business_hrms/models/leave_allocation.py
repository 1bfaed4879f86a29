"""Allocations of leave, and the ledger whose sums are the balances."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from servicekit.db import Editable, Identified, TextEnum, one_of
from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from business_hrms.models.base import Base
from business_hrms.models.days import Days
from business_hrms.rules.accrual import Frequency
from business_hrms.rules.leave_words import EntryKind


class LeaveAllocation(Editable, Base):
    """Leave of one type that an employee has from `starts_on` to `ends_on`, both included.

    Either `days` are granted at once, or `per_year` are earned at a frequency.
    """

    __tablename__ = "leave_allocations"
    __table_args__ = (
        ExcludeConstraint(
            ("employee_id", "="),
            ("leave_type_id", "="),
            (text("daterange(starts_on, ends_on, '[]')"), "&&"),
            name="ex_leave_allocations_period",
            using="gist",
        ),
        CheckConstraint("ends_on >= starts_on", name="ends_on"),
        CheckConstraint("(days IS NULL) = (per_year IS NOT NULL)", name="days"),
        CheckConstraint("(frequency IS NULL) = (per_year IS NULL)", name="frequency"),
        CheckConstraint(
            "frequency IN ('monthly', 'quarterly', 'half_yearly', 'yearly')", name="frequency_known"
        ),
        Index("ix_leave_allocations_leave_type_id", "leave_type_id"),
    )

    employee_id: Mapped[UUID] = mapped_column(ForeignKey("employees.id"))
    leave_type_id: Mapped[UUID] = mapped_column(ForeignKey("leave_types.id"))
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    days: Mapped[Decimal | None] = mapped_column(Days())
    per_year: Mapped[Decimal | None] = mapped_column(Days())
    frequency: Mapped[Frequency | None] = mapped_column(String())
    policy_id: Mapped[UUID | None] = mapped_column(ForeignKey("leave_policies.id"), index=True)
    # The leave type's terms as they were when the allocation was made.
    max_balance: Mapped[Decimal | None] = mapped_column(Days())
    carry_forward_cap: Mapped[Decimal | None] = mapped_column(Days())
    carry_forward_expires_after_days: Mapped[int | None]
    rounding: Mapped[Decimal | None] = mapped_column(Days())


class LedgerEntry(Identified, Base):
    """Days put into an allocation, or taken out. Only added, never changed.

    Counts from `day` on; what leave reserves or uses counts from when it is asked
    for. `source_id` and `segment` name the cause, which has an effect of a kind once.
    """

    __tablename__ = "leave_ledger"
    __table_args__ = (
        UniqueConstraint("source_id", "kind", "segment"),
        Index("ix_leave_ledger_allocation_id", "allocation_id"),
        one_of("kind", EntryKind),
    )

    allocation_id: Mapped[UUID] = mapped_column(ForeignKey("leave_allocations.id"))
    kind: Mapped[EntryKind] = mapped_column(TextEnum(EntryKind))
    day: Mapped[date]
    days: Mapped[Decimal] = mapped_column(Days())
    source_id: Mapped[UUID]
    segment: Mapped[str]
    actor: Mapped[UUID | None]  # the account on whose behalf
    note: Mapped[str | None]
