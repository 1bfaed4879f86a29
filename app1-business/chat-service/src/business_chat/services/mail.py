"""Mails to who has not seen that somebody wrote to them: one for all that waits, never again for the same.

A mail says who wrote, where and how much. What was said stays in chat: neither the queue, nor Redis,
nor a mailbox is as private as a channel.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from contracts.jobs import Job, SendMail
from servicekit import jobs
from servicekit.db import TenantSession
from servicekit.records import Tenant
from sqlalchemy import Row, Select, and_, func, or_, select, union_all, update

from business_chat.models.channel import Channel, ChannelMember
from business_chat.models.message import Mention, Message, ThreadMember
from business_chat.models.person import Person
from business_chat.rules.words import ChannelKind, Notify
from business_chat.services import presence, settings

_EARLY = timedelta(seconds=2)  # by which a job may come before its time
_NAMED = 10  # places, or people, that a mail names


class MailUnread(Job):
    """Mail somebody what waits for them unread, if it has waited long enough."""

    name = "chat.mail_unread"

    user_id: UUID


async def look_later(session: TenantSession, user_id: UUID, at: datetime) -> None:
    """Have somebody's unread messages looked at, at `at` or up to a minute later.

    However many ask for the same minute, it is one job.
    """
    minute = (at + _EARLY).replace(second=0, microsecond=0) + timedelta(minutes=1)
    await jobs.add_once(session, MailUnread(user_id=user_id), key=f"{user_id} {minute:%FT%R%z}", at=minute)


async def look(session: TenantSession, user_id: UUID) -> None:
    """Send the mail, or look again when it is time for it."""
    person = await session.get(Person, user_id, with_for_update={"key_share": True})  # one look at a time
    wishes = await settings.of(session, user_id)
    if person is None or not person.active or not wishes.mail:
        return
    waiting = (await session.execute(_waiting(user_id))).all()
    if not waiting:
        return
    now, zone = (
        await session.execute(select(func.now(), Tenant.time_zone).where(Tenant.id == session.tenant))
    ).one()
    patience = timedelta(minutes=wishes.mail_after)
    due = min(row.since for row in waiting) + patience
    if await presence.online(session, [user_id]):
        due = max(due, now + patience)
    due = max(due, settings.quiet_until(wishes, now, zone) or due)
    if due > now:
        await look_later(session, user_id, due)
        return
    jobs.add(session, SendMail(purpose="unread_messages", account_id=user_id, data=_told(waiting)))
    for row in waiting:
        place = (ChannelMember.channel_id == row.channel_id, ChannelMember.user_id == user_id)
        mailed = func.greatest(ChannelMember.mailed_seq, row.newest)
        await session.execute(update(ChannelMember).where(*place).values(mailed_seq=mailed))


def _waiting(user_id: UUID) -> Select[*tuple[Any, ...]]:
    """What names somebody, or was said to them directly, neither read nor told of; by place and author."""
    named = select(Mention.message_id).where(Mention.user_id == user_id)
    said = (
        select(Message.id)
        .join(Channel, Channel.id == Message.channel_id)
        .join(ChannelMember, ChannelMember.channel_id == Channel.id)
        .where(ChannelMember.user_id == user_id, Channel.kind == ChannelKind.DIRECT)
        .where(Message.seq > ChannelMember.last_read_seq)
    )
    replied = (
        select(Message.id)
        .join(ThreadMember, ThreadMember.root_id == Message.thread_root_id)
        .where(ThreadMember.user_id == user_id, Message.seq > ThreadMember.last_read_seq)
    )
    of_thread = and_(ThreadMember.root_id == Message.thread_root_id, ThreadMember.user_id == user_id)
    unread = or_(
        and_(Message.thread_root_id.is_(None), Message.seq > ChannelMember.last_read_seq),
        Message.seq > ThreadMember.last_read_seq,
    )
    wanted = or_(
        Message.id.in_(named), and_(Channel.kind == ChannelKind.DIRECT, ChannelMember.notify == Notify.ALL)
    )
    return (
        select(
            Message.channel_id,
            Channel.name,
            Person.display_name.label("author"),
            func.count().label("messages"),
            func.min(Message.created_at).label("since"),
            func.max(Message.seq).label("newest"),
        )
        .join(Channel, Channel.id == Message.channel_id)
        .join(ChannelMember, ChannelMember.channel_id == Channel.id)
        .join(Person, Person.user_id == Message.author_id)
        .outerjoin(ThreadMember, of_thread)
        .where(
            Message.id.in_(union_all(named, said, replied)),  # each found by an index
            Message.deleted_at.is_(None),
            Message.author_id != user_id,
            Message.seq > ChannelMember.mailed_seq,
            ChannelMember.user_id == user_id,
            ChannelMember.notify != Notify.NOTHING,
            unread,
            wanted,
        )
        .group_by(Message.channel_id, Channel.name, Person.user_id, Person.display_name)
    )


def _told(waiting: Sequence[Row[*tuple[Any, ...]]]) -> dict[str, str]:
    """As `SendMail` describes it."""
    direct, channels = Counter[str](), Counter[str]()
    for row in waiting:
        if row.name is None:
            direct[row.author] += row.messages
        else:
            channels[row.name] += row.messages
    return {
        "messages": str((direct + channels).total()),
        "direct": _lines(direct),
        "channels": _lines(channels),
    }


def _lines(counts: Counter[str]) -> str:
    return "\n".join(f"{count} {name}" for name, count in counts.most_common(_NAMED))
