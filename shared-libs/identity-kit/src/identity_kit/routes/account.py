from typing import Annotated
from uuid import UUID

from fastapi import Query, Response
from servicekit.access import needs, signed_in
from servicekit.db import EditConflict
from servicekit.edge import Actor, ExpectedVersion, ReadSession, Router, TenantSession, answer, etag
from servicekit.errors import documented
from servicekit.pagination import Page

from identity_kit.edge import Kit, fresh
from identity_kit.schemas.account import OwnUserRead, UserQuery, UserRead
from identity_kit.schemas.role import RolesGiven
from identity_kit.services import access, claims, membership
from identity_kit.services import account as accounts
from identity_kit.services.access import RoleNotYours, RoleUnknown
from identity_kit.services.account import AccountUnknown
from identity_kit.services.membership import LastOwner
from identity_kit.services.second_factor import FactorAbsent
from identity_kit.services.step_up import StepUpRequired

router = Router("user", tags=["accounts"])


@router.get("/me", dependencies=[signed_in()], responses=documented(AccountUnknown))
async def read_me(session: ReadSession, actor: Actor, identity: Kit) -> OwnUserRead:
    """Who is signed in, with all that the account may do."""
    user = await accounts.get(session, actor.user_id)
    allowed = await access.permissions(session, identity, await claims.roles_in_force(session, user))
    read = UserRead.model_validate(user)
    return OwnUserRead(**read.model_dump(), permissions=sorted(allowed))


@router.get("/users", dependencies=[needs("user.account.read")], response_model=Page[UserRead])
async def list_users(session: ReadSession, query: Annotated[UserQuery, Query()]) -> Response:
    """The organisation's accounts."""
    return answer(await accounts.listing(session, query))


@router.get(
    "/users/{user_id}", dependencies=[needs("user.account.read")], responses=documented(AccountUnknown)
)
async def read_user(user_id: UUID, session: ReadSession, response: Response) -> UserRead:
    """An account."""
    user = await accounts.get(session, user_id)
    response.headers["ETag"] = etag(user.version)
    return UserRead.model_validate(user)


@router.put(
    "/users/{user_id}/roles",
    dependencies=[needs("user.account.write"), fresh],
    responses=documented(AccountUnknown, EditConflict, LastOwner, RoleNotYours, RoleUnknown, StepUpRequired),
)
async def set_roles(
    user_id: UUID,
    given: RolesGiven,
    *,
    session: TenantSession,
    actor: Actor,
    identity: Kit,
    version: ExpectedVersion,
    response: Response,
) -> UserRead:
    """Give an account these roles and no others."""
    user = await membership.set_roles(session, identity, actor, user_id, given.roles, version=version)
    response.headers["ETag"] = etag(user.version)
    return UserRead.model_validate(user)


@router.post(
    "/users/{user_id}/deactivate",
    status_code=204,
    dependencies=[needs("user.account.write"), fresh],
    responses=documented(AccountUnknown, LastOwner, RoleNotYours, StepUpRequired),
)
async def deactivate_user(user_id: UUID, session: TenantSession, actor: Actor, identity: Kit) -> None:
    """Let an account sign in no more; its sessions end, and so do the keys it made."""
    await membership.deactivate(session, identity, actor, user_id)


@router.post(
    "/users/{user_id}/reactivate",
    status_code=204,
    dependencies=[needs("user.account.write"), fresh],
    responses=documented(AccountUnknown, RoleNotYours, StepUpRequired),
)
async def reactivate_user(user_id: UUID, session: TenantSession, actor: Actor, identity: Kit) -> None:
    """Let an account sign in again."""
    await membership.reactivate(session, identity, actor, user_id)


@router.delete(
    "/users/{user_id}/sessions",
    status_code=204,
    dependencies=[needs("user.account.write")],
    responses=documented(AccountUnknown, RoleNotYours),
)
async def end_users_sessions(user_id: UUID, session: TenantSession, actor: Actor, identity: Kit) -> None:
    """Sign an account out everywhere."""
    await membership.end_sessions(session, identity, actor, user_id)


@router.delete(
    "/users/{user_id}/mfa/totp",
    status_code=204,
    dependencies=[needs("user.account.write"), fresh],
    responses=documented(AccountUnknown, FactorAbsent, RoleNotYours, StepUpRequired),
)
async def remove_users_totp(user_id: UUID, session: TenantSession, actor: Actor, identity: Kit) -> None:
    """Take the second factor from somebody who has lost it, recovery codes and all; their sessions end."""
    await membership.remove_second_factor(session, identity, actor, user_id)
