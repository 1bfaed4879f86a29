"""Leave policies: which leave people have every year, and who has which."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from contracts.facts import EmploymentType
from servicekit.db import Editable, Identified
from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from business_hrms.models.base import Base
from business_hrms.models.days import Days
from business_hrms.rules.accrual import Frequency


class LeavePolicy(Editable, Base):
    __tablename__ = "leave_policies"
    __table_args__ = (Index("uq_leave_policies_name", text("lower(name)"), unique=True),)

    name: Mapped[str]


class PolicyLine(Base):
    """`days` of a leave type for a year: earned at a `frequency`, or granted at once where that is NULL."""

    __tablename__ = "leave_policy_lines"
    __table_args__ = (
        Index("ix_leave_policy_lines_leave_type_id", "leave_type_id"),
        CheckConstraint("frequency IN ('monthly', 'quarterly', 'half_yearly', 'yearly')", name="frequency"),
    )

    policy_id: Mapped[UUID] = mapped_column(
        ForeignKey("leave_policies.id", ondelete="CASCADE"), primary_key=True
    )
    leave_type_id: Mapped[UUID] = mapped_column(ForeignKey("leave_types.id"), primary_key=True)
    days: Mapped[Decimal] = mapped_column(Days())
    frequency: Mapped[Frequency | None] = mapped_column(String())


class PolicyAssignment(Identified, Base):
    """Whom a policy is for from a day on: one employee, a department, a type of employment, or everybody."""

    __tablename__ = "leave_policy_assignments"
    __table_args__ = (
        CheckConstraint("num_nonnulls(employee_id, department_id, employment_type) <= 1", name="scope"),
        CheckConstraint(
            "employment_type IN ('full_time', 'part_time', 'contract', 'intern')", name="employment_type"
        ),
    )

    policy_id: Mapped[UUID] = mapped_column(ForeignKey("leave_policies.id"), index=True)
    starts_on: Mapped[date]
    employee_id: Mapped[UUID | None] = mapped_column(ForeignKey("employees.id"), index=True)
    department_id: Mapped[UUID | None] = mapped_column(ForeignKey("departments.id"), index=True)
    employment_type: Mapped[EmploymentType | None] = mapped_column(String())
