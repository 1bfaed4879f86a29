"""Branches, and on which days they are closed."""

from datetime import date
from uuid import UUID

from servicekit.db import Editable
from sqlalchemy import ARRAY, Date, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from school_libraries.models.base import Base


class Branch(Editable, Base):
    """A library. The default one serves wherever no other is named."""

    __tablename__ = "branches"
    __table_args__ = (
        Index("uq_branches_name", text("lower(name)"), unique=True),
        Index("uq_branches_is_default", "is_default", unique=True, postgresql_where=text("is_default")),
    )

    name: Mapped[str]
    is_default: Mapped[bool]


class BranchCalendar(Base):
    """A branch's closures; a branch without has the default branch's. Read through `rules.calendar`."""

    __tablename__ = "calendars"

    branch_id: Mapped[UUID] = mapped_column(ForeignKey("branches.id"), primary_key=True)
    weekly_closed: Mapped[list[str]]
    yearly_closed: Mapped[list[str]]
    closed: Mapped[list[date]] = mapped_column(ARRAY(Date()))
    open: Mapped[list[date]] = mapped_column(ARRAY(Date()))
