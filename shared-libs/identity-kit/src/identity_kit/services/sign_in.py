"""Signing in."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import timedelta
from uuid import UUID

import structlog
from cryptography.exceptions import InvalidTag
from pydantic import AwareDatetime, BaseModel
from servicekit.db import ReadSession, TenantSession
from servicekit.errors import TooManyRequests, Unauthenticated
from sqlalchemy import func, select

from identity_kit.identity import Identity
from identity_kit.models.account import AccountStatus, PasswordHash, User
from identity_kit.schemas.account import Credentials
from identity_kit.schemas.second_factor import ChallengeAnswer
from identity_kit.schemas.session import TokensRead
from identity_kit.services import account as accounts
from identity_kit.services import password as passwords
from identity_kit.services import second_factor as second_factors
from identity_kit.services import session as sessions
from identity_kit.services.claims import has_second_factor
from identity_kit.services.session import Client
from identity_kit.throttle import LOGIN_FROM_ADDRESS, LOGIN_OF_ACCOUNT, site

log = structlog.get_logger()

_PURPOSE = "challenge"
_ANSWERED_WITHIN = timedelta(minutes=5)


class InvalidCredentials(Unauthenticated):
    code = "user.invalid_credentials"

    def __init__(self) -> None:
        super().__init__("The address or the password is wrong.")


class TooManyAttempts(TooManyRequests):
    code = "user.too_many_attempts"

    def __init__(self) -> None:
        wait = str(LOGIN_FROM_ADDRESS.seconds)
        super().__init__("Too many attempts from your address. Wait a while.", headers={"Retry-After": wait})


class CodeRequired(Unauthenticated):
    """`challenge` goes with the code to POST /user/mfa/challenge, within five minutes."""

    code = "user.code_required"

    def __init__(self, challenge: str) -> None:
        super().__init__("The password is right; now the code of the second factor.", challenge=challenge)


class ChallengeInvalid(Unauthenticated):
    code = "user.challenge_invalid"

    def __init__(self) -> None:
        super().__init__("That took too long. Sign in again.")


class _Challenge(BaseModel):
    user_id: UUID
    made_at: AwareDatetime
    password_changed_at: AwareDatetime  # a new password voids it


async def log_in(
    reading: ReadSession, session: TenantSession, identity: Identity, credentials: Credentials, client: Client
) -> TokensRead:
    """Start a session.

    Raises:
        InvalidCredentials: no such account, wrong password, locked after too many tries, or not
            allowed in: alike, after the same time.
        CodeRequired: the password is right, and the account has a second factor.
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
        log.warning("sign_in_failed", user=found and str(found.id))  # the request's address is logged with it
        raise InvalidCredentials
    # Whoever changes an account or its password locks its row: neither changes before this session is there.
    user = await accounts.get(session, found.id, lock="share")
    kept = await session.get_one(PasswordHash, found.id)
    if kept.hash != found.hash or user.status != AccountStatus.ACTIVE:
        raise InvalidCredentials
    if identity.passwords.outdated(kept.hash):
        kept.hash = await identity.passwords.hash(credentials.password)
    await throttle.clear(LOGIN_OF_ACCOUNT, session.tenant, credentials.email.lower())
    if await has_second_factor(session, user.id):
        raise CodeRequired(await _challenge(session, identity, user.id, kept))
    return await sessions.start(session, identity, user, client)


async def answer_challenge(
    session: TenantSession, identity: Identity, answer: ChallengeAnswer, client: Client
) -> TokensRead:
    """Start the session that a right password began.

    Raises:
        ChallengeInvalid, CodeWrong
    """
    try:
        sealed = urlsafe_b64decode(answer.challenge.encode())
        plain = identity.sealer.open(_PURPOSE, sealed, bound_to=session.tenant.encode())
    except (InvalidTag, ValueError) as error:
        raise ChallengeInvalid from error
    made = _Challenge.model_validate_json(plain)
    user = await accounts.get(session, made.user_id, lock="share")
    kept = await session.get_one(PasswordHash, user.id)
    now = (await session.scalars(select(func.clock_timestamp()))).one()
    is_same = made.password_changed_at == kept.changed_at and user.status == AccountStatus.ACTIVE
    if now - made.made_at > _ANSWERED_WITHIN or not is_same:
        raise ChallengeInvalid
    await second_factors.check(session, identity, user, answer.code)
    return await sessions.start(session, identity, user, client)


async def _challenge(session: TenantSession, identity: Identity, user_id: UUID, kept: PasswordHash) -> str:
    """Sealed, so that between the two steps nothing need be kept."""
    now = (await session.scalars(select(func.clock_timestamp()))).one()
    made = _Challenge(user_id=user_id, made_at=now, password_changed_at=kept.changed_at)
    plain = made.model_dump_json().encode()
    return urlsafe_b64encode(identity.sealer.seal(_PURPOSE, plain, bound_to=session.tenant.encode())).decode()
