"""How far one has read: one pointer for all of a person's devices, from which the counts follow."""

from uuid import UUID

from servicekit import realtime
from servicekit.db import TenantSession
from sqlalchemy import func, select

from business_chat.models.channel import ChannelMember
from business_chat.models.message import Message, ThreadMember
from business_chat.services import access, thread
from business_chat.services.access import me


async def read(session: TenantSession, channel_id: UUID, seq: int) -> int:
    """Count everything up to `seq` as read; says where the pointer is now.

    It never goes back here, so that a slow device does not undo a fast one.
    """
    pointer, newest = await _pointer(session, channel_id)
    return await _move(session, pointer, max(pointer.last_read_seq, min(seq, newest)))


async def read_thread(session: TenantSession, root_id: UUID, seq: int) -> int:
    """`read`, in a thread that one follows."""
    pointer = await thread.followed_pointer(session, root_id)
    newest = await session.scalar(select(func.max(Message.seq)).where(Message.thread_root_id == root_id))
    return await _move(session, pointer, max(pointer.last_read_seq, min(seq, newest or 0)))


async def unread(session: TenantSession, message_id: UUID) -> int:
    """Count a message and all after it as unread, in its channel, or in its thread if it is a reply."""
    message = await access.message_seen(session, message_id)
    pointer: ChannelMember | ThreadMember
    if message.thread_root_id is None:
        pointer, _ = await _pointer(session, message.channel_id)
    else:
        pointer = await thread.followed_pointer(session, message.thread_root_id)
    return await _move(session, pointer, min(pointer.last_read_seq, message.seq - 1))


async def _pointer(session: TenantSession, channel_id: UUID) -> tuple[ChannelMember, int]:
    channel = await access.seen(session, channel_id)
    pointer = await session.get(ChannelMember, (channel_id, me(session)), with_for_update=True)
    if pointer is None:
        raise access.NotAMember
    return pointer, channel.last_seq


async def _move(session: TenantSession, pointer: ChannelMember | ThreadMember, seq: int) -> int:
    """Put the pointer somewhere, and tell one's other devices."""
    pointer.last_read_seq = seq
    await session.flush()
    of = (
        {"channel_id": pointer.channel_id}
        if isinstance(pointer, ChannelMember)
        else {"thread_root_id": pointer.root_id}
    )
    realtime.tell(session, me(session), {"type": "read", "last_read_seq": seq, **of})
    return seq
