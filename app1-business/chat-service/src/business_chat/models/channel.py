"""Channels, who is in them, and the log of what happened there."""

from datetime import datetime
from typing import Any
from uuid import UUID

from servicekit.db import Editable, TextEnum, one_of
from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from business_chat.models.base import Base
from business_chat.rules.words import ChannelKind, EventKind, MemberRole, Notify


class Channel(Editable, Base):
    """A conversation. Its row's lock orders everything that happens there."""

    __tablename__ = "channels"
    __table_args__ = (
        one_of("kind", ChannelKind),
        CheckConstraint("(kind = 'direct') = (name IS NULL)", name="name"),
        CheckConstraint("(kind = 'direct') = (direct_key IS NOT NULL)", name="direct_key"),
        Index("uq_channels_name", func.lower(text("name")), unique=True),
        Index("uq_channels_direct_key", "direct_key", unique=True),
    )

    kind: Mapped[ChannelKind] = mapped_column(TextEnum(ChannelKind))
    name: Mapped[str | None]
    topic: Mapped[str] = mapped_column(server_default="")
    direct_key: Mapped[str | None]  # the sorted ids of who is in a direct conversation
    is_default: Mapped[bool] = mapped_column(server_default=text("false"))  # every new account joins
    last_seq: Mapped[int] = mapped_column(BigInteger, server_default="0")


class ChannelMember(Base):
    __tablename__ = "channel_members"
    __table_args__ = (one_of("role", MemberRole), one_of("notify", Notify))

    channel_id: Mapped[UUID] = mapped_column(ForeignKey("channels.id"), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(primary_key=True, index=True)
    role: Mapped[MemberRole] = mapped_column(TextEnum(MemberRole))
    joined_at: Mapped[datetime] = mapped_column(server_default=func.now())
    last_read_seq: Mapped[int] = mapped_column(BigInteger)
    notify: Mapped[Notify] = mapped_column(TextEnum(Notify), server_default=Notify.MENTIONS)
    mailed_seq: Mapped[int] = mapped_column(
        BigInteger, server_default="0"
    )  # no mail tells of what was before


class ChannelEvent(Base):
    """One thing that happened in a channel; `seq` has no gaps. Old events are trimmed.

    It refers to its message rather than copying it, so that what was deleted is gone from the log too.
    """

    __tablename__ = "channel_events"
    __table_args__ = (one_of("kind", EventKind),)

    channel_id: Mapped[UUID] = mapped_column(ForeignKey("channels.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    kind: Mapped[EventKind] = mapped_column(TextEnum(EventKind))
    actor_id: Mapped[UUID | None]
    message_id: Mapped[UUID | None] = mapped_column(ForeignKey("messages.id"))
    data: Mapped[dict[str, Any]] = mapped_column(JSONB)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now(), index=True)
