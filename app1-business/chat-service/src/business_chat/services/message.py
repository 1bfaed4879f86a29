"""Messages: sent once, edited with what was there before kept, deleted with nothing kept."""

from typing import Any
from uuid import UUID

from contracts.facts import ChatMessagePosted
from servicekit import audit, facts
from servicekit.db import EditConflict, ReadSession, TenantSession, found, locked, refusing
from servicekit.errors import Conflict, Forbidden, Gone, NotFound, Unprocessable
from servicekit.pagination import ListQuery, page
from sqlalchemy import Uuid, bindparam, delete, func, select
from sqlalchemy.dialects.postgresql import insert

from business_chat.models.channel import Channel, ChannelMember
from business_chat.models.message import Mention, Message, MessageRevision, Reaction
from business_chat.rules.words import EventKind
from business_chat.schemas.message import MessageChanges, MessageQuery, MessageWish
from business_chat.services import access, draft, log, mention, notification, saying, shape, thread
from business_chat.services.access import me

MOST_REACTIONS = 50  # different ones to a message


class ClientMsgIdReused(Conflict):
    code = "chat.client_msg_id_reused"

    def __init__(self) -> None:
        super().__init__("This client_msg_id was used for another message.")


class NotTheAuthor(Forbidden):
    code = "chat.not_the_author"

    def __init__(self) -> None:
        super().__init__("Only its author changes a message.")


class MessageDeleted(Gone):
    code = "chat.message_deleted"

    def __init__(self) -> None:
        super().__init__("The message was deleted.")


class TooManyReactions(Unprocessable):
    code = "chat.too_many_reactions"

    def __init__(self) -> None:
        super().__init__(f"A message takes {MOST_REACTIONS} different reactions.")


async def send(session: TenantSession, channel_id: UUID, wish: MessageWish) -> dict[str, Any]:
    """Say something in a channel; answers with `MessageRead`'s members.

    The same again, at any time, is the message that was sent first.
    """
    channel = await locked(session, Channel, channel_id)
    standing = await session.execute(
        _STANDING, {"channel": channel_id, "user": me(session), "client_msg": wish.client_msg_id}
    )
    role, sent_id = standing.one_or_none() or (None, None)
    access.require_member(channel, role)
    if sent_id is not None:
        if not _same(await found(session, Message, sent_id), channel_id, wish):
            raise ClientMsgIdReused
        return await shown(session, sent_id)
    root = None
    if wish.thread_root_id is not None:
        root = await thread.root(session, channel_id, wish.thread_root_id)
    meant = await mention.find(session, channel, wish.text, confirmed=wish.mention_confirmed)
    async with refusing({"uq_messages_author_id_client_msg_id": ClientMsgIdReused}):
        message, emptied = await saying.say(session, channel_id, wish, meant)
    named = await mention.note(session, message, meant.people)
    if root is not None:
        await thread.follow_reply(session, channel, root, message, named)
    await notification.tell(session, channel, message, named)
    if emptied is not None:
        draft.tell(session, channel_id, wish.thread_root_id, emptied)
    posted = ChatMessagePosted(
        message_id=message.id, channel_id=channel_id, author_id=message.author_id, seq=message.seq
    )
    facts.add(session, posted, about=message)
    if root is None:
        event = log.show_said(session, message, meant.people)
    else:
        event = await log.show(session, channel_id, message.seq)
    return dict(event["message"])


async def edit(
    session: TenantSession, message_id: UUID, changes: MessageChanges, version: int
) -> dict[str, Any]:
    """Change one's own message; who is newly named is told. Answers with `MessageRead`'s members."""
    channel, message = await _locked(session, message_id, version)
    if message.author_id != me(session):
        raise NotTheAuthor
    if message.text == changes.text:
        return await shown(session, message_id)
    now = await session.scalar(select(func.now()))
    confirmed = message.mentions_channel or message.here is not None
    meant = await mention.find(session, channel, changes.text, there=message.here, confirmed=confirmed)
    session.add(MessageRevision(message_id=message_id, text=message.text))
    message.text, message.edited_at = changes.text, now
    message.mentions_channel, message.here = meant.everybody, meant.there
    await session.flush()
    named = await mention.note(session, message, meant.people)
    if message.thread_root_id is not None and named:
        root = await thread.root(session, channel.id, message.thread_root_id)
        await thread.follow_reply(session, channel, root, message, named)
    await notification.tell(session, channel, message, named)
    event = await log.record(session, channel.id, EventKind.MESSAGE_EDITED, message_id=message_id)
    return dict(event["message"])


