"""Who may see a channel, and who may act in it.

Public channels are everybody's to read. Others do not exist for who is no member.
"""

from uuid import UUID

from servicekit import db
from servicekit.db import ReadSession, TenantSession
from servicekit.errors import Forbidden, NotFound
from sqlalchemy import ColumnElement, or_, select

from business_chat.models.channel import Channel, ChannelMember
from business_chat.models.message import Message
from business_chat.rules.words import ChannelKind, MemberRole

MANAGE = "chat.channel.manage"


class NotAMember(Forbidden):
    code = "chat.not_a_member"

    def __init__(self) -> None:
        super().__init__("Join the channel first.")


class NotAnOwner(Forbidden):
    code = "chat.not_an_owner"

    def __init__(self) -> None:
        super().__init__("This is for the channel's owners.")


def me(session: TenantSession | ReadSession) -> UUID:
    """The account on whose behalf the session was opened."""
    user_id = session.context.user_id
    if user_id is None:
        raise LookupError("Nobody's session.")
    return user_id


async def role_in(
    session: TenantSession | ReadSession, channel: Channel, user_id: UUID | None = None
) -> MemberRole | None:
    """What a person, or oneself, is in the channel; None: no member."""
    whose = ChannelMember.user_id == (user_id or me(session))
    statement = select(ChannelMember.role).where(ChannelMember.channel_id == channel.id, whose)
    return await session.scalar(statement)


async def seen(session: ReadSession | TenantSession, channel_id: UUID) -> Channel:
    """The channel, for who may read it.

    Raises:
        NotFound: there is none, or none for oneself.
    """
    channel = await session.get(Channel, channel_id)
    if channel is None:
        raise NotFound
    if channel.kind is not ChannelKind.PUBLIC and await role_in(session, channel) is None:
        raise NotFound
    return channel


async def locked(session: TenantSession, channel_id: UUID) -> tuple[Channel, MemberRole | None]:
    """The channel, its row locked, and what one is in it, read after the lock was got.

    Raises:
        NotFound: there is none, or none for oneself.
    """
    channel = await db.locked(session, Channel, channel_id)
    role = await role_in(session, channel)
    if role is None and channel.kind is not ChannelKind.PUBLIC:
        raise NotFound
    return channel, role


async def locked_as_member(session: TenantSession, channel_id: UUID) -> tuple[Channel, MemberRole]:
    """`locked`, for members.

    Raises:
        NotFound: there is no such channel, or none for oneself.
        NotAMember
    """
    channel = await db.locked(session, Channel, channel_id)
    return channel, require_member(channel, await role_in(session, channel))


def require_member(channel: Channel, role: MemberRole | None) -> MemberRole:
    """The role that one has in a channel.

    Raises:
        NotFound: one has none, and the channel is not to be seen.
        NotAMember
    """
    if role is not None:
        return role
    if channel.kind is not ChannelKind.PUBLIC:
        raise NotFound
    raise NotAMember


def governs(session: TenantSession, role: MemberRole | None) -> bool:
    """Whether one may do what a channel's owners may."""
    return role is MemberRole.OWNER or MANAGE in session.context.permissions


def visible(user_id: UUID) -> ColumnElement[bool]:
    """Of channels, those that a person may read."""
    mine = select(ChannelMember.channel_id).where(
        ChannelMember.channel_id == Channel.id, ChannelMember.user_id == user_id
    )
    return or_(Channel.kind == ChannelKind.PUBLIC, mine.correlate(Channel).exists())


async def message_seen(session: ReadSession | TenantSession, message_id: UUID) -> Message:
    """The message, for who may read its channel.

    Raises:
        NotFound: there is none, or none for oneself.
    """
    message = await session.get(Message, message_id)
    if message is None:
        raise NotFound
    await seen(session, message.channel_id)
    return message
