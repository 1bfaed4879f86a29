"""Mentions: whom a message names, found when it is said; and where one was named oneself."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from contracts.facts import ChatUserMentioned
from servicekit import facts
from servicekit.db import ReadSession, TenantSession
from servicekit.errors import Conflict
from servicekit.pagination import ListQuery, page
from sqlalchemy import delete, func, select, union_all
from sqlalchemy.dialects.postgresql import insert

from business_chat.models.channel import Channel, ChannelMember
from business_chat.models.message import Mention, Message
from business_chat.models.person import Person
from business_chat.rules import mention
from business_chat.services import presence, shape
from business_chat.services.access import me


class MentionUnconfirmed(Conflict):
    code = "chat.mention_unconfirmed"

    def __init__(self, members: int) -> None:
        super().__init__("This calls many: say that you mean it.", members=members)


@dataclass(frozen=True)
class Named:
    """Whom a text names."""

    everybody: bool = False
    there: list[UUID] | None = None  # who is there, where it names them so
    people: Sequence[UUID] = ()


async def find(
    session: TenantSession,
    channel: Channel,
    text: str,
    *,
    there: list[UUID] | None = None,
    confirmed: bool,
) -> Named:
    """Whom a text of one's own names among the channel's members.

    Args:
        there: who was there when it was said; None where `@here` was not said so far.

    Raises:
        MentionUnconfirmed: it calls everybody, or whoever is there, in a large channel.
    """
    named = mention.handles(text)
    if not named:
        return Named()
    everybody, here = mention.everybody(named), mention.whoever_is_there(named)
    members = select(ChannelMember.user_id).where(ChannelMember.channel_id == channel.id)
    if (everybody or here) and not confirmed:
        many = await session.scalar(select(func.count()).select_from(members.subquery())) or 0
        if many >= mention.LARGE_CHANNEL:
            raise MentionUnconfirmed(many)
    if here and there is None:
        there = sorted(await presence.online(session, (await session.scalars(members)).all()))
    people = select(Person.user_id).where(
        Person.handle.in_(named),
        Person.active,
        Person.user_id != me(session),
        Person.user_id.in_(members),
    )
    return Named(everybody, there if here else None, sorted(await session.scalars(people)))


async def note(session: TenantSession, message: Message, people: Sequence[UUID]) -> list[UUID]:
    """Note who is named by a message; answers with who was not before, whom others are told of."""
    if message.edited_at is not None:
        gone = (Mention.message_id == message.id, Mention.user_id.not_in(people))
        await session.execute(delete(Mention).where(*gone))
    if not people:
        return []
    rows = [{"message_id": message.id, "user_id": user_id} for user_id in people]
    added = insert(Mention).on_conflict_do_nothing().returning(Mention.user_id)
    new = list(await session.scalars(added, rows))
    for user_id in new:
        told = ChatUserMentioned(message_id=message.id, channel_id=message.channel_id, user_id=user_id)
        facts.add(session, told, about=message)
    return new


async def listing(session: ReadSession, query: ListQuery) -> dict[str, Any]:
    """Messages of one's channels that name oneself, alone or among others, since one joined."""
    columns = Message.__table__.c
    naming = union_all(
        select(Mention.message_id).where(Mention.user_id == me(session)),
        select(Message.id).where(Message.mentions_channel),
        select(Message.id).where(Message.here.contains([me(session)])),
    )
    statement = (
        select(*shape.MESSAGE)
        .join(ChannelMember, ChannelMember.channel_id == columns.channel_id)
        .where(
            ChannelMember.user_id == me(session),
            columns.author_id != me(session),
            columns.created_at >= ChannelMember.joined_at,
            columns.deleted_at.is_(None),
            columns.id.in_(naming),
        )
    )
    return await page(session, statement, query, key=columns.id, id_=columns.id, descending=True)
