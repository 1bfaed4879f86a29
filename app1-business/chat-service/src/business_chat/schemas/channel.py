from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field
from servicekit.pagination import ListQuery
from servicekit.schemas import LEFT_OUT, Input, Name, Output

from business_chat.rules.words import ChannelKind, EventKind, MemberRole, Notify
from business_chat.schemas.message import MessageRead

Topic = Annotated[str, Field(max_length=500)]
MOST_IN_DIRECT = 9


class ChannelWish(Input):
    kind: Literal["public", "private"]
    name: Name
    topic: Topic = ""


class ChannelChanges(Input):
    name: Name = LEFT_OUT
    topic: Topic = LEFT_OUT


class DirectWish(Input):
    """Who besides oneself; naming nobody or only oneself makes a place for notes."""

    user_ids: list[UUID] = Field(max_length=MOST_IN_DIRECT)


class MemberWish(Input):
    user_id: UUID


class MemberChanges(Input):
    role: MemberRole


class NotifyWish(Input):
    """`all`: of every message; `mentions`: of those that name oneself, alone or with everybody."""

    notify: Notify


class ReadWish(Input):
    """Everything up to `seq` has been seen."""

    seq: int = Field(ge=0, lt=2**63)


class ChannelQuery(ListQuery):
    """`mine` leaves out public channels that one has not joined."""

    mine: bool = False
    kind: ChannelKind | None = None


class MemberQuery(ListQuery):
    pass


class EventQuery(Input):
    after_seq: int = Field(0, ge=0, lt=2**63)
    limit: int = Field(100, ge=1, le=500)


class ChannelRead(Output):
    """`last_seq` is the newest event's. `my_` and the counts are null for who is no member."""

    id: UUID
    kind: ChannelKind
    name: str | None
    topic: str
    is_default: bool
    version: int
    created_at: AwareDatetime
    last_seq: int
    my_role: MemberRole | None
    my_last_read_seq: int | None
    my_notify: Notify | None
    unread: int | None
    mentions: int | None
    member_ids: list[UUID] | None = Field(description="In direct conversations: who is in it.")


class MemberRead(Output):
    """`last_read_seq` is told in direct conversations only."""

    user_id: UUID
    role: MemberRole
    joined_at: AwareDatetime
    last_read_seq: int | None


class ThreadState(Output):
    root_id: UUID
    replies: int
    last_reply_seq: int | None


class EventRead(Output):
    """`message` is as it is now, whole; `thread` is there where it is a reply."""

    channel_id: UUID
    seq: int
    kind: EventKind
    actor_id: UUID | None
    at: AwareDatetime
    data: dict[str, Any]
    message: MessageRead | None
    thread: ThreadState | None


class Events(Output):
    """`last_seq` is the channel's; more follow where the last item's is lower."""

    items: list[EventRead]
    last_seq: int


class PointerRead(Output):
    last_read_seq: int
