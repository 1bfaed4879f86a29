"""Who is in a channel."""

from typing import Any
from uuid import UUID

from contracts.facts import ChatMemberAdded, ChatMemberRemoved
from servicekit import audit, facts, realtime
from servicekit.db import ReadSession, TenantSession
from servicekit.errors import Conflict, NotFound
from servicekit.pagination import page
from sqlalchemy import case, select
from sqlalchemy.dialects.postgresql import insert

from business_chat.models.channel import Channel, ChannelMember
from business_chat.rules.words import ChannelKind, EventKind, MemberRole, Notify
from business_chat.schemas.channel import MemberQuery
from business_chat.services import access, log, person
from business_chat.services.access import me


class DirectIsFixed(Conflict):
    code = "chat.direct_is_fixed"

    def __init__(self) -> None:
        super().__init__("A direct conversation stays as it is between those who are in it.")


async def listing(session: ReadSession, channel_id: UUID, query: MemberQuery) -> dict[str, Any]:
    channel = await access.seen(session, channel_id)
    columns = ChannelMember.__table__.c
    receipts = channel.kind is ChannelKind.DIRECT
    statement = select(
        columns.user_id,
        columns.role,
        columns.joined_at,
        (columns.last_read_seq if receipts else case((columns.user_id.is_(None), 0))).label("last_read_seq"),
    ).where(columns.channel_id == channel_id)
    return await page(session, statement, query, key=columns.joined_at, id_=columns.user_id)


async def join(session: TenantSession, channel_id: UUID) -> None:
    """Enter a public channel. Again is the same as once."""
    channel, role = await access.locked(session, channel_id)
    if role is None:
        await seat(session, channel, [me(session)])


async def add(session: TenantSession, channel_id: UUID, user_id: UUID) -> None:
    """Bring somebody in: members may, in public channels and private ones."""
    channel, _ = await access.locked_as_member(session, channel_id)
    if channel.kind is ChannelKind.DIRECT:
        raise DirectIsFixed
    await person.require(session, {user_id})
    await seat(session, channel, [user_id])


async def remove(session: TenantSession, channel_id: UUID, user_id: UUID) -> None:
    """Put somebody out, or leave: the oldest member becomes owner where no owner is left."""
    channel, role = await access.locked(session, channel_id)
    if channel.kind is ChannelKind.DIRECT:
        raise DirectIsFixed
    if user_id != me(session) and not access.governs(session, role):
        raise access.NotAnOwner
    member = await session.get(ChannelMember, (channel_id, user_id))
    if member is None:
        raise NotFound
    await session.delete(member)
    await session.flush()
    await _see_to_an_owner(session, channel_id)
    await log.record(session, channel_id, EventKind.MEMBER_REMOVED, data={"user_id": user_id})
    facts.add(session, ChatMemberRemoved(channel_id=channel_id, user_id=user_id), about=channel)
    if user_id != me(session):
        target = f"channel:{channel_id}"
        audit.add(session, "chat.member_removed", target=target, before={"user_id": user_id})


async def set_role(session: TenantSession, channel_id: UUID, user_id: UUID, role: MemberRole) -> None:
    """Make somebody an owner, or no longer one; a channel keeps at least one."""
    channel, own = await access.locked(session, channel_id)
    if channel.kind is ChannelKind.DIRECT:
        raise DirectIsFixed
    if not access.governs(session, own):
        raise access.NotAnOwner
    member = await session.get(ChannelMember, (channel_id, user_id))
    if member is None:
        raise NotFound
    before, member.role = member.role, role
    await session.flush()
    await _see_to_an_owner(session, channel_id)
    target = f"channel:{channel_id}"
    changed = {"user_id": user_id, "role": role}
    audit.add(session, "chat.role_changed", target=target, before={**changed, "role": before}, after=changed)


async def set_notify(session: TenantSession, channel_id: UUID, notify: Notify) -> None:
    """Say what of a channel oneself is told of."""
    await access.seen(session, channel_id)
    member = await session.get(ChannelMember, (channel_id, me(session)))
    if member is None:
        raise access.NotAMember
    member.notify = notify
    await session.flush()
    realtime.tell(session, me(session), {"type": "list_channels"})


async def seat(
    session: TenantSession, channel: Channel, user_ids: list[UUID], role: MemberRole = MemberRole.MEMBER
) -> None:
    """Make people members, all that was said before counting as read; who is one already stays what they are.

    The channel's row is locked, or new.
    """
    notify = Notify.ALL if channel.kind is ChannelKind.DIRECT else Notify.MENTIONS
    same = {"channel_id": channel.id, "role": role, "last_read_seq": channel.last_seq, "notify": notify}
    rows = [{**same, "user_id": user_id} for user_id in user_ids]
    statement = insert(ChannelMember).values(rows).on_conflict_do_nothing().returning(ChannelMember.user_id)
    for user_id in sorted(await session.scalars(statement)):
        await log.record(session, channel.id, EventKind.MEMBER_ADDED, data={"user_id": user_id})
        realtime.tell(session, user_id, {"type": "channel_added", "channel_id": channel.id})
        facts.add(session, ChatMemberAdded(channel_id=channel.id, user_id=user_id), about=channel)


async def _see_to_an_owner(session: TenantSession, channel_id: UUID) -> None:
    in_channel = select(ChannelMember).where(ChannelMember.channel_id == channel_id)
    owned = in_channel.where(ChannelMember.role == MemberRole.OWNER).limit(1)
    if (await session.scalars(owned)).first() is None:
        eldest = in_channel.order_by(ChannelMember.joined_at, ChannelMember.user_id).limit(1)
        if (heir := (await session.scalars(eldest)).first()) is not None:
            heir.role = MemberRole.OWNER
            await session.flush()
