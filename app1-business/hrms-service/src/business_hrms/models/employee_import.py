"""Rows of files of employees that wait to take effect."""

from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from business_hrms.models.base import Base


class ImportStep(Base):
    """The `position`-th step of an import, as planned."""

    __tablename__ = "import_steps"

    job_id: Mapped[UUID] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    step: Mapped[dict[str, Any]] = mapped_column(JSONB)
