"""The organisation's own roles."""

from contracts.context import TenantContext
from contracts.permissions import permissions_of
from servicekit import audit
from servicekit.db import EditConflict, ReadSession, TenantSession, refusing
from servicekit.errors import Conflict, NotFound
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from identity_kit.identity import Identity
from identity_kit.models.account import User, UserRole
from identity_kit.models.invitation import Invitation, InvitationStatus
from identity_kit.models.role import Role
from identity_kit.schemas.role import RoleChanges, RoleRead, RoleWish
from identity_kit.services import access, membership


class RoleCodeTaken(Conflict):
    code = "user.role_code_taken"

    def __init__(self) -> None:
        super().__init__("Another role has this code.")


class RoleHeld(Conflict):
    code = "user.role_held"

    def __init__(self) -> None:
        super().__init__("Somebody holds this role or is invited to it.")


class RoleAbsent(NotFound):
    code = "user.role_absent"

    def __init__(self) -> None:
        super().__init__("There is no such role of your own.")


async def everyone(session: ReadSession, identity: Identity) -> list[RoleRead]:
    """The application's roles, then the organisation's own by name."""
    application = identity.policy.application
    built_in = [
        RoleRead(
            code=role,
            name=role.replace("_", " ").capitalize(),
            built_in=True,
            permissions=sorted(permissions_of(application, frozenset({role}))),
            version=None,
        )
        for role in identity.policy.roles
    ]
    own = await session.scalars(select(Role).order_by(Role.name))
    return [*built_in, *(read(role) for role in own)]


async def get(session: ReadSession | TenantSession, code: str, *, lock: bool = False) -> Role:
    """One of the organisation's own roles.

    Raises:
        RoleAbsent
    """
    wanted = select(Role).where(Role.code == code)
    role = await session.scalar(wanted.with_for_update() if lock else wanted)
    if role is None:
        raise RoleAbsent
    return role


def read(role: Role) -> RoleRead:
    return RoleRead(
        code=role.code,
        name=role.name,
        built_in=False,
        permissions=sorted(role.permissions),
        version=role.version,
    )


async def create(session: TenantSession, identity: Identity, actor: TenantContext, wish: RoleWish) -> Role:
    """Make a role.

    Raises:
        RoleCodeTaken, PermissionsNotYours
    """
    if wish.code in identity.policy.roles:
        raise RoleCodeTaken
    await access.require_held(session, identity, actor, wish.permissions)
    role = Role(code=wish.code, name=wish.name, permissions=sorted(wish.permissions))
    session.add(role)
    async with refusing({"uq_roles_code": RoleCodeTaken}):
        await session.flush()
    audit.add(session, "user.role_created", target=f"role:{role.code}", after=_said(role))
    return role


async def change(
    session: TenantSession,
    identity: Identity,
    actor: TenantContext,
    code: str,
    changes: RoleChanges,
    *,
    version: int,
) -> Role:
    """Rename a role, or change what it allows: then its holders' tokens are stale at once.

    Raises:
        RoleAbsent, EditConflict, PermissionsNotYours
    """
    role = await get(session, code, lock=True)
    if role.version != version:
        raise EditConflict
    before = _said(role)
    if "name" in changes.model_fields_set:
        role.name = changes.name
    if "permissions" in changes.model_fields_set and changes.permissions != set(role.permissions):
        former = set(role.permissions)
        known = {permission.code for permission in access.catalogue(identity)}  # a release may drop some
        touched = changes.permissions.difference(former) | former.difference(changes.permissions) & known
        await access.require_held(session, identity, actor, touched)
        role.permissions = sorted(changes.permissions)
        holders = await session.scalars(
            select(User)
            .join(UserRole, UserRole.user_id == User.id)
            .where(UserRole.role == code)
            .order_by(User.id)
            .options(selectinload(User.grants))
            .with_for_update(of=User)
        )
        for user in holders:
            await membership.outdate(session, user)
    await session.flush()
    audit.add(session, "user.role_changed", target=f"role:{code}", before=before, after=_said(role))
    return role


async def remove(session: TenantSession, code: str) -> None:
    """Delete a role.

    Raises:
        RoleAbsent, RoleHeld
    """
    role = await get(session, code, lock=True)
    held = select(UserRole).where(UserRole.role == code).exists()
    invited = (
        select(Invitation)
        .where(Invitation.role == code, Invitation.status == InvitationStatus.PENDING)
        .exists()
    )
    if await session.scalar(select(held | invited)):
        raise RoleHeld
    await session.delete(role)
    audit.add(session, "user.role_deleted", target=f"role:{code}", before=_said(role))
    await session.flush()


def _said(role: Role) -> dict[str, object]:
    """What the audit log keeps of a role."""
    return {"name": role.name, "permissions": role.permissions}
