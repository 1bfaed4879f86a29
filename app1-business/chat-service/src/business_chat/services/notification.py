"""Telling people that something was said to them, at once on their devices, later by mail."""

from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

from servicekit import realtime
from servicekit.db import TenantSession
from servicekit.records import Tenant
from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from business_chat.models.channel import Channel, ChannelMember
from business_chat.models.message import Message, ThreadMember
from business_chat.models.settings import PersonalSettings
from business_chat.rules.words import ChannelKind, Notify
from business_chat.services import mail, settings

FOLLOWERS_TOLD = 50  # of a thread, those who have read it furthest; the others see its event


async def tell(session: TenantSession, channel: Channel, message: Message, named: Collection[UUID]) -> None:
    """Tell whom a message names, who is in the same direct conversation, or follows its thread.

    Nobody who has read up to it, or muted the channel. Who wants every message of a channel, or is
    called with everybody, sees it by the event: what this costs does not grow with the channel.

    Args:
        named: who was not named before; of an edited message nobody else is told.
    """
    direct, root_id = channel.kind is ChannelKind.DIRECT, message.thread_root_id
    to_more = message.edited_at is None and (direct or root_id is not None)
    if not named and not to_more:
        return
    reached: ColumnElement[bool] = ChannelMember.user_id.in_(named)
    if to_more and direct:
        reached = or_(reached, ChannelMember.notify == Notify.ALL)
    elif to_more and root_id is not None:
        reached = or_(reached, ChannelMember.user_id.in_(_followers(root_id)))
    of_thread = and_(ThreadMember.root_id == root_id, ThreadMember.user_id == ChannelMember.user_id)
    read = func.coalesce(ThreadMember.last_read_seq, ChannelMember.last_read_seq)
    rows = await session.execute(
        select(ChannelMember.user_id, PersonalSettings, Tenant.time_zone)
        .select_from(ChannelMember)
        .join(Tenant, Tenant.id == session.tenant)
        .outerjoin(ThreadMember, of_thread)
        .outerjoin(PersonalSettings, PersonalSettings.user_id == ChannelMember.user_id)
        .where(
            ChannelMember.channel_id == channel.id,
            ChannelMember.user_id != message.author_id,
            ChannelMember.notify != Notify.NOTHING,
            read < message.seq,
            reached,
        )
        .order_by(ChannelMember.user_id)
    )
    now = message.edited_at or message.created_at
    for user_id, decided, zone in rows.all():
        kind = "mention" if user_id in named else "direct" if direct else "reply"
        wishes = decided or settings.undecided(user_id)
        if wishes.mail and kind != "reply":
            await mail.look_later(session, user_id, now + timedelta(minutes=wishes.mail_after))
        if settings.quiet_until(wishes, now, zone) is None:
            place = {"channel_id": channel.id, "thread_root_id": root_id}
            what = {"message_id": message.id, "seq": message.seq}
            realtime.tell(session, user_id, {"type": "notify", "kind": kind, **place, **what})


def _followers(root_id: UUID) -> Select[UUID]:
    following = select(ThreadMember.user_id).where(ThreadMember.root_id == root_id)
    return following.order_by(ThreadMember.last_read_seq.desc()).limit(FOLLOWERS_TOLD)
