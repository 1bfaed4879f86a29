"""Sessions: started, kept alive, listed, ended."""

from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

from contracts.context import TenantContext
from contracts.facts import SessionRevoked
from contracts.jobs import Job, Notify, SendMail
from servicekit import audit, facts, jobs
from servicekit.db import ReadSession, TenantSession
from servicekit.errors import NotFound, Unauthenticated
from servicekit.pagination import ListQuery, page
from sqlalchemy import ARRAY, ColumnElement, DateTime, delete, func, select, true, update

from identity_kit.identity import Identity
from identity_kit.models.account import User
from identity_kit.models.session import Session
from identity_kit.rules.device import is_new
from identity_kit.rules.refresh import NoRefreshToken, RefreshToken, within_grace
from identity_kit.schemas.account import UserRead
from identity_kit.schemas.session import Renewal, TokensRead
from identity_kit.services import account as accounts
from identity_kit.services import claims
from identity_kit.settings import IdentitySettings
from identity_kit.signing import LIFETIME

_REMEMBERED = 16  # rotations
KEPT = timedelta(days=90)  # after a session's end: by then its device counts as new again


class ForgetSessions(Job):
    """Delete what is left of sessions that ended long ago."""

    name = "user.forget_sessions"


class RefreshTokenInvalid(Unauthenticated):
    code = "user.refresh_token_invalid"

    def __init__(self) -> None:
        super().__init__("The session has ended. Sign in again.")


class SessionUnknown(NotFound):
    code = "user.session_unknown"

    def __init__(self) -> None:
        super().__init__("There is no such session.")


@dataclass(frozen=True)
class Client:
    """What a request tells of the device it comes from."""

    device: str | None
    address: str | None


async def start(session: TenantSession, identity: Identity, user: User, client: Client) -> TokensRead:
    """A new session of an account, and its first tokens."""
    now, id_ = (await session.execute(select(func.now(), func.uuidv7()))).one()
    token = RefreshToken.first(id_)
    known = (await session.scalars(select(Session.device).where(Session.user_id == user.id).distinct())).all()
    if known and is_new(client.device, known):
        seen = {"device": client.device or "", "address": client.address or "", "at": now.isoformat()}
        jobs.add(session, SendMail(purpose="new_device", account_id=user.id, data=seen))
        jobs.add(session, Notify(account_id=user.id, kind="user.device_added", data=seen))
    session.add(
        Session(
            id=id_,
            user_id=user.id,
            secret_hash=token.hash,
            device=client.device,
            address=client.address,
            expires_at=now + identity.settings.session_lifetime,
        )
    )
    await session.flush()
    audit.add(session, "user.signed_in", target=f"session:{id_}", actor=user.id)
    return await _tokens(session, identity, user, token)


async def refresh(session: TenantSession, identity: Identity, renewal: Renewal) -> TokensRead | None:
    """Exchange a refresh token for its successor and a new access token.

    None: it is refused, and where it was an old one used again, its session is
    revoked, which is to be committed.
    """
    try:
        shown = RefreshToken.parse(renewal.refresh_token.get_secret_value())
    except NoRefreshToken:
        return None
    mac = partial(identity.sealer.mac, "refresh-token")
    good = shown.successor(mac)
    alive = _alive(identity.settings)
    rotations = func.array_prepend(
        func.clock_timestamp(), Session.rotations, type_=ARRAY(DateTime(timezone=True))
    )
    user_id = await session.scalar(
        update(Session)
        .where(
            Session.id == shown.session,
            Session.generation == shown.generation,
            Session.secret_hash == shown.hash,
            alive,
        )
        .values(
            generation=good.generation,
            secret_hash=good.hash,
            rotations=rotations[1:_REMEMBERED],
            last_used_at=func.clock_timestamp(),
        )
        .returning(Session.user_id)
        .execution_options(synchronize_session=False)
    )
    if user_id is None:
        # Used already, by another tab or by a thief. Revoking takes the same lock.
        row = (
            await session.execute(
                select(Session, func.clock_timestamp().label("now"))
                .where(Session.id == shown.session, alive)
                .with_for_update()
            )
        ).one_or_none()
        if row is None:
            return None
        kept = row.Session
        newest = shown.descendant(kept.generation, mac)
        if newest is None or newest.hash != kept.secret_hash:
            return None
        if not within_grace(kept.rotations, kept.generation, shown.generation, row.now):
            await revoke(session, Session.id == kept.id)
            audit.add(session, "user.refresh_token_reused", target=f"session:{kept.id}", actor=kept.user_id)
            return None
        user_id, good = kept.user_id, newest
    return await _tokens(session, identity, await accounts.get(session, user_id), good)


async def revoke(session: TenantSession, *chosen: ColumnElement[bool]) -> int:
    """End sessions before their time, and tell the gateways; says how many there were."""
    ended = await session.scalars(
        update(Session)
        .where(Session.revoked_at.is_(None), Session.expires_at > func.clock_timestamp(), *chosen)
        .values(revoked_at=func.clock_timestamp())
        .returning(Session)
        .execution_options(synchronize_session=False)
    )
    rows = ended.all()
    for row in rows:
        audit.add(session, "user.session_revoked", target=f"session:{row.id}")
        facts.add(session, SessionRevoked(session_id=row.id, user_id=row.user_id), about=row)
    return len(rows)


async def log_out(session: TenantSession, actor: TenantContext) -> None:
    """End the actor's session. Again is the same as once."""
    await revoke(session, Session.id == actor.session_id)


async def end(session: TenantSession, actor: TenantContext, id_: UUID) -> None:
    """End one of the actor's own sessions.

    Raises:
        SessionUnknown: the actor has no such session that is alive.
    """
    if not await revoke(session, Session.id == id_, Session.user_id == actor.user_id):
        raise SessionUnknown


async def end_all(session: TenantSession, actor: TenantContext, *, but_this: bool = False) -> None:
    """End all of the actor's sessions, or all but the one that asks."""
    spared = Session.id != actor.session_id if but_this else true()
    await revoke(session, Session.user_id == actor.user_id, spared)


async def forget(session: TenantSession) -> None:
    """Delete sessions that ended more than `KEPT` ago."""
    ended = func.coalesce(Session.revoked_at, Session.expires_at)
    await session.execute(delete(Session).where(ended < func.now() - KEPT))


async def listing(
    session: ReadSession, identity: Identity, actor: TenantContext, query: ListQuery
) -> dict[str, Any]:
    """The actor's sessions that are alive, the newest first."""
    columns = Session.__table__.c
    statement = select(
        columns.id,
        columns.device,
        columns.address,
        columns.created_at,
        columns.last_used_at,
        columns.expires_at,
        (columns.id == actor.session_id).label("current"),
    ).where(columns.user_id == actor.user_id, _alive(identity.settings))
    return await page(session, statement, query, key=columns.created_at, id_=columns.id, descending=True)


def _alive(settings: IdentitySettings) -> ColumnElement[bool]:
    now = func.clock_timestamp()
    return (
        Session.revoked_at.is_(None)
        & (Session.expires_at > now)
        & (Session.last_used_at > now - settings.session_idle)
    )


async def _tokens(session: TenantSession, identity: Identity, user: User, token: RefreshToken) -> TokensRead:
    said = await claims.of_user(session, identity, user, token.session)
    return TokensRead(
        access_token=identity.keys.access_token(said),
        token_type="bearer",  # noqa: S106 - RFC 6750's name for its kind
        expires_in=LIFETIME,
        refresh_token=str(token),
        second_factor_required=bool(user.roles) and not said.roles,
        user=UserRead.model_validate(user),
    )
