"""What the gateway and the other services ask: keys, and which tenants there are."""

from typing import Any

from servicekit.access import internal
from servicekit.edge import Router
from servicekit.errors import documented

from identity_kit import signing
from identity_kit.edge import AnyDatabase, Kit
from identity_kit.schemas.tenant import KnownTenantRead, ProfileRead, TenantRead
from identity_kit.services import directory
from identity_kit.services.directory import TenantUnknown

router = Router("user", tags=["internal"])


@router.get("/internal/jwks", dependencies=[internal()], include_in_schema=False)
async def read_keys(database: AnyDatabase) -> dict[str, Any]:
    """The public keys of access tokens."""
    async with database.control() as session:
        return await signing.published(session)


@router.get("/internal/tenants", dependencies=[internal()], include_in_schema=False)
async def list_tenants(database: AnyDatabase) -> list[KnownTenantRead]:
    """Every tenant, for services that catch up."""
    async with database.control() as session:
        tenants = await directory.everyone(session)
    return [KnownTenantRead(id=tenant.id, profile=ProfileRead.model_validate(tenant)) for tenant in tenants]


@router.get(
    "/internal/tenants/{tenant}",
    dependencies=[internal()],
    include_in_schema=False,
    responses=documented(TenantUnknown),
)
async def read_tenant(tenant: str, database: AnyDatabase, identity: Kit) -> TenantRead:
    """Whether there is such a tenant here."""
    async with database.control() as session:
        return TenantRead.of(await directory.get(session, tenant), identity.policy.application)
