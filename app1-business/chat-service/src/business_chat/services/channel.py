"""Channels: made, found, changed."""

from hashlib import sha256
from typing import Any
from uuid import UUID

from servicekit import audit
from servicekit.db import EditConflict, ReadSession, TenantSession, assign, refusing
from servicekit.errors import Conflict
from servicekit.pagination import page
from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.dialects.postgresql import aggregate_order_by, insert

from business_chat.models.channel import Channel, ChannelMember
from business_chat.models.message import Mention, Message
from business_chat.rules.words import ChannelKind, EventKind, MemberRole
from business_chat.schemas.channel import ChannelChanges, ChannelQuery, ChannelWish
from business_chat.services import access, log, member, person
from business_chat.services.access import me


class ChannelNameTaken(Conflict):
    code = "chat.channel_name_taken"

    def __init__(self) -> None:
        super().__init__("Another channel has this name.")


_REFUSALS = {"uq_channels_name": ChannelNameTaken}


async def create(session: TenantSession, wish: ChannelWish) -> UUID:
    """Open a channel; who does is its first owner."""
    channel = Channel(kind=ChannelKind(wish.kind), name=wish.name, topic=wish.topic)
    session.add(channel)
    async with refusing(_REFUSALS):
        await session.flush()
    await member.seat(session, channel, [me(session)], MemberRole.OWNER)
    audit.add(session, "chat.channel_created", target=f"channel:{channel.id}", after=wish.model_dump())
    return channel.id


async def open_direct(session: TenantSession, user_ids: set[UUID]) -> UUID:
    """The one conversation between oneself and these; made where it was not there."""
    await person.require(session, user_ids - {me(session)})
    ids = sorted(user_ids | {me(session)})
    key = sha256("".join(map(str, ids)).encode()).hexdigest()
    made = insert(Channel).values(kind=ChannelKind.DIRECT, direct_key=key, version=1)
    made = made.on_conflict_do_nothing(index_elements=[Channel.direct_key])
    channel: Channel | None = await session.scalar(made.returning(Channel))
    if channel is None:
        channel = (await session.scalars(select(Channel).where(Channel.direct_key == key))).one()
        return channel.id
    await member.seat(session, channel, ids)
    return channel.id


async def join_defaults(session: TenantSession, user_id: UUID) -> None:
    """Bring somebody into the default channels; `general` is made for the first of all."""
    general = insert(Channel).values(kind=ChannelKind.PUBLIC, name="general", is_default=True, version=1)
    await session.execute(general.on_conflict_do_nothing())
    defaults = select(Channel).where(Channel.is_default).order_by(Channel.id)
    for channel in await session.scalars(defaults.with_for_update(key_share=True)):
        await member.seat(session, channel, [user_id])


async def change(session: TenantSession, channel_id: UUID, changes: ChannelChanges, version: int) -> None:
    channel, role = await access.locked(session, channel_id)
    if channel.kind is ChannelKind.DIRECT:
        raise member.DirectIsFixed
    if not access.governs(session, role):
        raise access.NotAnOwner
    if channel.version != version:
        raise EditConflict
    given = changes.model_dump(exclude_unset=True)
    before = assign(channel, given)
    async with refusing(_REFUSALS):
        await session.flush()
    await log.record(session, channel_id, EventKind.CHANNEL_CHANGED, data=given)
    target = f"channel:{channel_id}"
    audit.add(session, "chat.channel_changed", target=target, before=before, after=given)


async def listing(session: ReadSession, query: ChannelQuery) -> dict[str, Any]:
    """Channels that one may read, the oldest first."""
    statement = _channels(me(session)).where(access.visible(me(session)))
    if query.mine:
        statement = statement.where(ChannelMember.user_id.is_not(None))
    if query.kind is not None:
        statement = statement.where(Channel.kind == query.kind)
    columns = Channel.__table__.c
    return await page(session, statement, query, key=columns.created_at, id_=columns.id)


async def shown(session: ReadSession | TenantSession, channel_id: UUID) -> dict[str, Any]:
    """One channel as `ChannelRead`'s members, for who may read it."""
    await access.seen(session, channel_id)
    rows = await session.execute(_channels(me(session)).where(Channel.id == channel_id))
    return dict(rows.mappings().one())


def _channels(user_id: UUID) -> Select[Any]:
    columns = Channel.__table__.c
    unread = (
        select(func.count())
        .select_from(Message)
        .where(
            Message.channel_id == Channel.id,
            Message.seq > ChannelMember.last_read_seq,
            is_news(user_id),
            Message.thread_root_id.is_(None),
        )
        .correlate(Channel, ChannelMember)
    )
    other = ChannelMember.__table__.alias()
    member_ids = (
        select(func.jsonb_agg(aggregate_order_by(other.c.user_id, other.c.user_id)))
        .where(other.c.channel_id == Channel.id)
        .correlate(Channel)
        .scalar_subquery()
    )
    joined = ChannelMember.user_id.is_not(None)
    return select(
        columns.id,
        columns.kind,
        columns.name,
        columns.topic,
        columns.is_default,
        columns.version,
        columns.created_at,
        columns.last_seq,
        ChannelMember.role.label("my_role"),
        ChannelMember.last_read_seq.label("my_last_read_seq"),
        ChannelMember.notify.label("my_notify"),
        case((joined, unread.scalar_subquery())).label("unread"),
        case((joined, unread.where(names(user_id)).scalar_subquery())).label("mentions"),
        case((Channel.kind == ChannelKind.DIRECT, member_ids)).label("member_ids"),
    ).outerjoin(ChannelMember, and_(ChannelMember.channel_id == Channel.id, ChannelMember.user_id == user_id))


def is_news(user_id: UUID) -> ColumnElement[bool]:
    """Of messages, those that count as unread at all: there, and somebody else's."""
    return and_(Message.deleted_at.is_(None), Message.author_id != user_id)


def names(user_id: UUID) -> ColumnElement[bool]:
    """Of messages, those that mention a person, alone, with everybody or with whoever was there."""
    mention = select(Mention.user_id).where(Mention.message_id == Message.id, Mention.user_id == user_id)
    return or_(Message.mentions_channel, Message.here.any_() == user_id, mention.correlate(Message).exists())
