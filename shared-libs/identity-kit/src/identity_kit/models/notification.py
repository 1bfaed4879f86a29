"""In-app notifications."""

from datetime import datetime
from uuid import UUID

from servicekit.db import Identified
from sqlalchemy import ForeignKey, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from identity_kit.models.base import Base


class Notification(Identified, Base):
    """`kind` and `data`, not a sentence: the frontend says it in the reader's language."""

    __tablename__ = "notifications"
    __table_args__ = (Index("ix_notifications_user_id_created_at_id", "user_id", "created_at", "id"),)

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    kind: Mapped[str]
    data: Mapped[dict[str, str]] = mapped_column(JSONB)
    read_at: Mapped[datetime | None]
