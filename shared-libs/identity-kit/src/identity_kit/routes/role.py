from fastapi import Response
from servicekit.access import needs, signed_in
from servicekit.db import EditConflict
from servicekit.edge import Actor, ExpectedVersion, ReadSession, Router, TenantSession, etag
from servicekit.errors import documented
from servicekit.pagination import Page

from identity_kit.edge import Kit, fresh
from identity_kit.schemas.role import PermissionRead, RoleChanges, RoleRead, RoleWish
from identity_kit.services import access, claims
from identity_kit.services import account as accounts
from identity_kit.services import role as roles
from identity_kit.services.access import PermissionsNotYours
from identity_kit.services.account import AccountUnknown
from identity_kit.services.role import RoleAbsent, RoleCodeTaken, RoleHeld
from identity_kit.services.step_up import StepUpRequired

router = Router("user", tags=["roles"])


@router.get("/permissions", dependencies=[signed_in()], responses=documented(AccountUnknown))
async def list_permissions(session: ReadSession, actor: Actor, identity: Kit) -> list[PermissionRead]:
    """All that there is to allow in this application, and whether the signed-in account may do it."""
    user = await accounts.get(session, actor.user_id)
    allowed = await access.permissions(session, identity, await claims.roles_in_force(session, user))
    return [
        PermissionRead(code=permission.code, label=permission.label, allowed=permission.code in allowed)
        for permission in access.catalogue(identity)
    ]


@router.get("/roles", dependencies=[needs("user.account.read")])
async def list_roles(session: ReadSession, identity: Kit) -> Page[RoleRead]:
    """The roles there are: the application's, and the organisation's own."""
    return Page(items=await roles.everyone(session, identity), next_cursor=None, total=None)


@router.post(
    "/roles",
    status_code=201,
    dependencies=[needs("user.role.write"), fresh],
    responses=documented(RoleCodeTaken, PermissionsNotYours, StepUpRequired),
)
async def create_role(
    wish: RoleWish, session: TenantSession, actor: Actor, identity: Kit, response: Response
) -> RoleRead:
    """Make a role, of permissions that you hold yourself."""
    role = await roles.create(session, identity, actor, wish)
    response.headers["Location"] = f"/user/roles/{role.code}"
    response.headers["ETag"] = etag(role.version)
    return roles.read(role)


@router.get("/roles/{code}", dependencies=[needs("user.account.read")], responses=documented(RoleAbsent))
async def read_role(code: str, session: ReadSession, response: Response) -> RoleRead:
    """One of the organisation's own roles."""
    role = await roles.get(session, code)
    response.headers["ETag"] = etag(role.version)
    return roles.read(role)


@router.patch(
    "/roles/{code}",
    dependencies=[needs("user.role.write"), fresh],
    responses=documented(RoleAbsent, EditConflict, PermissionsNotYours, StepUpRequired),
)
async def change_role(
    code: str,
    changes: RoleChanges,
    *,
    session: TenantSession,
    actor: Actor,
    identity: Kit,
    version: ExpectedVersion,
    response: Response,
) -> RoleRead:
    """Rename one of your own roles, or change what it allows."""
    role = await roles.change(session, identity, actor, code, changes, version=version)
    response.headers["ETag"] = etag(role.version)
    return roles.read(role)


@router.delete(
    "/roles/{code}",
    status_code=204,
    dependencies=[needs("user.role.write"), fresh],
    responses=documented(RoleAbsent, RoleHeld, StepUpRequired),
)
async def delete_role(code: str, session: TenantSession) -> None:
    """Delete one of your own roles that nobody holds."""
    await roles.remove(session, code)
