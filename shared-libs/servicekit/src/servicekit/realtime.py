"""Live, from the side of who changes something: what is said here reaches every replica's sockets.

A channel's log in PostgreSQL is the truth. Redis only wakes those who follow it,
after the commit; a wake that is lost is made up for by the next look.
"""

import asyncio
from typing import Any
from uuid import UUID

import structlog
from pydantic_core import to_json
from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlalchemy import event

from servicekit.db import TenantSession

_UNDER_WAY: set[asyncio.Task[None]] = set()  # the loop itself holds tasks weakly

log = structlog.get_logger()


def topic(service: str) -> str:
    """Where the replicas of a service listen in Redis."""
    return f"realtime:{service}"


def wake(session: TenantSession, channel_id: UUID) -> None:
    """Have every replica look at a channel's log, if and when the session commits."""
    _after_commit(session, {"tenant": session.tenant, "channel": channel_id})


def tell(session: TenantSession, user_id: UUID, frame: dict[str, Any]) -> None:
    """Send somebody a frame that no log keeps, on every socket of theirs, if and when the session commits.

    It may be lost: it tells sooner what they can ask for.
    """
    _after_commit(session, {"tenant": session.tenant, "user": user_id, "frame": frame})


def _after_commit(session: TenantSession, message: dict[str, Any]) -> None:
    known = session.info.get("told")
    if known is None:
        session.info["told"] = known = []
        # A savepoint's end counts as a commit too: what is told then is early, and told again.
        event.listen(session.sync_session, "after_commit", lambda _: _publish_soon(session))
    if message not in known:
        known.append(message)


def _publish_soon(session: TenantSession) -> None:
    if session.redis is None:
        return
    task = asyncio.get_running_loop().create_task(
        _publish(
            session.redis, topic(session.service), [to_json(message) for message in session.info["told"]]
        )
    )
    _UNDER_WAY.add(task)
    task.add_done_callback(_UNDER_WAY.discard)


async def _publish(redis: Redis, where: str, messages: list[bytes]) -> None:
    try:
        for message in messages:
            await redis.publish(where, message)
    except (RedisError, OSError) as error:
        log.warning("wake not published", reason=str(error))
