"""Step-up: what is dangerous wants to see a proof of who it is that is not older than ten minutes."""

from datetime import timedelta

from contracts.context import TenantContext
from servicekit.db import ReadSession, TenantSession
from servicekit.errors import Forbidden, Unprocessable
from sqlalchemy import func, select, update

from identity_kit.identity import Identity
from identity_kit.models.account import PasswordHash
from identity_kit.models.session import Session
from identity_kit.schemas.second_factor import StepUp
from identity_kit.services import account as accounts
from identity_kit.services import password as passwords
from identity_kit.services import second_factor as second_factors
from identity_kit.services.claims import has_second_factor
from identity_kit.services.password import PasswordWrong

FRESH = timedelta(minutes=10)


class StepUpRequired(Forbidden):
    code = "user.step_up_required"

    def __init__(self) -> None:
        super().__init__("Show again that it is you: POST /user/me/step-up.")


class CodeNeeded(Unprocessable):
    code = "user.code_needed"

    def __init__(self) -> None:
        super().__init__("The account has a second factor: its code is needed.")


async def require(session: ReadSession | TenantSession, actor: TenantContext) -> None:
    """Pass where the session showed within the last ten minutes who it is: signing in counts.

    Raises:
        StepUpRequired
    """
    fresh = select(Session.authenticated_at > func.clock_timestamp() - FRESH)
    alive = Session.revoked_at.is_(None)  # its tokens pass for another moment, until the gateways have heard
    if not await session.scalar(fresh.where(Session.id == actor.session_id, alive)):
        raise StepUpRequired


async def step_up(
    reading: ReadSession, session: TenantSession, identity: Identity, actor: TenantContext, proof: StepUp
) -> None:
    """Show who it is: by a code where the account has a second factor, else by the password.

    Raises:
        CodeNeeded, CodeWrong, PasswordWrong
    """
    user = await accounts.get(reading, actor.user_id)
    kept = await reading.scalar(select(PasswordHash.hash).where(PasswordHash.user_id == user.id))
    needs_code = await has_second_factor(reading, user.id)
    await reading.close()  # no connection waits while the password is checked
    if needs_code:
        if proof.code is None:
            raise CodeNeeded
        await second_factors.check(session, identity, user, proof.code)
    elif proof.password is None or not await passwords.is_right(
        identity, session.tenant, user.email, kept, proof.password
    ):
        raise PasswordWrong
    await session.execute(
        update(Session)
        .where(Session.id == actor.session_id)
        .values(authenticated_at=func.clock_timestamp())
        .execution_options(synchronize_session=False)
    )
