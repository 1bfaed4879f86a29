"""Who is there right now. It is kept in Redis alone, and lost with it.

Nobody says that they left. Replicas note again and again whose sockets they have; who
was not noted for a while is gone. So a killed replica leaves nobody behind, and of a
person's devices the liveliest counts.
"""

import asyncio
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from servicekit.db import ReadSession, TenantSession

FRESH = 60.0  # seconds for which a note is believed
_KEPT = 86_400  # seconds for which it is known when somebody was there last
_PATIENCE = 1.0  # seconds that a transaction or a socket waits for an answer

log = structlog.get_logger()


class Status(StrEnum):
    ACTIVE = "active"  # at one of their devices
    IDLE = "idle"  # a device of theirs is connected
    OFFLINE = "offline"


@dataclass(frozen=True)
class Presence:
    """`at` is when somebody was last seen so, or at all; None: not for a day."""

    status: Status
    at: datetime | None


# KEYS[1]: a sorted set of "active:<user>" and "open:<user>" by when they were last so, in seconds.
# ARGV: for how long that is believed, for how long kept, then such members. Answers with who is newly active.
_NOTE = """
local time = redis.call('TIME')
local now = time[1] + time[2] / 1000000
local new = {}
for i = 3, #ARGV do
  local before = tonumber(redis.call('ZSCORE', KEYS[1], ARGV[i]) or 0)
  if string.sub(ARGV[i], 1, 7) == 'active:' and before <= now - ARGV[1] then
    new[#new + 1] = string.sub(ARGV[i], 8)
  end
  redis.call('ZADD', KEYS[1], now, ARGV[i])
end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[2])
redis.call('EXPIRE', KEYS[1], ARGV[2])
return new
"""


async def note(redis: Redis, service: str, tenant: str, users: dict[UUID, bool]) -> set[UUID]:
    """Note who has a socket now, and whether they are active; says who of them was not active before.

    Raises:
        RedisError, OSError
    """
    members = [f"open:{user_id}" for user_id in users]
    members += [f"active:{user_id}" for user_id, active in users.items() if active]
    call: Any = redis.eval  # its types do not know that we await it
    new = await call(_NOTE, 1, _key(service, tenant), FRESH, _KEPT, *members)
    return {UUID(user_id.decode()) for user_id in new}


async def look(redis: Redis, service: str, tenant: str, user_ids: Collection[UUID]) -> dict[UUID, Presence]:
    """How each of the people was last seen.

    Raises:
        RedisError, OSError
    """
    if not user_ids:
        return {}
    members = [f"{kind}:{user_id}" for kind in ("active", "open") for user_id in user_ids]
    async with asyncio.timeout(_PATIENCE), redis.pipeline(transaction=False) as pipeline:
        pipeline.time()
        pipeline.zmscore(_key(service, tenant), members)
        (seconds, micros), scores = await pipeline.execute()
    now, half = seconds + micros / 1e6, len(user_ids)
    return {
        user_id: _presence(now, active, opened)
        for user_id, active, opened in zip(user_ids, scores[:half], scores[half:], strict=True)
    }


async def seen(session: TenantSession | ReadSession, user_ids: Collection[UUID]) -> dict[UUID, Presence]:
    """`look`, on behalf of a session; nobody is known where Redis does not answer."""
    if session.redis is None:
        return {}
    try:
        return await look(session.redis, session.service, session.tenant, user_ids)
    except (RedisError, OSError) as error:
        log.warning("presence not known", reason=str(error))
        return {}


def _presence(now: float, active: float | None, opened: float | None) -> Presence:
    if active is not None and now - active < FRESH:
        return Presence(Status.ACTIVE, datetime.fromtimestamp(active, UTC))
    if opened is None:
        return Presence(Status.OFFLINE, None)
    status = Status.IDLE if now - opened < FRESH else Status.OFFLINE
    return Presence(status, datetime.fromtimestamp(opened, UTC))


def _key(service: str, tenant: str) -> str:
    return f"presence:{{{service}}}:{tenant}"
