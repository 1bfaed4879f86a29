"""What tokens and tickets say of an account."""

from uuid import UUID

from contracts.claims import Claims
from servicekit.db import TenantSession
from sqlalchemy import select

from identity_kit.identity import Identity
from identity_kit.models.account import User
from identity_kit.models.second_factor import TotpFactor
from identity_kit.models.settings import Settings
from identity_kit.services import access


async def of_user(session: TenantSession, identity: Identity, user: User, session_id: UUID) -> Claims:
    """The claims of an account in a session.

    One that lacks the second factor it needs has no role and no permission: it
    may see to its own affairs, setting up that factor among them, and nothing else.
    """
    roles = [] if await lacks_second_factor(session, user) else user.roles
    return Claims(
        user_id=user.id,
        tenant=session.tenant,
        application=identity.policy.application,
        session_id=session_id,
        version=user.token_version,
        roles=frozenset(roles),
        permissions=await access.permissions(session, identity, roles),
    )


async def lacks_second_factor(session: TenantSession, user: User) -> bool:
    """Whether a role of the account must have a second factor here, and the account has none."""
    required = (await session.scalars(select(Settings.mfa_roles))).one()
    if set(required).isdisjoint(user.roles):
        return False
    factor = await session.get(TotpFactor, user.id)
    return factor is None or factor.confirmed_at is None
