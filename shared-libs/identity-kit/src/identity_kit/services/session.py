"""Signing in, staying signed in, signing out."""

from dataclasses import dataclass
from functools import partial
from uuid import UUID

from contracts.permissions import permissions_of
from servicekit.db import ReadSession, TenantSession
from servicekit.errors import Unauthenticated
from sqlalchemy import ARRAY, DateTime, func, select, update

from identity_kit.identity import Identity
from identity_kit.models.account import AccountStatus, PasswordHash, User
from identity_kit.models.session import Session
from identity_kit.rules.refresh import NoRefreshToken, RefreshToken, within_grace
from identity_kit.schemas.account import Credentials, UserRead
from identity_kit.schemas.session import Renewal, TokensRead
from identity_kit.services import account as accounts
from identity_kit.signing import LIFETIME

_REMEMBERED = 16  # rotations


class InvalidCredentials(Unauthenticated):
    code = "user.invalid_credentials"

    def __init__(self) -> None:
        super().__init__("The address or the password is wrong.")


class RefreshTokenInvalid(Unauthenticated):
    code = "user.refresh_token_invalid"

    def __init__(self) -> None:
        super().__init__("The session has ended. Sign in again.")


@dataclass(frozen=True)
class Client:
    """What a request tells of the device it comes from."""

    device: str | None
    address: str | None


async def log_in(
    reading: ReadSession, session: TenantSession, identity: Identity, credentials: Credentials, client: Client
) -> TokensRead:
    """Start a session.

    Raises:
        InvalidCredentials: no such account, wrong password, or not allowed in: alike, after the same time.
    """
    found = (
        await reading.execute(
            select(User.id, PasswordHash.hash)
            .join(PasswordHash, PasswordHash.user_id == User.id)
            .where(func.lower(User.email) == credentials.email.lower(), User.status == AccountStatus.ACTIVE)
        )
    ).one_or_none()
    await reading.close()  # no connection waits while the password is checked
    if not await identity.passwords.check(found.hash if found else None, credentials.password) or not found:
        raise InvalidCredentials
    # Whoever changes an account or its password locks its row: neither changes before this session is there.
    user = await accounts.get(session, found.id, lock="share")
    kept = await session.get_one(PasswordHash, found.id)
    if kept.hash != found.hash or user.status != AccountStatus.ACTIVE:
        raise InvalidCredentials
    if identity.passwords.outdated(kept.hash):
        kept.hash = await identity.passwords.hash(credentials.password)
    return await start(session, identity, user, client)


async def start(session: TenantSession, identity: Identity, user: User, client: Client) -> TokensRead:
    """A new session of an account, and its first tokens."""
    now, id_ = (await session.execute(select(func.now(), func.uuidv7()))).one()
    token = RefreshToken.first(id_)
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
    return _tokens(session, identity, user, token)


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
    alive = (
        Session.revoked_at.is_(None),
        Session.expires_at > func.clock_timestamp(),
        Session.last_used_at > func.clock_timestamp() - identity.settings.session_idle,
    )
    rotated = func.array_prepend(
        func.clock_timestamp(), Session.rotations, type_=ARRAY(DateTime(timezone=True))
    )
    user_id = await session.scalar(
        update(Session)
        .where(
            Session.id == shown.session,
            Session.generation == shown.generation,
            Session.secret_hash == shown.hash,
            *alive,
        )
        .values(
            generation=good.generation,
            secret_hash=good.hash,
            rotations=rotated[1:_REMEMBERED],
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
                .where(Session.id == shown.session, *alive)
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
            kept.revoked_at = row.now
            await session.flush()
            return None
        user_id, good = kept.user_id, newest
    return _tokens(session, identity, await accounts.get(session, user_id), good)


async def revoke(session: TenantSession, id_: UUID | None) -> None:
    """End a session. One that has ended stays as it is."""
    await session.execute(
        update(Session)
        .where(Session.id == id_, Session.revoked_at.is_(None))
        .values(revoked_at=func.clock_timestamp())
        .execution_options(synchronize_session=False)
    )


def _tokens(session: TenantSession, identity: Identity, user: User, token: RefreshToken) -> TokensRead:
    application = identity.policy.application
    claims = {
        "tid": session.tenant,
        "app": application,
        "sid": str(token.session),
        "ver": user.token_version,
        "roles": user.roles,
        "perms": sorted(permissions_of(application, frozenset(user.roles))),
    }
    return TokensRead(
        access_token=identity.keys.access_token(str(user.id), claims),
        token_type="bearer",  # noqa: S106 - RFC 6750's name for its kind
        expires_in=LIFETIME,
        refresh_token=str(token),
        user=UserRead.model_validate(user),
    )
