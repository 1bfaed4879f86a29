"""Second factors: set up, shown at sign-in, removed."""

import secrets
from io import BytesIO
from uuid import UUID

import segno
from contracts.context import TenantContext
from contracts.jobs import SendMail
from servicekit import audit, jobs
from servicekit.db import ReadSession, TenantSession
from servicekit.errors import Conflict, Forbidden
from servicekit.records import Tenant
from sqlalchemy import delete, func, select, update

from identity_kit.identity import Identity
from identity_kit.models.account import User
from identity_kit.models.second_factor import RecoveryCode, TotpFactor
from identity_kit.rules import totp
from identity_kit.schemas.second_factor import SecondFactorRead, TotpSetupRead
from identity_kit.services import account as accounts
from identity_kit.services import session as sessions
from identity_kit.services.claims import has_second_factor, needs_second_factor
from identity_kit.throttle import CODES_OF_ACCOUNT

_RECOVERY_CODES = 10
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that looks like something else
_PURPOSE = "totp"


class FactorPresent(Conflict):
    code = "user.second_factor_present"

    def __init__(self) -> None:
        super().__init__("The account has a second factor. Remove it first.")


class FactorAbsent(Conflict):
    code = "user.second_factor_absent"

    def __init__(self) -> None:
        super().__init__("The account has no second factor to do this with.")


class CodeWrong(Forbidden):
    code = "user.code_wrong"

    def __init__(self) -> None:
        super().__init__("The code is wrong or was used before.")


async def begin(session: TenantSession, identity: Identity, actor: TenantContext) -> TotpSetupRead:
    """A secret for an authenticator app; one begun earlier and not confirmed is void.

    Raises:
        FactorPresent
    """
    user = await accounts.get(session, actor.user_id, lock="update")
    if await has_second_factor(session, user.id):
        raise FactorPresent
    await session.execute(delete(TotpFactor).where(TotpFactor.user_id == user.id))
    secret = totp.new_secret()
    sealed = identity.sealer.seal(_PURPOSE, secret, bound_to=user.id.bytes)
    session.add(TotpFactor(user_id=user.id, secret_sealed=sealed))
    await session.flush()
    organisation = (await session.get_one(Tenant, session.tenant)).name
    address = totp.address(secret, account=user.email, organisation=organisation)
    return TotpSetupRead(
        secret=totp.in_letters(secret),
        address=address,
        qr_svg=_qr_code(address),
    )


def _qr_code(address: str) -> str:
    """An SVG that is an image on its own, and that a camera reads on a dark page, too."""
    drawn = BytesIO()
    code = segno.make(address, error="m", micro=False)
    code.save(drawn, kind="svg", scale=4, light="white", xmldecl=False, nl=False)
    return drawn.getvalue().decode()


async def confirm(session: TenantSession, identity: Identity, actor: TenantContext, code: str) -> list[str]:
    """Show that the app has the secret. From now on it is needed; says the recovery codes.

    Raises:
        FactorAbsent: none was begun.
        FactorPresent, CodeWrong
    """
    user = await accounts.get(session, actor.user_id, lock="update")
    factor = await session.get(TotpFactor, user.id)
    if factor is None:
        raise FactorAbsent
    if factor.confirmed_at is not None:
        raise FactorPresent
    if not await _use_totp(session, identity, user.id, code):
        raise CodeWrong
    factor.confirmed_at = (await session.scalars(select(func.now()))).one()
    await sessions.end_all(session, actor, but_this=True)
    audit.add(session, "user.second_factor_added", target=f"user:{user.id}")
    jobs.add(session, SendMail(purpose="second_factor_added", account_id=user.id))
    return await _renew_recovery_codes(session, identity, user)


async def remove(session: TenantSession, actor: TenantContext) -> None:
    """Sign in with the password alone again.

    Raises:
        FactorAbsent
    """
    await remove_from(session, await accounts.get(session, actor.user_id, lock="update"))
    await sessions.end_all(session, actor, but_this=True)


