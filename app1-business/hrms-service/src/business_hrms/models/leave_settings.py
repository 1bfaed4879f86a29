"""What an organisation has decided about leave of every type."""

from typing import Any

from servicekit.db import Editable
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from business_hrms.models.base import Base


class LeaveSettings(Editable, Base):
    """One row, made by the migration."""

    __tablename__ = "leave_settings"

    approval: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)  # levels, the first one first