async def remove(session: TenantSession, message_id: UUID) -> None:
    """Delete one's own message, or, as an owner, somebody's: its text, revisions and reactions are gone.

    Its place and its thread stay. Again is the same as once.
    """
    try:
        channel, message = await _locked(session, message_id, None)
    except MessageDeleted:
        return
    if message.author_id != me(session):
        if not access.governs(session, await access.role_in(session, channel)):
            raise NotTheAuthor
        audit.add(session, "chat.message_deleted", target=f"message:{message_id}")
    now = await session.scalar(select(func.now()))
    message.text, message.mentions_channel, message.here, message.deleted_at = "", False, None, now
    for table in (MessageRevision, Mention, Reaction):
        await session.execute(delete(table).where(table.message_id == message_id))
    await session.flush()
    await log.record(session, channel.id, EventKind.MESSAGE_DELETED, message_id=message_id)


async def react(session: TenantSession, message_id: UUID, emoji: str) -> None:
    """Add one's reaction. Again is the same as once."""
    channel, message = await _locked(session, message_id, None)
    different = select(func.count(Reaction.emoji.distinct())).where(
        Reaction.message_id == message_id, Reaction.emoji != emoji
    )
    if (await session.scalar(different) or 0) >= MOST_REACTIONS:
        raise TooManyReactions
    row = {"message_id": message.id, "user_id": me(session), "emoji": emoji}
    added = insert(Reaction).values(row).on_conflict_do_nothing().returning(Reaction.user_id)
    if await session.scalar(added) is not None:
        kind = EventKind.REACTION_ADDED
        await log.record(session, channel.id, kind, message_id=message_id, data={"emoji": emoji})


async def unreact(session: TenantSession, message_id: UUID, emoji: str) -> None:
    """Take one's reaction back. Again is the same as once."""
    channel, message = await _locked(session, message_id, None)
    mine = (Reaction.message_id == message.id, Reaction.user_id == me(session), Reaction.emoji == emoji)
    removed = delete(Reaction).where(*mine).returning(Reaction.user_id)
    if await session.scalar(removed) is not None:
        kind = EventKind.REACTION_REMOVED
        await log.record(session, channel.id, kind, message_id=message_id, data={"emoji": emoji})


async def history(session: ReadSession, channel_id: UUID, query: MessageQuery) -> dict[str, Any]:
    """What was said in a channel, without the replies in threads; the newest first."""
    await access.seen(session, channel_id)
    columns = Message.__table__.c
    statement = select(*shape.MESSAGE).where(
        Message.channel_id == channel_id,
        Message.thread_root_id.is_(None),
        Message.seq > query.after_seq,
        Message.seq < query.before_seq,
    )
    descending = query.sort.startswith("-")
    return await page(session, statement, query, key=columns.seq, id_=columns.id, descending=descending)


async def shown(session: ReadSession | TenantSession, message_id: UUID) -> dict[str, Any]:
    """One message as `MessageRead`'s members, for who may read its channel."""
    await access.message_seen(session, message_id)
    rows = await session.execute(select(*shape.MESSAGE).where(Message.id == message_id))
    return dict(rows.mappings().one())


async def revisions(session: ReadSession, message_id: UUID, query: ListQuery) -> dict[str, Any]:
    """What the message said before, the oldest first."""
    await access.message_seen(session, message_id)
    columns = MessageRevision.__table__.c
    statement = select(columns.id, columns.text, columns.created_at).where(columns.message_id == message_id)
    return await page(session, statement, query, key=columns.created_at, id_=columns.id)


# What one is in a channel, and the message that one sent under an id.
_STANDING = (
    select(ChannelMember.role, Message.id)
    .outerjoin(
        Message,
        (Message.author_id == ChannelMember.user_id)
        & (Message.client_msg_id == bindparam("client_msg", type_=Uuid)),
    )
    .where(
        ChannelMember.channel_id == bindparam("channel", type_=Uuid),
        ChannelMember.user_id == bindparam("user", type_=Uuid),
    )
)


def _same(sent: Message, channel_id: UUID, wish: MessageWish) -> bool:
    untouched = sent.edited_at is None and sent.deleted_at is None
    return (sent.channel_id, sent.thread_root_id) == (channel_id, wish.thread_root_id) and (
        sent.text == wish.text or not untouched
    )


async def _locked(session: TenantSession, message_id: UUID, version: int | None) -> tuple[Channel, Message]:
    """The message and its channel, whose members may act on it.

    Raises:
        NotFound: there is no such message, or none for oneself.
        NotAMember, EditConflict, MessageDeleted
    """
    message = await session.get(Message, message_id)
    if message is None:
        raise NotFound
    channel, _ = await access.locked_as_member(session, message.channel_id)
    message = await locked(session, Message, message_id)
    if message.deleted_at is not None:
        raise MessageDeleted
    if version not in {None, message.version}:
        raise EditConflict
    return channel, message
