"""What roles allow, and who may give them."""

from collections.abc import Container, Iterable

from contracts.context import TenantContext
from contracts.permissions import PERMISSIONS, Permission, permissions_of
from servicekit.db import ReadSession, TenantSession
from servicekit.errors import Forbidden, Unprocessable
from sqlalchemy import select

from identity_kit.identity import Identity
from identity_kit.models.role import Role
from identity_kit.rules.grants import may_grant

POWER = frozenset({"user.tenant.write", "user.account.write", "user.role.write", "user.api_key.write"})
"""Permissions for what wants a recent proof of who it is. To give them away wants one too."""


class RoleUnknown(Unprocessable):
    code = "user.role_unknown"

    def __init__(self, role: str) -> None:
        super().__init__("There is no such role.", role=role)


class RoleNotYours(Forbidden):
    code = "user.role_not_yours_to_give"

    def __init__(self, role: str) -> None:
        super().__init__("Your own role does not allow you to give or take this one.", role=role)


class PermissionsNotYours(Forbidden):
    code = "user.permissions_not_yours_to_give"

    def __init__(self, codes: Iterable[str]) -> None:
        super().__init__("You do not hold all of these permissions.", permissions=", ".join(sorted(codes)))


def catalogue(identity: Identity) -> list[Permission]:
    """All that there is to allow in the application."""
    return [known for known in PERMISSIONS if identity.policy.application in known.applications]


async def permissions(
    session: TenantSession | ReadSession, identity: Identity, roles: Iterable[str]
) -> frozenset[str]:
    """Codes that roles hold together, built-in ones and the organisation's own."""
    held = frozenset(roles)
    allowed = permissions_of(identity.policy.application, held)
    if own := held.difference(identity.policy.roles):
        known = {permission.code for permission in catalogue(identity)}
        for codes in await session.scalars(select(Role.permissions).where(Role.code.in_(own))):
            allowed |= known.intersection(codes)
    return allowed


async def require_grantable(
    session: TenantSession,
    identity: Identity,
    actor: TenantContext,
    roles: Iterable[str],
    *,
    new: Container[str] = (),
) -> None:
    """Pass where the actor may give and take the roles.

    A built-in role follows the application's policy. One of the organisation's own is given by whoever
    may do all that it allows.

    Args:
        new: those among the roles that somebody gets, which nobody may delete meanwhile.

    Raises:
        RoleUnknown, RoleNotYours
    """
    for role in sorted(roles):
        if role in identity.policy.roles:
            allowed = may_grant(identity.policy, actor.roles, role)
        else:
            found = select(Role.permissions).where(Role.code == role)
            if role in new:  # no others: whoever changes a role locks it and then those who hold it
                found = found.with_for_update(read=True)
            codes = await session.scalar(found)
            if codes is None:
                raise RoleUnknown(role)
            allowed = set(codes) <= await permissions(session, identity, actor.roles)
        if not allowed:
            raise RoleNotYours(role)


async def require_held(
    session: TenantSession, identity: Identity, actor: TenantContext, codes: set[str]
) -> None:
    """Pass where the actor holds all of these: nobody gives or takes what they may not do themselves.

    Raises:
        PermissionsNotYours
    """
    if foreign := codes - await permissions(session, identity, actor.roles):
        raise PermissionsNotYours(foreign)
