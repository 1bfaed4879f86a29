"""What tokens and tickets say of an account."""

from uuid import UUID

from contracts.claims import Claims
from servicekit.db import ReadSession, TenantSession
from sqlalchemy import select

from identity_kit.identity import Identity
from identity_kit.models.account import User
from identity_kit.models.second_factor import TotpFactor
from identity_kit.models.settings import Settings
from identity_kit.services import access


async def of_user(session: TenantSession, identity: Identity, user: User, session_id: UUID) -> Claims:
    """The claims of an account in a session."""
    roles = await roles_in_force(session, user)
    return Claims(
        user_id=user.id,
        tenant=session.tenant,
        application=identity.policy.application,
        session_id=session_id,
        version=user.token_version,
        roles=frozenset(roles),
        permissions=await access.permissions(session, identity, roles),
    )


async def roles_in_force(session: TenantSession | ReadSession, user: User) -> list[str]:
    """The account's roles; none where it lacks the second factor that one of them needs here.

    Then it may see to its own affairs, setting up that factor among them, and nothing else.
    """
    lacks_factor = await needs_second_factor(session, user) and not await has_second_factor(session, user.id)
    return [] if lacks_factor else user.roles


async def needs_second_factor(session: TenantSession | ReadSession, user: User) -> bool:
    """Whether the organisation wants a role of the account to have a second factor."""
    roles = (await session.scalars(select(Settings.mfa_roles))).one()
    return not set(roles).isdisjoint(user.roles)


async def has_second_factor(session: TenantSession | ReadSession, user_id: UUID) -> bool:
    confirmed = select(TotpFactor).where(TotpFactor.user_id == user_id, TotpFactor.confirmed_at.is_not(None))
    return bool(await session.scalar(select(confirmed.exists())))
