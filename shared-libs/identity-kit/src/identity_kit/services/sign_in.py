"""Signing in."""

from servicekit.db import ReadSession, TenantSession
from servicekit.errors import TooManyRequests, Unauthenticated
from sqlalchemy import func, select

from identity_kit.identity import Identity
from identity_kit.models.account import AccountStatus, PasswordHash, User
from identity_kit.schemas.account import Credentials
from identity_kit.schemas.session import TokensRead
from identity_kit.services import account as accounts
from identity_kit.services import password as passwords
from identity_kit.services import session as sessions
from identity_kit.services.session import Client
from identity_kit.throttle import LOGIN_FROM_ADDRESS, LOGIN_OF_ACCOUNT, site


class InvalidCredentials(Unauthenticated):
    code = "user.invalid_credentials"

    def __init__(self) -> None:
        super().__init__("The address or the password is wrong.")


class TooManyAttempts(TooManyRequests):
    code = "user.too_many_attempts"

    def __init__(self) -> None:
        wait = str(LOGIN_FROM_ADDRESS.seconds)
        super().__init__("Too many attempts from your address. Wait a while.", headers={"Retry-After": wait})


async def log_in(
    reading: ReadSession, session: TenantSession, identity: Identity, credentials: Credentials, client: Client
) -> TokensRead:
    """Start a session.

    Raises:
        InvalidCredentials: no such account, wrong password, locked after too many tries, or not
            allowed in: alike, after the same time.
        TooManyAttempts: whoever it is, too many failed from there.
    """
    throttle = identity.throttle
    if client.address and await throttle.reached(LOGIN_FROM_ADDRESS, site(client.address)):
        raise TooManyAttempts
    found = (
        await reading.execute(
            select(User.id, PasswordHash.hash)
            .join(PasswordHash, PasswordHash.user_id == User.id)
            .where(func.lower(User.email) == credentials.email.lower(), User.status == AccountStatus.ACTIVE)
        )
    ).one_or_none()
    await reading.close()  # no connection waits while the password is checked
    kept_then = found.hash if found else None
    right = await passwords.is_right(
        identity, session.tenant, credentials.email, kept_then, credentials.password
    )
    if not right or found is None:
        if client.address:
            await throttle.add(LOGIN_FROM_ADDRESS, site(client.address))
        raise InvalidCredentials
    # Whoever changes an account or its password locks its row: neither changes before this session is there.
    user = await accounts.get(session, found.id, lock="share")
    kept = await session.get_one(PasswordHash, found.id)
    if kept.hash != found.hash or user.status != AccountStatus.ACTIVE:
        raise InvalidCredentials
    if identity.passwords.outdated(kept.hash):
        kept.hash = await identity.passwords.hash(credentials.password)
    await throttle.clear(LOGIN_OF_ACCOUNT, session.tenant, credentials.email.lower())
    return await sessions.start(session, identity, user, client)
