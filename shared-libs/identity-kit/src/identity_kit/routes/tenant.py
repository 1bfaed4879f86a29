from servicekit.access import signed_in
from servicekit.edge import Actor, ReadSession, Router

from identity_kit.edge import Kit
from identity_kit.schemas.tenant import OwnTenantRead
from identity_kit.services import directory

router = Router("user", tags=["organisation"])


@router.get("/tenant", dependencies=[signed_in()])
async def read_tenant(session: ReadSession, actor: Actor, identity: Kit) -> OwnTenantRead:
    """The organisation, and which modules are ready for it."""
    tenant = await directory.get(session, actor.tenant)
    services = await directory.services(session, identity, tenant.id)
    return OwnTenantRead.of(tenant, identity.policy.application, services=services)
