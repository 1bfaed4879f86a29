"""Messages and what belongs to them."""

from datetime import datetime
from uuid import UUID

from servicekit.db import Editable, Identified
from sqlalchemy import BigInteger, Computed, ForeignKey, Index, UniqueConstraint, Uuid, false, func, text
from sqlalchemy.dialects.postgresql import ARRAY, TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from business_chat.models.base import Base


class Message(Editable, Base):
    """`seq` is that of the event that created it. A deleted one stays, without its text."""

    __tablename__ = "messages"
    __table_args__ = (
        UniqueConstraint("channel_id", "seq"),
        UniqueConstraint("author_id", "client_msg_id"),
        Index("ix_messages_thread_root_id_seq", "thread_root_id", "seq"),
        # Without a list of what is pending: nobody who posts has to work it off for the others.
        Index("ix_messages_words", "words", postgresql_using="gin", postgresql_with={"fastupdate": "off"}),
        Index("ix_messages_mentions_channel", "id", postgresql_where=text("mentions_channel")),
        Index("ix_messages_here", "here", postgresql_using="gin", postgresql_where=text("here IS NOT NULL")),
    )

    channel_id: Mapped[UUID] = mapped_column(ForeignKey("channels.id"))
    seq: Mapped[int] = mapped_column(BigInteger)
    author_id: Mapped[UUID]
    client_msg_id: Mapped[UUID]
    text: Mapped[str]
    words: Mapped[str] = mapped_column(
        TSVECTOR(), Computed("message_words(text)", persisted=True), deferred=True
    )
    thread_root_id: Mapped[UUID | None] = mapped_column(ForeignKey("messages.id"))
    mentions_channel: Mapped[bool] = mapped_column(server_default=false())
    here: Mapped[list[UUID] | None] = mapped_column(ARRAY(Uuid()))  # who was there when `@here` was said
    edited_at: Mapped[datetime | None]
    deleted_at: Mapped[datetime | None]


class MessageRevision(Identified, Base):
    """What a message said until `created_at`, when somebody edited it."""

    __tablename__ = "message_revisions"

    message_id: Mapped[UUID] = mapped_column(ForeignKey("messages.id"), index=True)
    text: Mapped[str]


class Mention(Base):
    """A person whom a message names. `@channel` writes no rows: the message itself says it."""

    __tablename__ = "mentions"

    message_id: Mapped[UUID] = mapped_column(ForeignKey("messages.id"), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(primary_key=True, index=True)


class Reaction(Base):
    __tablename__ = "reactions"

    message_id: Mapped[UUID] = mapped_column(ForeignKey("messages.id"), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    emoji: Mapped[str] = mapped_column(primary_key=True)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class ThreadMember(Base):
    """Somebody who follows a thread, and how far they have read it."""

    __tablename__ = "thread_members"

    root_id: Mapped[UUID] = mapped_column(ForeignKey("messages.id"), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(primary_key=True, index=True)
    last_read_seq: Mapped[int] = mapped_column(BigInteger)
