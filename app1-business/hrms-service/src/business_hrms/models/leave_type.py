"""Leave types: on what terms people are absent."""

from decimal import Decimal
from typing import Any

from servicekit.db import Editable
from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from business_hrms.models.base import Base
from business_hrms.models.days import Days


class LeaveType(Editable, Base):
    __tablename__ = "leave_types"
    __table_args__ = (
        Index("uq_leave_types_name", text("lower(name)"), unique=True),
        CheckConstraint("pay_share BETWEEN 0 AND 1", name="pay_share"),
    )

    name: Mapped[str]
    pay_share: Mapped[Decimal] = mapped_column(Days())  # of a day's pay: 1 is paid, 0 unpaid
    includes_holidays: Mapped[bool]
    max_consecutive_days: Mapped[Decimal | None] = mapped_column(Days())
    allow_negative: Mapped[bool]
    # Levels, the first one first; None: as the leave settings say.
    approval: Mapped[list[dict[str, Any]] | None] = mapped_column(JSONB(none_as_null=True))
    # Terms that each allocation takes over when it is made.
    max_balance: Mapped[Decimal | None] = mapped_column(Days())
    carry_forward_cap: Mapped[Decimal | None] = mapped_column(Days())
    carry_forward_expires_after_days: Mapped[int | None]
    rounding: Mapped[Decimal | None] = mapped_column(Days())

    @property
    def paid(self) -> bool:
        return self.pay_share > 0

    @property
    def terms(self) -> dict[str, Any]:
        """What an allocation takes over, by column."""
        names = ("max_balance", "carry_forward_cap", "carry_forward_expires_after_days", "rounding")
        return {name: getattr(self, name) for name in names}
