"""Addresses: known to be the account's own once a mail there was answered."""

from contracts.context import TenantContext
from contracts.jobs import SendMail
from pydantic import SecretStr
from servicekit import jobs
from servicekit.db import TenantSession
from sqlalchemy import func, select

from identity_kit.identity import Identity
from identity_kit.models.account import User
from identity_kit.models.one_time_token import Purpose
from identity_kit.services import account as accounts
from identity_kit.services import one_time_token as tokens
from identity_kit.throttle import MAILS_TO_ADDRESS


async def verify(session: TenantSession, token: SecretStr) -> None:
    """Take the token of a mail as proof that the account's address is its own.

    Raises:
        TokenInvalid
    """
    user_id = await tokens.redeem(session, token, Purpose.EMAIL_VERIFICATION)
    await note_verified(session, await accounts.get(session, user_id, lock="update"))


async def note_verified(session: TenantSession, user: User) -> None:
    if user.email_verified_at is None:
        user.email_verified_at = (await session.scalars(select(func.now()))).one()
        await session.flush()


async def ask(session: TenantSession, identity: Identity, actor: TenantContext) -> None:
    """Have the mail sent that asks for the proof, unless it is there."""
    user = await accounts.get(session, actor.user_id)
    sent = await identity.throttle.add(MAILS_TO_ADDRESS, session.tenant, user.email.lower())
    if user.email_verified_at is None and sent <= MAILS_TO_ADDRESS.most:
        jobs.add(session, SendMail(purpose="email_verification", account_id=user.id))
