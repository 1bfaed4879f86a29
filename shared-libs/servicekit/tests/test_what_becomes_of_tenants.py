from uuid import uuid4

from contracts.facts import TenantClosed, TenantRegistered, TenantUpdated
from servicekit.queue import Queue
from servicekit.records import Tenant
from servicekit.testing.running import Running


async def known(running: Running, tenant: str) -> Tenant | None:
    async with running.database.control() as session:
        return await session.get(Tenant, tenant)


def called(name: str) -> TenantUpdated:
    return TenantUpdated(organisation=name, country="DE", time_zone="Europe/Berlin", locale="de-DE")


async def test_what_the_directory_says_of_a_tenant_is_kept_and_what_is_older_is_not(
    running: Running, tenant: str
) -> None:
    await running.hear(called("Newer"), tenant=tenant, version=3)
    await running.hear(called("Older"), tenant=tenant, version=2)
    row = await known(running, tenant)
    assert row is not None
    assert (row.name, row.time_zone, row.currency, row.version) == ("Newer", "Europe/Berlin", "GBP", 3)


async def test_a_registration_heard_late_does_not_undo_what_is_known_since(
    running: Running, tenant: str
) -> None:
    await running.hear(called("Newer"), tenant=tenant, version=2)
    about = TenantRegistered(organisation="x", country="GB", currency="GBP", time_zone="UTC", locale="en")
    await running.hear(about, tenant=tenant, version=1)
    row = await known(running, tenant)
    assert row is not None
    assert row.name == "Newer"


async def test_what_is_heard_before_the_registration_waits_for_it(running: Running) -> None:
    tenant = f"t{uuid4().hex[:12]}"
    queue = Queue(running.redis, running.service.name)
    before = (await queue.depth()).delayed
    await running.hear(called("Early"), tenant=tenant, version=1)
    assert (await queue.depth()).delayed == before + 1
    assert await known(running, tenant) is None


async def test_a_tenant_closed_in_the_directory_is_suspended_here(running: Running, tenant: str) -> None:
    await running.hear(TenantClosed(), tenant=tenant, version=4)
    row = await known(running, tenant)
    assert row is not None
    assert row.status == "suspended"
