"""What an organisation has decided about leave of every type."""

from typing import Any

from servicekit.db import Editable
from sqlalchemy import CheckConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from business_hrms.models.base import Base


class LeaveSettings(Editable, Base):
    """One row, made by the migration."""

    __tablename__ = "leave_settings"
    __table_args__ = (CheckConstraint("year_starts_in BETWEEN 1 AND 12", name="year_starts_in"),)

    approval: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)  # levels, the first one first
    year_starts_in: Mapped[int]  # the month, 1 to 12
