"""What people have begun to write."""

from uuid import UUID

from servicekit.db import Editable
from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from business_chat.models.base import Base


class Draft(Editable, Base):
    """What somebody will say in a place.

    One that was sent or dropped stays, without text: its version goes on, so that a device
    that missed it cannot bring it back.
    """

    __tablename__ = "drafts"
    __table_args__ = (
        UniqueConstraint("user_id", "channel_id", "thread_root_id", postgresql_nulls_not_distinct=True),
    )

    user_id: Mapped[UUID]
    channel_id: Mapped[UUID] = mapped_column(ForeignKey("channels.id"))
    thread_root_id: Mapped[UUID | None] = mapped_column(ForeignKey("messages.id"))
    text: Mapped[str]
