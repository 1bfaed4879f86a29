"""What an access token says of an account."""

from typing import Any
from uuid import UUID

from servicekit.db import TenantSession
from sqlalchemy import select

from identity_kit.identity import Identity
from identity_kit.models.account import User
from identity_kit.models.second_factor import TotpFactor
from identity_kit.models.settings import Settings
from identity_kit.services import access


async def lacks_second_factor(session: TenantSession, user: User) -> bool:
    """Whether a role of the account must have a second factor here, and the account has none."""
    required = (await session.scalars(select(Settings.mfa_roles))).one()
    if set(required).isdisjoint(user.roles):
        return False
    factor = await session.get(TotpFactor, user.id)
    return factor is None or factor.confirmed_at is None


async def of_user(
    session: TenantSession, identity: Identity, user: User, session_id: UUID, *, restricted: bool
) -> dict[str, Any]:
    """The claims beside parties and times.

    Args:
        restricted: name no role and no permission, so that the token is good for the account's own
            affairs alone: setting up the second factor that it needs.
    """
    roles = [] if restricted else user.roles
    return {
        "tid": session.tenant,
        "app": identity.policy.application,
        "sid": str(session_id),
        "ver": user.token_version,
        "roles": roles,
        "perms": sorted(await access.permissions(session, identity, roles)),
    }
