"""Tickets for WebSockets."""

import secrets

from contracts.context import TenantContext
from contracts.tickets import LIFETIME, key
from servicekit.db import TenantSession
from sqlalchemy import select

from identity_kit.identity import Identity
from identity_kit.models.session import Session
from identity_kit.services import account as accounts
from identity_kit.services import claims
from identity_kit.services.session import SessionUnknown


async def issue(session: TenantSession, identity: Identity, actor: TenantContext) -> str:
    """A ticket that stands for the actor's session, once, within `LIFETIME` seconds.

    Raises:
        AccountUnknown: a program's key has no account.
        SessionUnknown: the session has ended.
    """
    user = await accounts.get(session, actor.user_id)
    alive = select(Session.revoked_at.is_(None)).where(Session.id == actor.session_id)
    if actor.session_id is None or not await session.scalar(alive):
        raise SessionUnknown
    said = await claims.of_user(session, identity, user, actor.session_id)
    ticket = secrets.token_urlsafe(32)
    await identity.redis.set(key(ticket), said.model_dump_json(by_alias=True), ex=LIFETIME)
    return ticket
