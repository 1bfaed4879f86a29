"""Sessions: one sign-in on one device, and the family of refresh tokens that keeps it alive."""

from datetime import datetime
from uuid import UUID

from servicekit.db import Identified
from sqlalchemy import ARRAY, DateTime, ForeignKey, text
from sqlalchemy.orm import Mapped, mapped_column

from identity_kit.models.base import Base


class Session(Identified, Base):
    """`generation` and `secret_hash` tell the one refresh token that is good now.

    `rotations` are the moments at which the last sixteen generations were used
    up, the newest first. All times are the database's.
    """

    __tablename__ = "sessions"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    generation: Mapped[int] = mapped_column(default=1)
    secret_hash: Mapped[bytes]
    rotations: Mapped[list[datetime]] = mapped_column(
        ARRAY(DateTime(timezone=True)), server_default=text("'{}'")
    )
    device: Mapped[str | None]  # the User-Agent
    address: Mapped[str | None]  # where it signed in from
    last_used_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    authenticated_at: Mapped[datetime] = mapped_column(
        server_default=text("now()")
    )  # last proof of who it is
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]

    @property
    def version(self) -> int:
        """For facts about it."""
        return self.generation
