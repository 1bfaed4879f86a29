"""API keys: how a program, not a person, acts in an organisation."""

from datetime import datetime
from uuid import UUID

from servicekit.db import Identified
from sqlalchemy import ARRAY, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from identity_kit.models.base import Base


class ApiKey(Identified, Base):
    """A service account with its one key. Its id is account and session of the tokens it gets.

    It may what it was made for, as long as whoever made it may, and ends when their account does.
    """

    __tablename__ = "api_keys"

    name: Mapped[str]
    secret_hash: Mapped[bytes]
    permissions: Mapped[list[str]] = mapped_column(ARRAY(String))
    created_by: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    expires_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]

    @property
    def version(self) -> int:
        """For facts about it: a key is made and revoked."""
        return 1 if self.revoked_at is None else 2
