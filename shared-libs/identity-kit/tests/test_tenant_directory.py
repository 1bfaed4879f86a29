import httpx
import pytest
from contracts.context import TenantContext
from contracts.facts import TenantSchemaReady
from organisation import Organisation
from servicekit import facts
from servicekit.fleet import fleet
from servicekit.testing.running import Running


@pytest.fixture
def gateway(running: Running) -> httpx.AsyncClient:
    return running.client(TenantContext(kind="service", application="business"))


async def test_a_tenant_is_known_by_its_id(acme: Organisation, gateway: httpx.AsyncClient) -> None:
    answer = await gateway.get(f"/user/internal/tenants/{acme.tenant}")
    known = {"id": acme.tenant, "name": "Acme Ltd", "application": "business", "status": "active"}
    assert (answer.status_code, answer.json()) == (200, known)


async def test_an_unknown_tenant_is_404(gateway: httpx.AsyncClient) -> None:
    answer = await gateway.get("/user/internal/tenants/nobody")
    assert (answer.status_code, answer.json()["code"]) == (404, "user.tenant_unknown")


async def test_services_that_catch_up_get_every_tenant_with_its_profile(
    acme: Organisation, gateway: httpx.AsyncClient
) -> None:
    known = {
        tenant["id"]: tenant["profile"] for tenant in (await gateway.get("/user/internal/tenants")).json()
    }
    assert known[acme.tenant] == {
        "organisation": "Acme Ltd",
        "country": "GB",
        "currency": "GBP",
        "time_zone": "Europe/London",
        "locale": "en-GB",
    }


async def test_a_service_is_ready_once_it_has_said_so(acme: Organisation, running: Running) -> None:
    ada = await acme.owner()
    before = (await ada.get("/user/tenant")).json()
    assert (before["id"], before["name"], before["status"]) == (acme.tenant, "Acme Ltd", "active")
    assert before["services"]["user"] == "ready"
    assert before["services"]["hrms"] == "provisioning"
    await say_ready(running, acme.tenant, "app1-hrms-service")
    await say_ready(running, acme.tenant, "app1-hrms-service")
    assert (await ada.get("/user/tenant")).json()["services"]["hrms"] == "ready"


async def test_every_built_service_of_the_application_is_listed(acme: Organisation) -> None:
    services = (await (await acme.owner()).get("/user/tenant")).json()["services"]
    assert set(services) == {entry.prefix for entry in fleet().built if entry.application == "business"}


async def say_ready(running: Running, tenant: str, service: str) -> None:
    async with running.database.control() as session:
        facts.tell(
            session,
            TenantSchemaReady(service=service, revision="hrms:0001"),
            tenant=tenant,
            application="business",
            actor=None,
            aggregate=tenant,
            version=0,
        )
        await session.commit()
    await running.settle()
