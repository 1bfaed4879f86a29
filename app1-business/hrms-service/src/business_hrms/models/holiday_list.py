"""Holiday lists: on which days nobody works."""

from datetime import date
from uuid import UUID

from servicekit.db import Editable
from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from business_hrms.models.base import Base


class HolidayList(Editable, Base):
    """Employees without a list of their own have the default one."""

    __tablename__ = "holiday_lists"
    __table_args__ = (
        Index("uq_holiday_lists_name", text("lower(name)"), unique=True),
        Index("uq_holiday_lists_is_default", "is_default", unique=True, postgresql_where=text("is_default")),
    )

    name: Mapped[str]
    weekly_off: Mapped[list[str]] = mapped_column(ARRAY(String()))  # names of weekdays
    is_default: Mapped[bool]


class Holiday(Base):
    __tablename__ = "holidays"

    holiday_list_id: Mapped[UUID] = mapped_column(
        ForeignKey("holiday_lists.id", ondelete="CASCADE"), primary_key=True
    )
    day: Mapped[date] = mapped_column(primary_key=True)
    name: Mapped[str]
