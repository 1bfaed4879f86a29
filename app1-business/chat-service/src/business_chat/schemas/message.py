from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field, StringConstraints
from servicekit.pagination import ListQuery
from servicekit.schemas import Input, Output

Text = Annotated[str, StringConstraints(min_length=1, max_length=10_000)]
Emoji = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[^\s\x00-\x1f\x7f/]+$")]
"""The character itself, or the name of one, without colons."""


class MessageWish(Input):
    """`client_msg_id` is the client's own, the same at every try: the message is sent once.

    `text` is Markdown. `mention_confirmed` is asked for where `@channel` or `@here` may reach many.
    """

    client_msg_id: UUID
    text: Text
    thread_root_id: UUID | None = None
    mention_confirmed: bool = False


class MessageChanges(Input):
    text: Text


class ReactionWish(Input):
    emoji: Emoji


class MessageQuery(ListQuery):
    """`after_seq` and `before_seq`, the places themselves left out: to read on from where one jumped to."""

    sort: Literal["seq", "-seq"] = "-seq"
    after_seq: int = Field(0, ge=0, lt=2**63)
    before_seq: int = Field(2**63 - 1, ge=0, lt=2**63)


class ReactionRead(Output):
    emoji: str
    user_id: UUID


class MessageRead(Output):
    """A deleted message has `deleted_at` and no text. `seq` is that of the event that created it."""

    id: UUID
    channel_id: UUID
    seq: int
    author_id: UUID
    client_msg_id: UUID
    text: str
    thread_root_id: UUID | None
    mentions: list[UUID]
    mentions_channel: bool
    mentions_here: bool
    reactions: list[ReactionRead]
    replies: int
    last_reply_seq: int | None
    created_at: AwareDatetime
    edited_at: AwareDatetime | None
    deleted_at: AwareDatetime | None
    version: int


class RevisionRead(Output):
    """What the message said until `created_at`."""

    id: UUID
    text: str
    created_at: AwareDatetime


class ThreadRead(MessageRead):
    """The root of a thread that one follows, with what one has not read of its replies."""

    my_last_read_seq: int
    unread: int
    unread_mentions: int
