"""A channel's log: all that happens there, in order, without gaps. It is the truth that clients follow."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from servicekit import realtime
from servicekit.db import ReadSession, TenantSession
from servicekit.errors import Gone
from servicekit.realtime_feed import Entry
from servicekit.realtime_frame import frame
from sqlalchemy import BigInteger, Integer, Row, Uuid, bindparam, delete, func, select, update

from business_chat.models.channel import Channel, ChannelEvent
from business_chat.models.message import Message
from business_chat.rules.words import EventKind
from business_chat.services import shape

KEPT = 30  # days; a client that was away for longer fetches its channels anew


class EventsTrimmed(Gone):
    code = "chat.events_trimmed"

    def __init__(self) -> None:
        super().__init__("Events after this one are no longer kept. Fetch the channel anew.")


async def _next_seq(session: TenantSession, channel_id: UUID) -> int:
    """The place of what is about to happen. From here on the transaction holds the channel's row."""
    statement = (
        update(Channel)
        .where(Channel.id == channel_id)
        .values(last_seq=Channel.last_seq + 1, updated_at=Channel.updated_at)
        .returning(Channel.last_seq)
        .execution_options(synchronize_session=False)
    )
    return (await session.execute(statement)).scalar_one()


async def record(
    session: TenantSession,
    channel_id: UUID,
    kind: EventKind,
    *,
    message_id: UUID | None = None,
    data: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Write down what was done, in the transaction that does it, last; answers with the event."""
    place = await _next_seq(session, channel_id)
    session.add(
        ChannelEvent(
            channel_id=channel_id,
            seq=place,
            kind=kind,
            actor_id=session.context.user_id,
            message_id=message_id,
            data=dict(data or {}),
        )
    )
    await session.flush()
    return await show(session, channel_id, place)


async def show(session: TenantSession, channel_id: UUID, seq: int) -> dict[str, Any]:
    """Have followers see an event that this transaction wrote down; answers with it."""
    (event,) = await events(session, channel_id, seq - 1, 1)
    realtime.add(session, channel_id, entry(event))
    return event


def show_said(session: TenantSession, message: Message, mentions: Sequence[UUID]) -> dict[str, Any]:
    """`show` for a message just said that is no reply: what it would read back is known."""
    event = {
        "channel_id": message.channel_id,
        "seq": message.seq,
        "kind": EventKind.MESSAGE_CREATED,
        "actor_id": message.author_id,
        "at": message.created_at,
        "data": {},
        "message": shape.said(message, mentions),
        "thread": None,
    }
    realtime.add(session, message.channel_id, entry(event))
    return event


_events = (
    select(
        ChannelEvent.channel_id,
        ChannelEvent.seq,
        ChannelEvent.kind,
        ChannelEvent.actor_id,
        ChannelEvent.created_at.label("at"),
        ChannelEvent.data,
        *(column.label(f"message.{column.key}") for column in shape.MESSAGE),
        *(column.label(f"thread.{column.key}") for column in shape.thread_of(Message.thread_root_id)),
    )
    .outerjoin(Message, Message.id == ChannelEvent.message_id)
    .where(
        ChannelEvent.channel_id == bindparam("channel", type_=Uuid),
        ChannelEvent.seq > bindparam("after", type_=BigInteger),
    )
    .order_by(ChannelEvent.seq)
    .limit(bindparam("most", type_=Integer))
)


async def events(
    session: ReadSession | TenantSession, channel_id: UUID, after: int, most: int
) -> list[dict[str, Any]]:
    """The events that follow `after`, as `EventRead`'s members. None follow where none is newer.

    Raises:
        EventsTrimmed: not all that follow are kept.
    """
    rows = (await session.execute(_events, {"channel": channel_id, "after": after, "most": most})).all()
    if rows and rows[0].seq != after + 1:
        raise EventsTrimmed
    return [_event(row) for row in rows]


def _event(row: Row[Any]) -> dict[str, Any]:
    event: dict[str, Any] = {}
    parts: dict[str, dict[str, Any]] = {"message": {}, "thread": {}}
    for name, value in row._mapping.items():  # noqa: SLF001 - SQLAlchemy's name for a row as a mapping
        part, _, member = name.partition(".")
        (parts[part] if member else event)[member or part] = value
    event["message"] = parts["message"] if parts["message"]["id"] else None
    event["thread"] = parts["thread"] if parts["thread"]["root_id"] else None
    return event


def entry(event: dict[str, Any]) -> Entry:
    """An event as sockets get it."""
    left = event["kind"] is EventKind.MEMBER_REMOVED
    leaver = UUID(str(event["data"]["user_id"])) if left else None
    return Entry(event["seq"], frame("event", **event), leaver)


async def trim(session: TenantSession) -> None:
    """Drop events older than `KEPT` days. A channel's newest stays, so that its place is known."""
    old = ChannelEvent.created_at < func.now() - func.make_interval(0, 0, 0, KEPT)
    newest = select(Channel.last_seq).where(Channel.id == ChannelEvent.channel_id).scalar_subquery()
    await session.execute(
        delete(ChannelEvent).where(old, ChannelEvent.seq < newest),
        execution_options={"synchronize_session": False},
    )
