"""What people have decided about being told."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from business_chat.models.base import Base


class PersonalSettings(Base):
    """`quiet_hours` as `schemas.settings.QuietHours`. Who has no row has decided nothing."""

    __tablename__ = "personal_settings"

    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    snooze_until: Mapped[datetime | None]
    quiet_hours: Mapped[dict[str, str | None] | None] = mapped_column(JSONB(none_as_null=True))
    mail: Mapped[bool] = mapped_column(server_default=text("true"))
    mail_after: Mapped[int] = mapped_column(server_default="10")  # minutes
