"""How far work has come that takes longer than a request."""

from servicekit.db import Identified
from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped

from business_hrms.models.base import Base


class LongJob(Identified, Base):
    __tablename__ = "long_jobs"
    __table_args__ = (CheckConstraint("state IN ('running', 'done')", name="state"),)

    state: Mapped[str]
    done: Mapped[int]
    total: Mapped[int]

    @property
    def errors_url(self) -> None:
        """Where the refused parts are listed: no work so far has any."""
