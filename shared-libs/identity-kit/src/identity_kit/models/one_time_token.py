"""One-time tokens: what a mailed link proves."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from servicekit.db import TextEnum, one_of
from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from identity_kit.models.base import Base


class Purpose(StrEnum):
    PASSWORD_RESET = "password_reset"  # noqa: S105 - what a token is for
    EMAIL_VERIFICATION = "email_verification"


class OneTimeToken(Base):
    """The last one made for an account and purpose: a new one voids it."""

    __tablename__ = "one_time_tokens"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    purpose: Mapped[Purpose] = mapped_column(TextEnum(Purpose), primary_key=True)
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    expires_at: Mapped[datetime]

    __table_args__ = (one_of("purpose", Purpose),)
