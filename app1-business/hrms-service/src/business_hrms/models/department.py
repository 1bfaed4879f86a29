"""Departments: a tree."""

from uuid import UUID

from servicekit.db import Editable
from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from business_hrms.models.base import Base


class Department(Editable, Base):
    __tablename__ = "departments"

    name: Mapped[str]
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("departments.id"), index=True)

    __table_args__ = (
        Index("uq_departments_name", text("lower(name)"), unique=True),
        CheckConstraint("parent_id <> id", name="not_its_own_parent"),
    )
