"""Passwords: chosen, checked, forgotten, changed."""

from collections.abc import Iterable

from contracts.context import TenantContext
from contracts.jobs import SendMail
from pydantic import SecretStr
from servicekit import audit, jobs
from servicekit.db import ReadSession, TenantSession
from servicekit.errors import Forbidden, Unprocessable
from servicekit.records import Tenant
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


def require_unguessable(password: SecretStr, about: Iterable[str]) -> None:
    """Pass a new password that is neither common nor made of words `about` its owner.

    Raises:
        PasswordGuessable
    """
    if is_guessable(password.get_secret_value(), about):
        raise PasswordGuessable


async def words_about(session: TenantSession, user: User) -> list[str]:
    tenant = await session.get_one(Tenant, session.tenant)
    return [user.email, user.name, tenant.id, tenant.name]


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
    password_hash = await identity.passwords.hash(wish.password)  # while no connection waits
    user_id = await tokens.redeem(session, wish.token, Purpose.PASSWORD_RESET)
    user = await accounts.get(session, user_id, lock="update")
    if user.status != AccountStatus.ACTIVE:
        raise TokenInvalid
    require_unguessable(wish.password, await words_about(session, user))
    await emails.note_verified(session, user)
    await _set(session, user, password_hash)
    await sessions.revoke(session, Session.user_id == user.id)
    await identity.throttle.clear(LOGIN_OF_ACCOUNT, session.tenant, user.email.lower())


async def change(
    reading: ReadSession, session: TenantSession, identity: Identity, actor: TenantContext, wish: Change
) -> None:
    """Set a new password by the old one; end all other sessions, and void the link mailed to set one.

    Raises:
        PasswordWrong, PasswordGuessable
    """
    user = await accounts.get(reading, actor.user_id)
    kept = await reading.get_one(PasswordHash, user.id)
    await reading.close()  # no connection waits while passwords are checked
    if not await is_right(identity, session.tenant, user.email, kept.hash, wish.current_password):
        raise PasswordWrong
    password_hash = await identity.passwords.hash(wish.new_password)
    await tokens.void(session, user.id, Purpose.PASSWORD_RESET)
    user = await accounts.get(session, user.id, lock="update")
    if (await session.get_one(PasswordHash, user.id)).changed_at != kept.changed_at:
        raise PasswordWrong  # it was right, and has been changed meanwhile
    require_unguessable(wish.new_password, await words_about(session, user))
    await _set(session, user, password_hash)
    await sessions.end_all(session, actor, but_this=True)


async def _set(session: TenantSession, user: User, password_hash: str) -> None:
    row = await session.get_one(PasswordHash, user.id)
    row.hash, row.changed_at = password_hash, (await session.scalars(select(func.now()))).one()
    audit.add(session, "user.password_changed", target=f"user:{user.id}", actor=user.id)
    jobs.add(session, SendMail(purpose="password_changed", account_id=user.id))
