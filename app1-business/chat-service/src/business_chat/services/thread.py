"""Threads: replies to one message. Who takes part follows it, and has a read pointer of their own there."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from servicekit.db import ReadSession, TenantSession
from servicekit.errors import NotFound, Unprocessable
from servicekit.pagination import ListQuery, page
from sqlalchemy import delete, func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import aliased

from business_chat.models.channel import Channel, ChannelMember
from business_chat.models.message import Mention, Message, ThreadMember
from business_chat.rules.words import ChannelKind
from business_chat.schemas.message import MessageQuery
from business_chat.services import access, shape
from business_chat.services.access import me


class NotARoot(Unprocessable):
    code = "chat.not_a_root"

    def __init__(self) -> None:
        super().__init__("A thread begins with a message of the channel that is no reply itself.")


async def root(session: TenantSession, channel_id: UUID, root_id: UUID) -> Message:
    """The message that a reply belongs to.

    Raises:
        NotARoot
    """
    message = await session.get(Message, root_id)
    if message is None or message.channel_id != channel_id or message.thread_root_id is not None:
        raise NotARoot
    return message


async def follow_reply(
    session: TenantSession, channel: Channel, root: Message, reply: Message, named: Sequence[UUID]
) -> None:
    """Have the root's author, who replies, and whom the reply names follow the thread.

    In a direct conversation everybody follows every thread.
    """
    if channel.kind is ChannelKind.DIRECT:
        everybody = select(ChannelMember.user_id).where(ChannelMember.channel_id == channel.id)
        named = (await session.scalars(everybody)).all()
    before = reply.seq - 1
    rows = {root.author_id: root.seq, **dict.fromkeys(named, before), reply.author_id: reply.seq}
    values = [{"root_id": root.id, "user_id": user_id, "last_read_seq": seq} for user_id, seq in rows.items()]
    await session.execute(insert(ThreadMember).values(values).on_conflict_do_nothing())


async def replies(session: ReadSession, root_id: UUID, query: MessageQuery) -> dict[str, Any]:
    """What was said in a thread."""
    await access.message_seen(session, root_id)
    columns = Message.__table__.c
    statement = select(*shape.MESSAGE).where(
        Message.thread_root_id == root_id, Message.seq > query.after_seq, Message.seq < query.before_seq
    )
    descending = query.sort.startswith("-")
    return await page(session, statement, query, key=columns.seq, id_=columns.id, descending=descending)


async def followed(session: ReadSession, query: ListQuery) -> dict[str, Any]:
    """The threads that one follows, in channels that one is in; the newest first, by their roots."""
    columns, reply = Message.__table__.c, aliased(Message)
    unread = (
        select(func.count())
        .select_from(reply)
        .where(
            reply.thread_root_id == Message.id,
            reply.seq > ThreadMember.last_read_seq,
            reply.deleted_at.is_(None),
            reply.author_id != me(session),
        )
        .correlate(Message, ThreadMember)
    )
    naming = (
        select(Mention.user_id)
        .where(Mention.message_id == reply.id, Mention.user_id == me(session))
        .correlate(reply)
    )
    statement = (
        select(
            *shape.MESSAGE,
            ThreadMember.last_read_seq.label("my_last_read_seq"),
            unread.scalar_subquery().label("unread"),
            unread.where(or_(reply.mentions_channel, reply.here.any_() == me(session), naming.exists()))
            .scalar_subquery()
            .label("unread_mentions"),
        )
        .join(ThreadMember, ThreadMember.root_id == Message.id)
        .join(ChannelMember, ChannelMember.channel_id == Message.channel_id)
        .where(ThreadMember.user_id == me(session), ChannelMember.user_id == me(session))
    )
    return await page(session, statement, query, key=columns.created_at, id_=columns.id, descending=True)


async def follow(session: TenantSession, root_id: UUID) -> None:
    """Follow a thread, all that was said in it counting as read. Again is the same as once."""
    message = await access.message_seen(session, root_id)
    if message.thread_root_id is not None:
        raise NotARoot
    newest = select(func.max(Message.seq)).where(Message.thread_root_id == root_id)
    seq = await session.scalar(newest) or message.seq
    row = {"root_id": root_id, "user_id": me(session), "last_read_seq": seq}
    await session.execute(insert(ThreadMember).values(row).on_conflict_do_nothing())


async def unfollow(session: TenantSession, root_id: UUID) -> None:
    await access.message_seen(session, root_id)
    mine = (ThreadMember.root_id == root_id, ThreadMember.user_id == me(session))
    await session.execute(delete(ThreadMember).where(*mine))


async def followed_pointer(session: TenantSession, root_id: UUID) -> ThreadMember:
    """One's place in a thread, locked.

    Raises:
        NotFound: there is no such thread for oneself, or one does not follow it.
    """
    await access.message_seen(session, root_id)
    pointer = await session.get(ThreadMember, (root_id, me(session)), with_for_update=True)
    if pointer is None:
        raise NotFound
    return pointer
