"""One-time tickets for WebSockets: a browser's handshake carries no Authorization header.

The user-service keeps the claims that a ticket stands for (`Claims`, as JSON) in
Redis at `key(ticket)` for `LIFETIME`; the gateway takes them with GETDEL.
"""

from hashlib import sha256

LIFETIME = 30  # seconds


def key(ticket: str) -> str:
    """Where a ticket's claims are kept: by its hash, so that Redis holds no ticket."""
    return f"ws-ticket:{sha256(ticket.encode()).hexdigest()}"
