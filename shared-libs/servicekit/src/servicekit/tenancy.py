"""A tenant's place in one service: whether it may be served, and how it comes to be."""

import time
from collections.abc import Sequence

from contracts.facts import Envelope, TenantClosed, TenantRegistered, TenantSchemaReady, TenantUpdated
from contracts.ids import Application
from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from servicekit import facts
from servicekit.db import ControlSession, Database
from servicekit.errors import Forbidden, Gone, Unavailable
from servicekit.handlers import Handlers
from servicekit.migrations import Stream, head_of, upgrade
from servicekit.records import Tenant
from servicekit.tenant_schema import schema_of

BELIEVED = 10  # seconds that active tenants are taken for such without another look

_INACTIVE = select(Tenant.id).where(Tenant.status != "active")


class TenantProvisioning(Unavailable):
    code = "tenant_provisioning"

    def __init__(self) -> None:
        super().__init__("The organisation is being set up here.", headers={"Retry-After": "1"})


class TenantSuspended(Forbidden):
    code = "tenant_suspended"

    def __init__(self) -> None:
        super().__init__("The organisation is suspended.")


class TenantDeleted(Gone):
    code = "tenant_deleted"

    def __init__(self) -> None:
        super().__init__("The organisation was deleted.")


class Tenants:
    """Which tenants this service can serve now."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._active: set[str] = set()
        self._doubtful = 0.0  # when those are looked at again, by the monotonic clock

    def doubt(self, tenant: str) -> None:
        """Look again next time: something went wrong that a tenant's end would explain."""
        self._active.discard(tenant)

    async def require_active(self, tenant: str) -> None:
        """Pass where the tenant's users may be served.

        Raises:
            TenantProvisioning: its schema is not there yet.
            TenantSuspended: an operator stopped it.
            TenantDeleted
        """
        if await self.require_schema(tenant) == "suspended":
            raise TenantSuspended

    async def require_schema(self, tenant: str) -> str:
        """Pass where the tenant's schema is there, in use or suspended; says which.

        Raises:
            TenantProvisioning: not yet.
            TenantDeleted: not any more.
        """
        await self._forget_inactive()
        if tenant in self._active:
            return "active"
        found = await self._database.look(select(Tenant.status).where(Tenant.id == tenant))
        if not found:
            raise TenantProvisioning
        [status] = found
        if status == "deleted":
            raise TenantDeleted
        if status == "active":
            self._active.add(tenant)
        return status

    async def _forget_inactive(self) -> None:
        """One statement now and then for all tenants, however many there are."""
        now = time.monotonic()
        if not self._active or now < self._doubtful:
            return
        self._doubtful = now + BELIEVED  # those who come while this one looks need not look as well
        try:
            self._active -= set(await self._database.look(_INACTIVE))
        except BaseException:
            self._doubtful = 0.0
            raise


async def provision(
    session: AsyncSession, tenant: str, about: TenantRegistered, streams: Sequence[Stream]
) -> bool:
    """Give a tenant its schema, in the session's transaction. Again is the same as once.

    Returns:
        False where the tenant was deleted: it gets none.
    """
    row = {
        "revision": head_of(streams),
        "name": about.organisation,
        "country": about.country,
        "currency": about.currency,
        "time_zone": about.time_zone,
        "locale": about.locale,
    }
    statement = insert(Tenant).values(id=tenant, **row)
    alive = Tenant.status != "deleted"
    known = {"revision": row["revision"]}  # what the directory said of it since is newer
    statement = statement.on_conflict_do_update(index_elements=[Tenant.id], set_=known, where=alive)
    if await session.scalar(statement.returning(Tenant.id)) is None:
        return False
    connection = await session.connection()
    await connection.run_sync(upgrade, schema_of(tenant), streams)
    return True


async def provision_heard(
    session: ControlSession,
    tenant: str,
    about: TenantRegistered,
    *,
    application: Application,
    service: str,
    streams: Sequence[Stream],
) -> None:
    """Give a tenant of the directory its schema in this service, and tell the directory."""
    if not await provision(session, tenant, about, streams):
        return
    facts.tell(
        session,
        TenantSchemaReady(service=service, revision=head_of(streams)),
        tenant=tenant,
        application=application,
        actor=None,
        aggregate=tenant,
        version=0,
    )


def provisioning(service: str, streams: Sequence[Stream]) -> Handlers:
    """The kit's own ear: what becomes of a tenant in the user-service becomes of it here."""
    handlers = Handlers()

    @handlers.hears_in_control(TenantRegistered)
    async def provision_tenant(session: ControlSession, fact: TenantRegistered, envelope: Envelope) -> None:
        application = envelope.application
        await provision_heard(
            session, envelope.tenant, fact, application=application, service=service, streams=streams
        )

    @handlers.hears_in_control(TenantUpdated)
    async def update_tenant(session: ControlSession, fact: TenantUpdated, envelope: Envelope) -> None:
        about = {
            "name": fact.organisation,
            "country": fact.country,
            "time_zone": fact.time_zone,
            "locale": fact.locale,
            "version": envelope.version,
        }
        known = await session.get(Tenant, envelope.tenant, with_for_update=True)
        if known is None:
            raise TenantProvisioning  # its registration is still on its way
        if known.version < envelope.version:
            await session.execute(update(Tenant).where(Tenant.id == known.id).values(about))

    @handlers.hears_in_control(TenantClosed)
    async def close_tenant(session: ControlSession, _: TenantClosed, envelope: Envelope) -> None:
        known = await session.get(Tenant, envelope.tenant, with_for_update=True)
        if known is None:
            raise TenantProvisioning
        if known.status == "active":
            known.status = "suspended"

    return handlers
