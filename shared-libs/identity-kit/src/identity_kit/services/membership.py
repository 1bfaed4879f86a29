"""Membership: which roles an account has, and whether it may sign in at all."""

from contextlib import suppress
from uuid import UUID

from contracts.context import TenantContext
from contracts.facts import AccountDeactivated, AccountReactivated, RoleChanged
from contracts.jobs import Notify
from servicekit import audit, facts, jobs
from servicekit.db import EditConflict, TenantSession, advisory_lock
from servicekit.errors import Conflict
from sqlalchemy import func, select

from identity_kit.identity import Identity
from identity_kit.models.account import AccountStatus, User, UserRole
from identity_kit.models.directory import AccountAddress
from identity_kit.models.session import Session
from identity_kit.services import access
from identity_kit.services import account as accounts
from identity_kit.services import api_key as api_keys
from identity_kit.services import second_factor as second_factors
from identity_kit.services import session as sessions


class LastOwner(Conflict):
    code = "user.last_owner"

    def __init__(self) -> None:
        super().__init__("An organisation has at least one owner who can sign in.")


async def set_roles(
    session: TenantSession,
    identity: Identity,
    actor: TenantContext,
    user_id: UUID,
    roles: set[str],
    *,
    version: int,
) -> User:
    """Give an account these roles and no others. Its tokens are stale at once.

    Raises:
        AccountUnknown, EditConflict, RoleUnknown, RoleNotYours, LastOwner
    """
    user = await accounts.get(session, user_id, lock="update")
    if user.version != version:
        raise EditConflict
    before = user.roles
    await access.require_grantable(
        session, identity, actor, roles.symmetric_difference(before), new=roles.difference(before)
    )
    if "owner" in before and "owner" not in roles:
        await _require_another_owner(session, user)
    for grant in [grant for grant in user.grants if grant.role not in roles]:
        user.grants.remove(grant)
    user.grants += [UserRole(role=role) for role in sorted(roles.difference(user.roles))]
    audit.add(
        session,
        "user.roles_changed",
        target=f"user:{user.id}",
        before={"roles": before},
        after={"roles": user.roles},
    )
    given = {"roles": ", ".join(user.roles)}
    jobs.add(session, Notify(account_id=user.id, kind="user.roles_changed", data=given))
    await outdate(session, user)
    return user


async def deactivate(session: TenantSession, identity: Identity, actor: TenantContext, user_id: UUID) -> None:
    """Let an account sign in no more, end its sessions and the keys it made. Again is the same as once.

    Raises:
        AccountUnknown, LastOwner
        RoleNotYours: the account has a role that the actor could not give.
    """
    user = await _below(session, identity, actor, user_id)
    if user.status == AccountStatus.DEACTIVATED:
        return
    await _deactivate(session, user)


async def end_access(session: TenantSession, user_id: UUID) -> None:
    """Deactivate the account of somebody who has left, but for the last owner's."""
    with suppress(accounts.AccountUnknown, LastOwner):
        user = await accounts.get(session, user_id, lock="update")
        if user.status == AccountStatus.ACTIVE:
            await _deactivate(session, user)


async def _deactivate(session: TenantSession, user: User) -> None:
    if "owner" in user.roles:
        await _require_another_owner(session, user)
    user.status = AccountStatus.DEACTIVATED
    user.token_version += 1
    await session.flush()
    if (address := await session.get(AccountAddress, (user.email.lower(), session.tenant))) is not None:
        await session.delete(address)
    await sessions.revoke(session, Session.user_id == user.id)
    await api_keys.revoke_made_by(session, user.id)
    _note(session, "user.account_deactivated", user, AccountStatus.ACTIVE)
    facts.add(session, AccountDeactivated(user_id=user.id, token_version=user.token_version), about=user)


async def reactivate(session: TenantSession, identity: Identity, actor: TenantContext, user_id: UUID) -> None:
    """Let an account sign in again. Again is the same as once.

    Raises:
        AccountUnknown, RoleNotYours
    """
    user = await _below(session, identity, actor, user_id)
    if user.status == AccountStatus.ACTIVE:
        return
    user.status = AccountStatus.ACTIVE
    session.add(AccountAddress(address=user.email.lower(), tenant=session.tenant))
    await session.flush()
    _note(session, "user.account_reactivated", user, AccountStatus.DEACTIVATED)
    facts.add(session, AccountReactivated(user_id=user.id), about=user)


async def end_sessions(
    session: TenantSession, identity: Identity, actor: TenantContext, user_id: UUID
) -> None:
    """End all sessions of an account.

    Raises:
        AccountUnknown, RoleNotYours
    """
    user = await _below(session, identity, actor, user_id)
    await sessions.revoke(session, Session.user_id == user.id)


async def remove_second_factor(
    session: TenantSession, identity: Identity, actor: TenantContext, user_id: UUID
) -> None:
    """Let somebody who has lost their second factor sign in by password alone, and end their sessions.

    Raises:
        AccountUnknown, FactorAbsent, RoleNotYours
    """
    user = await _below(session, identity, actor, user_id)
    await second_factors.remove_from(session, user)
    await sessions.revoke(session, Session.user_id == user.id)


async def outdate(session: TenantSession, user: User) -> None:
    """Make the tokens of an account, locked by the caller, stale: what it may do has changed."""
    user.token_version += 1
    await session.flush()
    fact = RoleChanged(user_id=user.id, roles=user.roles, token_version=user.token_version)
    facts.add(session, fact, about=user)


async def _below(session: TenantSession, identity: Identity, actor: TenantContext, user_id: UUID) -> User:
    """An account, locked, all of whose roles the actor could give."""
    user = await accounts.get(session, user_id, lock="update")
    await access.require_grantable(session, identity, actor, user.roles)
    return user


async def _require_another_owner(session: TenantSession, user: User) -> None:
    """Two owners who take the role from each other at once must not both succeed: one after the other."""
    await advisory_lock(session, "owners")
    others = (
        select(func.count())
        .select_from(User)
        .join(UserRole, UserRole.user_id == User.id)
        .where(UserRole.role == "owner", User.status == AccountStatus.ACTIVE, User.id != user.id)
    )
    if not await session.scalar(others):
        raise LastOwner


def _note(session: TenantSession, action: str, user: User, before: AccountStatus) -> None:
    was, is_ = {"status": before}, {"status": user.status}
    audit.add(session, action, target=f"user:{user.id}", before=was, after=is_)
