"""Passwords: chosen, checked, forgotten, changed."""

from collections.abc import Iterable

from contracts.context import TenantContext
from contracts.jobs import SendMail
from pydantic import SecretStr
from servicekit import audit, jobs
from servicekit.db import ReadSession, TenantSession
from servicekit.errors import Forbidden, Unprocessable
from sqlalchemy import func, select

from identity_kit.identity import Identity
from identity_kit.models.account import AccountStatus, PasswordHash, User
from identity_kit.models.one_time_token import Purpose
from identity_kit.models.session import Session
from identity_kit.rules.password import is_guessable
from identity_kit.schemas.password import Change, Reset
from identity_kit.services import account as accounts
from identity_kit.services import email as emails
from identity_kit.services import one_time_token as tokens
from identity_kit.services import session as sessions
from identity_kit.services.one_time_token import TokenInvalid
from identity_kit.throttle import LOGIN_OF_ACCOUNT, MAILS_TO_ADDRESS


class PasswordGuessable(Unprocessable):
    code = "user.password_guessable"

    def __init__(self) -> None:
        super().__init__("This password is easy to guess. Choose another.")


class PasswordWrong(Forbidden):
    code = "user.password_wrong"

    def __init__(self) -> None:
        super().__init__("The password is wrong.")


async def hashed(identity: Identity, password: SecretStr, about: Iterable[str]) -> str:
    """The hash of a new password. It takes long: nobody should hold a database connection meanwhile.

    Args:
        about: words about its owner, which it must not be made of.

    Raises:
        PasswordGuessable
    """
    if is_guessable(password.get_secret_value(), about):
        raise PasswordGuessable
    return await identity.passwords.hash(password)


async def is_right(
    identity: Identity, tenant: str, email: str, kept: str | None, password: SecretStr
) -> bool:
    """Whether the password is an account's. After too many wrong ones, no more, for a while.

    Args:
        kept: the account's hash, None where there is no account, which takes as long.
    """
    account = (tenant, email.lower())
    if not await identity.passwords.check(kept, password):
        await identity.throttle.add(LOGIN_OF_ACCOUNT, *account)
        return False
    # Looked at after the check, so that of many guesses at once no more count than the limit allows.
    return not await identity.throttle.reached(LOGIN_OF_ACCOUNT, *account)


async def forgot(session: TenantSession, identity: Identity, email: str) -> None:
    """Have a mail sent to the address if it has an account. What happens here is the same if not."""
    if await identity.throttle.add(MAILS_TO_ADDRESS, session.tenant, email.lower()) <= MAILS_TO_ADDRESS.most:
        jobs.add(session, SendMail(purpose="password_reset", address=email))


async def reset(session: TenantSession, identity: Identity, wish: Reset) -> None:
    """Set a new password by a mailed token, and end all sessions.

    Raises:
        TokenInvalid, PasswordGuessable
    """
    password_hash = await hashed(identity, wish.password, [session.tenant])
    user_id = await tokens.redeem(session, wish.token, Purpose.PASSWORD_RESET)
    user = await accounts.get(session, user_id, lock="update")
    if user.status != AccountStatus.ACTIVE:
        raise TokenInvalid
    await emails.note_verified(session, user)
    await _set(session, user, password_hash)
    await sessions.revoke(session, Session.user_id == user.id)
    await identity.throttle.clear(LOGIN_OF_ACCOUNT, session.tenant, user.email.lower())


async def change(
    reading: ReadSession, session: TenantSession, identity: Identity, actor: TenantContext, wish: Change
) -> None:
    """Set a new password by the old one, and end all other sessions.

    Raises:
        PasswordWrong, PasswordGuessable
    """
    user = await accounts.get(reading, actor.user_id)
    kept = await reading.scalar(select(PasswordHash.hash).where(PasswordHash.user_id == user.id))
    await reading.close()  # no connection waits while passwords are checked
    if not await is_right(identity, session.tenant, user.email, kept, wish.current_password):
        raise PasswordWrong
    password_hash = await hashed(identity, wish.new_password, [user.email, user.name, session.tenant])
    await _set(session, await accounts.get(session, user.id, lock="update"), password_hash)
    await sessions.end_all(session, actor, but_this=True)


async def _set(session: TenantSession, user: User, password_hash: str) -> None:
    row = await session.get_one(PasswordHash, user.id)
    row.hash, row.changed_at = password_hash, (await session.scalars(select(func.now()))).one()
    audit.add(session, "user.password_changed", target=f"user:{user.id}", actor=user.id)
    jobs.add(session, SendMail(purpose="password_changed", account_id=user.id))
