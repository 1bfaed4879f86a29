from fastapi import Response
from servicekit.access import needs, signed_in
from servicekit.db import EditConflict
from servicekit.edge import Actor, ExpectedVersion, ReadSession, Router, TenantSession, etag
from servicekit.errors import documented

from identity_kit.edge import Kit, fresh
from identity_kit.schemas.tenant import Closing, OwnTenantRead, TenantChanges
from identity_kit.services import directory
from identity_kit.services import organisation as organisations
from identity_kit.services.access import RoleUnknown
from identity_kit.services.organisation import NotThisTenant
from identity_kit.services.step_up import StepUpRequired

router = Router("user", tags=["organisation"])


@router.get("/tenant", dependencies=[signed_in()])
async def read_tenant(session: ReadSession, actor: Actor, identity: Kit, response: Response) -> OwnTenantRead:
    """The organisation, and which modules are ready for it."""
    tenant = await directory.get(session, actor.tenant)
    response.headers["ETag"] = etag(tenant.version)
    return await organisations.read(session, identity, tenant)


@router.patch(
    "/tenant",
    dependencies=[needs("user.tenant.write"), fresh],
    responses=documented(EditConflict, RoleUnknown, StepUpRequired),
)
async def change_tenant(
    changes: TenantChanges,
    session: TenantSession,
    identity: Kit,
    version: ExpectedVersion,
    response: Response,
) -> OwnTenantRead:
    """Change what the organisation is called, where it is, and who needs a second factor."""
    tenant = await organisations.change(session, identity, changes, version=version)
    response.headers["ETag"] = etag(tenant.version)
    return await organisations.read(session, identity, tenant)


@router.post(
    "/tenant/close",
    status_code=204,
    dependencies=[needs("user.tenant.write"), fresh],
    responses=documented(NotThisTenant, StepUpRequired),
)
async def close_tenant(closing: Closing, session: TenantSession) -> None:
    """Close the organisation: nobody is served any more, until an operator opens it again or deletes it."""
    await organisations.close(session, closing.tenant)
