"""Requests for leave, the days they cost, and who decides on them."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from servicekit.db import Editable, TextEnum, one_of
from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from business_hrms.models.base import Base
from business_hrms.models.days import Days
from business_hrms.rules.leave_words import Approver, LeaveStatus

_HOURS = """tsrange(
    starts_on + CASE half_day WHEN 'afternoon' THEN time '12:00' ELSE time '00:00' END,
    ends_on + CASE half_day WHEN 'morning' THEN time '12:00' ELSE time '24:00' END)"""


class LeaveRequest(Editable, Base):
    __tablename__ = "leave_requests"
    __table_args__ = (
        ExcludeConstraint(
            ("employee_id", "="),
            (text(_HOURS), "&&"),
            name="ex_leave_requests_hours",
            using="gist",
            where=text("status IN ('pending', 'approved')"),
        ),
        CheckConstraint("ends_on >= starts_on", name="ends_on"),
        CheckConstraint("half_day IN ('morning', 'afternoon')", name="half_day"),
        CheckConstraint("half_day IS NULL OR starts_on = ends_on", name="half_day_is_one_day"),
        Index("ix_leave_requests_leave_type_id", "leave_type_id"),
        Index("ix_leave_requests_starts_on", "starts_on", "id"),
        one_of("status", LeaveStatus),
    )

    employee_id: Mapped[UUID] = mapped_column(ForeignKey("employees.id"))
    leave_type_id: Mapped[UUID] = mapped_column(ForeignKey("leave_types.id"))
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    half_day: Mapped[str | None]
    days: Mapped[Decimal] = mapped_column(Days())
    reason: Mapped[str | None]
    status: Mapped[LeaveStatus] = mapped_column(TextEnum(LeaveStatus))


class LeaveDay(Base):
    """A day that a request costs: what was a working day when it was made, 1 or 0.5."""

    __tablename__ = "leave_days"

    request_id: Mapped[UUID] = mapped_column(ForeignKey("leave_requests.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    portion: Mapped[Decimal] = mapped_column(Days())


class ApprovalStep(Base):
    """One level of a request's approval. Levels are decided in order."""

    __tablename__ = "leave_approvals"
    __table_args__ = (one_of("approver", Approver),)

    request_id: Mapped[UUID] = mapped_column(ForeignKey("leave_requests.id"), primary_key=True)
    level: Mapped[int] = mapped_column(primary_key=True)
    approver: Mapped[Approver] = mapped_column(TextEnum(Approver))
    approved: Mapped[bool | None]
    decided_by: Mapped[UUID | None]  # the account
    decided_at: Mapped[datetime | None]
    comment: Mapped[str | None]
