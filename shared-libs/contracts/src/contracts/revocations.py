"""What ends access tokens before they expire: told to every gateway through Redis.

Whoever revokes adds a member to the sorted set `KEY` with the time as its score,
publishes the same on `CHANNEL`, and drops members older than `KEPT`. Taking a
member back (a tenant resumed) removes it and publishes it after a `-`.
"""

from uuid import UUID

from contracts.ids import Application

KEY = "revocations"
CHANNEL = "revocations"
KEPT = 15 * 60  # seconds; no access token lives as long


def session(session_id: UUID) -> str:
    """The member that ends one session."""
    return f"session:{session_id}"


def account(user_id: UUID, version: int) -> str:
    """The member that makes an account's tokens of versions below `version` stale."""
    return f"account:{user_id}:{version}"


def tenant(application: Application, tenant_id: str) -> str:
    """The member that shuts a tenant out."""
    return f"tenant:{application}:{tenant_id}"
