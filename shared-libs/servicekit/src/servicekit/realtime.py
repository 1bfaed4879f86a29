"""Live, from the side of who changes something: what is said here reaches every replica's sockets.

A channel's log in PostgreSQL is the truth. After the commit Redis brings the event to the
replicas that follow it; what is lost there is made up for by the next look.
"""

from typing import Any
from uuid import UUID

from pydantic_core import to_json
from sqlalchemy import event

from servicekit.db import TenantSession
from servicekit.realtime_feed import Entry


def add(session: TenantSession, channel_id: UUID, entry: Entry) -> None:
    """Show every replica what was added to a channel's log, if and when the session commits."""
    about = {"tenant": session.tenant, "channel": channel_id, "seq": entry.seq, "leaver": entry.leaver}
    _after_commit(session, to_json(about) + b"\n" + entry.frame)


def tell(session: TenantSession, user_id: UUID, frame: dict[str, Any]) -> None:
    """Send somebody a frame that no log keeps, on every socket of theirs, if and when the session commits.

    It may be lost: it tells sooner what they can ask for.
    """
    _after_commit(session, to_json({"tenant": session.tenant, "user": user_id, "frame": frame}))


def _after_commit(session: TenantSession, message: bytes) -> None:
    told = session.info.get("told")
    if told is None:
        session.info["told"] = told = {}
        event.listen(session.sync_session, "after_commit", lambda _: _publish(session))
        # What was undone is not told; nor, for once, is what stood before the savepoint.
        event.listen(session.sync_session, "after_soft_rollback", lambda *_: told.clear())
    told[message] = None


def _publish(session: TenantSession) -> None:
    if session.publisher is None or session.in_nested_transaction():  # a savepoint's end is no commit
        return
    for message in session.info["told"]:
        session.publisher.offer(message)
