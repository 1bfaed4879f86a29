from servicekit.access import signed_in
from servicekit.edge import Actor, ReadSession, Router, TenantSession
from servicekit.errors import documented

from identity_kit.edge import Kit, fresh, no_store
from identity_kit.schemas.second_factor import (
    CodeShown,
    RecoveryCodesRead,
    SecondFactorRead,
    StepUp,
    TotpSetupRead,
)
from identity_kit.services import second_factor as second_factors
from identity_kit.services import step_up
from identity_kit.services.account import AccountUnknown
from identity_kit.services.password import PasswordWrong
from identity_kit.services.second_factor import CodeWrong, FactorAbsent, FactorPresent
from identity_kit.services.step_up import CodeNeeded, StepUpRequired

router = Router("user", tags=["second factor"])


@router.get("/me/mfa", dependencies=[signed_in()], responses=documented(AccountUnknown))
async def read_second_factor(session: ReadSession, actor: Actor) -> SecondFactorRead:
    """Whether the account has a second factor, and whether it must have one."""
    return await second_factors.state(session, actor)


@router.post(
    "/me/mfa/totp",
    status_code=201,
    dependencies=[signed_in(returns_secret=True), fresh, no_store],
    responses=documented(FactorPresent, StepUpRequired),
)
async def begin_totp(session: TenantSession, actor: Actor, identity: Kit) -> TotpSetupRead:
    """Begin with an authenticator app: scan, then confirm."""
    return await second_factors.begin(session, identity, actor)


@router.post(
    "/me/mfa/totp/confirm",
    dependencies=[signed_in(returns_secret=True), fresh, no_store],
    responses=documented(FactorAbsent, FactorPresent, CodeWrong, StepUpRequired),
)
async def confirm_totp(
    shown: CodeShown, session: TenantSession, actor: Actor, identity: Kit
) -> RecoveryCodesRead:
    """Show a code of the app: from now on signing in needs one. All other sessions end."""
    codes = await second_factors.confirm(session, identity, actor, shown.code)
    return RecoveryCodesRead(recovery_codes=codes)


@router.delete(
    "/me/mfa/totp",
    status_code=204,
    dependencies=[signed_in(), fresh],
    responses=documented(FactorAbsent, StepUpRequired),
)
async def remove_totp(session: TenantSession, actor: Actor) -> None:
    """Sign in with the password alone again. All other sessions end."""
    await second_factors.remove(session, actor)


@router.post(
    "/me/mfa/recovery-codes",
    status_code=201,
    dependencies=[signed_in(returns_secret=True), fresh, no_store],
    responses=documented(FactorAbsent, StepUpRequired),
)
async def renew_recovery_codes(session: TenantSession, actor: Actor, identity: Kit) -> RecoveryCodesRead:
    """Ten new recovery codes; the former are void."""
    codes = await second_factors.renew_recovery_codes(session, identity, actor)
    return RecoveryCodesRead(recovery_codes=codes)


@router.post(
    "/me/step-up",
    status_code=204,
    dependencies=[signed_in(returns_secret=True)],  # it takes one, whose plain hash would be kept
    responses=documented(CodeNeeded, CodeWrong, PasswordWrong),
)
async def prove(
    proof: StepUp, reading: ReadSession, session: TenantSession, identity: Kit, actor: Actor
) -> None:
    """Show again that it is you, which dangerous acts want to see within ten minutes."""
    await step_up.step_up(reading, session, identity, actor, proof)