async def remove_from(session: TenantSession, user: User) -> None:
    """Take the second factor from an account, locked by the caller.

    Raises:
        FactorAbsent
    """
    if not await has_second_factor(session, user.id):
        raise FactorAbsent
    await session.execute(delete(TotpFactor).where(TotpFactor.user_id == user.id))
    await session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))
    audit.add(session, "user.second_factor_removed", target=f"user:{user.id}")
    jobs.add(session, SendMail(purpose="second_factor_removed", account_id=user.id))


async def renew_recovery_codes(session: TenantSession, identity: Identity, actor: TenantContext) -> list[str]:
    """New recovery codes; the former are void.

    Raises:
        FactorAbsent
    """
    user = await accounts.get(session, actor.user_id, lock="update")
    if not await has_second_factor(session, user.id):
        raise FactorAbsent
    audit.add(session, "user.recovery_codes_renewed", target=f"user:{user.id}")
    return await _renew_recovery_codes(session, identity, user)


async def state(session: ReadSession, actor: TenantContext) -> SecondFactorRead:
    user = await accounts.get(session, actor.user_id)
    left = select(func.count()).select_from(RecoveryCode).where(RecoveryCode.user_id == user.id)
    return SecondFactorRead(
        totp=await has_second_factor(session, user.id),
        recovery_codes_left=(await session.scalars(left)).one(),
        required=await needs_second_factor(session, user),
    )


async def check(session: TenantSession, identity: Identity, user: User, code: str) -> None:
    """Use a code of the app, or a recovery code, up.

    Raises:
        CodeWrong: it is none, was used before, or too many were wrong.
    """
    account = (session.tenant, str(user.id))
    # Counted before it is looked at, so that of many at once no more are than the limit allows.
    if await identity.throttle.add(CODES_OF_ACCOUNT, *account) > CODES_OF_ACCOUNT.most:
        raise CodeWrong
    if not await _use_totp(session, identity, user.id, code):
        if not await _use_recovery_code(session, identity, user.id, code):
            raise CodeWrong
        audit.add(session, "user.recovery_code_used", target=f"user:{user.id}", actor=user.id)
    await identity.throttle.clear(CODES_OF_ACCOUNT, *account)


async def _use_totp(session: TenantSession, identity: Identity, user_id: UUID, code: str) -> bool:
    found = (
        await session.execute(
            select(TotpFactor.secret_sealed, func.clock_timestamp().label("now")).where(
                TotpFactor.user_id == user_id
            )
        )
    ).one_or_none()
    if found is None:
        return False
    secret = identity.sealer.open(_PURPOSE, found.secret_sealed, bound_to=user_id.bytes)
    step = totp.matching_step(secret, code, found.now)
    if step is None:
        return False
    used = await session.execute(
        update(TotpFactor)
        .where(TotpFactor.user_id == user_id, TotpFactor.last_used_step < step)
        .values(last_used_step=step)
        .returning(TotpFactor.user_id)
    )
    return used.first() is not None


async def _use_recovery_code(session: TenantSession, identity: Identity, user_id: UUID, code: str) -> bool:
    used = await session.execute(
        delete(RecoveryCode)
        .where(RecoveryCode.user_id == user_id, RecoveryCode.code_hash == _hash(identity, user_id, code))
        .returning(RecoveryCode.user_id)
    )
    return used.first() is not None


async def _renew_recovery_codes(session: TenantSession, identity: Identity, user: User) -> list[str]:
    await session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))
    codes = [f"{_letters()}-{_letters()}" for _ in range(_RECOVERY_CODES)]
    session.add_all(RecoveryCode(user_id=user.id, code_hash=_hash(identity, user.id, code)) for code in codes)
    await session.flush()
    return codes


def _letters() -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(5))


def _hash(identity: Identity, user_id: UUID, code: str) -> bytes:
    """Keyed, because fifty bits could be tried out on a plain hash."""
    plain = code.replace("-", "").lower().encode()
    return identity.sealer.mac("recovery-code", user_id.bytes + plain)
