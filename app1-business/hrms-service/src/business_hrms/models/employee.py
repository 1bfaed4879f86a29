"""Employees, and the jobs they have from one day to another."""

from datetime import date
from uuid import UUID

from contracts.facts import EmploymentType
from servicekit.db import Editable, Identified
from sqlalchemy import CheckConstraint, Computed, ForeignKey, Index, Sequence, String, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from business_hrms.models.base import Base

EMPLOYEE_NUMBERS = Sequence("employee_numbers", metadata=Base.metadata)


class Employee(Editable, Base):
    """A person whom the tenant employs, has employed or will employ."""

    __tablename__ = "employees"

    employee_no: Mapped[str]
    first_name: Mapped[str]
    last_name: Mapped[str]
    email: Mapped[str]
    date_of_joining: Mapped[date]
    last_day: Mapped[date | None]  # of employment; known from the notice on
    leaving_reason: Mapped[str | None]
    left_told: Mapped[date | None]  # the last day that others have been told is over
    user_id: Mapped[UUID | None] = mapped_column(unique=True)  # the account, once there is one
    holiday_list_id: Mapped[UUID | None] = mapped_column(ForeignKey("holiday_lists.id"), index=True)
    # folded(), lower case without accents, is made by the migration.
    sort_name: Mapped[str] = mapped_column(Computed("folded(last_name || ' ' || first_name)", persisted=True))
    search: Mapped[str] = mapped_column(
        Computed(
            "folded(first_name || ' ' || last_name || ' ' || employee_no || ' ' || email)", persisted=True
        )
    )

    __table_args__ = (
        Index("uq_employees_employee_no", text("lower(employee_no)"), unique=True),
        Index("uq_employees_email", text("lower(email)"), unique=True),
        Index("ix_employees_sort_name", "sort_name", "id"),
        Index(
            "ix_employees_search",
            "search",
            postgresql_using="gin",
            postgresql_ops={"search": "gin_trgm_ops"},
            postgresql_with={"fastupdate": "off"},
        ),
        CheckConstraint("last_day >= date_of_joining", name="last_day"),
    )


class EmploymentRecord(Identified, Base):
    """A job that an employee has from `valid_from` to `valid_to`, both included; NULL is no end.

    An employee's records follow each other without gap or overlap from the date of
    joining to the last day.
    """

    __tablename__ = "employment_records"

    employee_id: Mapped[UUID] = mapped_column(ForeignKey("employees.id"))
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    department_id: Mapped[UUID | None] = mapped_column(ForeignKey("departments.id"), index=True)
    position_id: Mapped[UUID | None] = mapped_column(ForeignKey("positions.id"), index=True)
    manager_id: Mapped[UUID | None] = mapped_column(ForeignKey("employees.id"), index=True)
    employment_type: Mapped[EmploymentType] = mapped_column(String())

    __table_args__ = (
        ExcludeConstraint(
            ("employee_id", "="),
            (text("daterange(valid_from, valid_to, '[]')"), "&&"),
            name="ex_employment_records_period",
            using="gist",
        ),
        Index("ix_employment_records_employee_id_valid_from", "employee_id", "valid_from"),
        CheckConstraint("valid_to >= valid_from", name="valid_to"),
        CheckConstraint("manager_id <> employee_id", name="manager_id"),
        CheckConstraint(
            "employment_type IN ('full_time', 'part_time', 'contract', 'intern')", name="employment_type"
        ),
    )
