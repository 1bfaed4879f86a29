"""The channels' logs as the WebSocket shows them: to members, from the event after the one they name."""

from collections.abc import Sequence
from uuid import UUID

from servicekit.db import ReadSession
from servicekit.realtime_feed import Entry
from sqlalchemy import select

from business_chat.models.channel import Channel, ChannelMember
from business_chat.services import log


class ChannelLogs:
    async def head(self, session: ReadSession, channel_id: UUID, user_id: UUID) -> int | None:
        """The channel's newest place and one's membership, from one statement."""
        statement = (
            select(Channel.last_seq)
            .join(ChannelMember, ChannelMember.channel_id == Channel.id)
            .where(Channel.id == channel_id, ChannelMember.user_id == user_id)
        )
        return await session.scalar(statement)

    async def after(self, session: ReadSession, channel_id: UUID, seq: int, limit: int) -> Sequence[Entry]:
        return [log.entry(event) for event in await log.events(session, channel_id, seq, limit)]
