"""Who uses chat right now, for what depends on it: `@here`, and whether to send a mail."""

from collections.abc import Collection
from uuid import UUID

from servicekit import presence
from servicekit.db import ReadSession, TenantSession
from servicekit.presence import Status


async def online(session: TenantSession | ReadSession, user_ids: Collection[UUID]) -> set[UUID]:
    """Those of the people who are at one of their devices, as it says of itself; nobody without Redis.

    It trails: a minute after somebody went they still count.
    """
    seen = await presence.seen(session, user_ids)
    return {user_id for user_id, one in seen.items() if one.status is Status.ACTIVE}
