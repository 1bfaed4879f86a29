"""Live, from the side of who changes something: what is said here reaches every replica's sockets.

A channel's log in PostgreSQL is the truth. Redis only wakes those who follow it,
after the commit; a wake that is lost is made up for by the next look.
"""

from typing import Any
from uuid import UUID

from pydantic_core import to_json
from sqlalchemy import event

from servicekit.db import TenantSession


def wake(session: TenantSession, channel_id: UUID) -> None:
    """Have every replica look at a channel's log, if and when the session commits."""
    _after_commit(session, {"tenant": session.tenant, "channel": channel_id})


def tell(session: TenantSession, user_id: UUID, frame: dict[str, Any]) -> None:
    """Send somebody a frame that no log keeps, on every socket of theirs, if and when the session commits.

    It may be lost: it tells sooner what they can ask for.
    """
    _after_commit(session, {"tenant": session.tenant, "user": user_id, "frame": frame})


def _after_commit(session: TenantSession, message: dict[str, Any]) -> None:
    told = session.info.get("told")
    if told is None:
        session.info["told"] = told = {}
        # A savepoint's end counts as a commit too: what is told then is early, and told again.
        event.listen(session.sync_session, "after_commit", lambda _: _publish(session))
    told[to_json(message)] = None


def _publish(session: TenantSession) -> None:
    if session.publisher is not None:
        for message in session.info["told"]:
            session.publisher.offer(message)
