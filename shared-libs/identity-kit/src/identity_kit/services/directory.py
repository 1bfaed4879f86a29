"""The directory of tenants: which there are, and which services are ready for them."""

from collections.abc import Sequence

from contracts.facts import TenantSchemaReady
from contracts.jobs import SendMail
from servicekit import jobs
from servicekit.db import ControlSession, ReadSession, TenantSession
from servicekit.errors import NotFound
from servicekit.fleet import fleet
from servicekit.records import Tenant
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from identity_kit.identity import Identity
from identity_kit.models.directory import AccountAddress, TenantService
from identity_kit.throttle import MAILS_TO_ADDRESS


class TenantUnknown(NotFound):
    code = "user.tenant_unknown"

    def __init__(self) -> None:
        super().__init__("There is no such organisation.")


async def get(session: ReadSession | ControlSession, id_: str | None) -> Tenant:
    """A tenant that has not been deleted.

    Raises:
        TenantUnknown
    """
    tenant = await session.scalar(select(Tenant).where(Tenant.id == id_, Tenant.status != "deleted"))
    if tenant is None:
        raise TenantUnknown
    return tenant


async def everyone(session: ControlSession) -> Sequence[Tenant]:
    """All tenants that have not been deleted."""
    return (await session.scalars(select(Tenant).where(Tenant.status != "deleted").order_by(Tenant.id))).all()


async def services(session: ReadSession | TenantSession, identity: Identity, tenant: str) -> dict[str, str]:
    """Per module of the application, whether it is `ready` for a tenant or still `provisioning`."""
    ready = set(await session.scalars(select(TenantService.service).where(TenantService.tenant == tenant)))
    ready.add(identity.entry.name)  # its schema is made by the registration itself
    return {
        entry.prefix: "ready" if entry.name in ready else "provisioning"
        for entry in fleet().built
        if entry.application == identity.policy.application
    }


async def first_organisation(session: ControlSession, email: str) -> str | None:
    """One of the organisations in use in which an address has an account."""
    return await session.scalar(
        select(AccountAddress.tenant)
        .join(Tenant, Tenant.id == AccountAddress.tenant)
        .where(AccountAddress.address == email.lower(), Tenant.status == "active")
        .limit(1)
    )


async def mail_organisations(session: TenantSession, identity: Identity, email: str) -> None:
    """Have an address mailed the list of its organisations, in the name of one of them."""
    if await identity.throttle.add(MAILS_TO_ADDRESS, email.lower()) <= MAILS_TO_ADDRESS.most:
        jobs.add(session, SendMail(purpose="organisations", address=email))


async def is_ready(session: ControlSession, tenant: str, fact: TenantSchemaReady) -> None:
    """Note that a service has a tenant's schema."""
    row = {"revision": fact.revision, "ready_at": func.now()}
    statement = insert(TenantService).values(tenant=tenant, service=fact.service, **row)
    key = [TenantService.tenant, TenantService.service]
    await session.execute(statement.on_conflict_do_update(index_elements=key, set_=row))
