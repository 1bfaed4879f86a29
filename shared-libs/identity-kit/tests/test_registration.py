import asyncio
from typing import Any

import asyncpg
import httpx
import pytest
from identity_kit.service import identity_service
from identity_kit.settings import IdentitySettings
from organisation import PASSWORD, Organisation, anonymous, new_id, registration
from servicekit.app import create_app
from servicekit.records import Tenant
from servicekit.testing.running import Running
from sqlalchemy import event, select, text

REGISTER = "/user/register"


async def test_registering_makes_an_organisation_its_schema_and_its_owner(
    stranger: httpx.AsyncClient, running: Running
) -> None:
    tenant = new_id()
    answer = await stranger.post(REGISTER, json=registration(tenant))
    assert answer.status_code == 201, answer.text
    body = answer.json()
    assert body["tenant"] == {
        "id": tenant,
        "name": "Acme Ltd",
        "application": "business",
        "status": "active",
    }
    assert (body["user"]["email"], body["user"]["roles"]) == ("ada@acme.test", ["owner"])
    async with running.database.control() as session:
        owners = await session.execute(text(f"SELECT id, email FROM tenant_{tenant}.users"))
        assert [(str(id_), email) for id_, email in owners] == [(body["user"]["id"], "ada@acme.test")]


async def test_of_twenty_registrations_of_one_name_one_succeeds(stranger: httpx.AsyncClient) -> None:
    tenant = new_id()
    answers = await asyncio.gather(
        *(stranger.post(REGISTER, json=registration(tenant, email=f"a{n}@acme.test")) for n in range(20))
    )
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 19
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {"user.tenant_taken"}


async def test_a_registration_tells_the_other_services_once(acme: Organisation) -> None:
    told = await acme.rows(
        "SELECT type, data FROM control.outbox WHERE tenant = $1 AND kind = 'fact' ORDER BY type", acme.tenant
    )
    assert [row["type"] for row in told] == ["tenant.registered.v1", "user.account_activated.v1"]
    assert PASSWORD not in str(told)


async def test_cut_at_any_step_and_repeated_there_is_one_usable_tenant(
    stranger: httpx.AsyncClient, running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The connection breaks before the first, second, third … statement of the registration."""
    tenant = new_id()
    execute = asyncpg.Connection.execute
    engine = running.database._writer.sync_engine
    cut_before, statements = 0, 0

    def cut(*_: object) -> None:
        nonlocal statements
        statements += 1
        if statements > cut_before:
            raise ConnectionResetError

    async def migrate(connection: Any, statement: str) -> Any:
        if statement not in {"BEGIN;", "COMMIT;", "ROLLBACK;"}:
            cut()
        return await execute(connection, statement)

    answer = None
    while answer is None or answer.status_code != 201:
        statements = 0
        event.listen(engine, "before_cursor_execute", cut)
        with monkeypatch.context() as patch:
            patch.setattr(asyncpg.Connection, "execute", migrate)
            answer = await stranger.post(REGISTER, json=registration(tenant))
        event.remove(engine, "before_cursor_execute", cut)
        if answer.status_code != 201:
            assert answer.status_code == 503, answer.text
            async with running.database.control() as session:
                assert await session.scalar(select(Tenant).where(Tenant.id == tenant)) is None
                schemas = text("SELECT count(*) FROM pg_namespace WHERE nspname = :name")
                assert await session.scalar(schemas, {"name": f"tenant_{tenant}"}) == 0
            cut_before += 1
    assert cut_before > 50
    visitor = running.client(anonymous(running, tenant))
    credentials = {"email": "ada@acme.test", "password": PASSWORD}
    assert (await visitor.post("/user/login", json=credentials)).status_code == 200


async def test_an_idempotency_key_gives_the_first_answer_again(stranger: httpx.AsyncClient) -> None:
    tenant = new_id()
    headers = {"idempotency-key": f"k-{tenant}"}
    first = await stranger.post(REGISTER, json=registration(tenant), headers=headers)
    again = await stranger.post(REGISTER, json=registration(tenant), headers=headers)
    assert (first.status_code, again.status_code, again.content) == (201, 201, first.content)
    other = await stranger.post(REGISTER, json=registration(tenant, name="Mallory"), headers=headers)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


async def test_with_one_key_many_at_once_make_one_tenant(stranger: httpx.AsyncClient) -> None:
    tenant = new_id()
    headers = {"idempotency-key": f"k-{tenant}"}
    answers = await asyncio.gather(
        *(stranger.post(REGISTER, json=registration(tenant), headers=headers) for _ in range(20))
    )
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} <= {"request_in_flight"}
    assert len({answer.content for answer in answers if answer.status_code == 201}) == 1


@pytest.mark.parametrize(
    "tenant",
    ["", "Acme", "a-b", "a b", "_a", "a_", "www", "api", "admin", "app", "x" * 41, "a;drop", "é", None],
)
async def test_an_id_of_another_form_is_422(stranger: httpx.AsyncClient, tenant: str | None) -> None:
    answer = await stranger.post(REGISTER, json=registration("x") | {"tenant": tenant})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/tenant")


@pytest.mark.parametrize(
    "changes",
    [
        {"email": "no-address"},
        {"email": "ada@acme.test\r\nBcc: all@acme.test"},
        {"password": "short"},
        {"password": "x" * 257},
        {"organisation": " "},
        {"name": "a\x00b"},
        {"name": "a\u0085Bcc: b"},
        {"organisation": "a\u2028Bcc: b"},
        {"email": "a..b@acme.test"},
        {"email": ".a@acme.test"},
        {"country": "gb"},
        {"currency": "Pound"},
        {"time_zone": "Europe/Atlantis"},
        {"locale": "English"},
    ],
)
async def test_what_makes_no_sense_is_422(stranger: httpx.AsyncClient, changes: dict[str, str]) -> None:
    answer = await stranger.post(REGISTER, json=registration(new_id(), **changes))
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, f"/{next(iter(changes))}")


async def test_the_same_address_in_two_tenants_is_two_accounts(
    acme: Organisation, stranger: httpx.AsyncClient, running: Running
) -> None:
    tenant = new_id()
    await stranger.post(REGISTER, json=registration(tenant, password="another secret entirely"))
    visitor = running.client(anonymous(running, tenant))
    credentials = {"email": "ada@acme.test", "password": PASSWORD}
    assert (await visitor.post("/user/login", json=credentials)).status_code == 401
    assert (await acme.visitor.post("/user/login", json=credentials)).status_code == 200


async def test_a_fleet_may_want_a_second_factor_of_new_organisations(running: Running) -> None:
    policy = running.app.state.identity.policy
    strict = running.service.settings.model_copy(update={"mfa_roles": frozenset({"owner"})})
    assert isinstance(strict, IdentitySettings)
    service = identity_service(policy, strict)
    app = create_app(service)
    async with app.router.lifespan_context(app):
        there = Running(app, service, running.keys)
        tenant = new_id()
        async with there.client(anonymous(there, None)) as stranger:
            assert (await stranger.post(REGISTER, json=registration(tenant))).status_code == 201
        async with there.client(anonymous(there, tenant)) as visitor:
            credentials = {"email": "ada@acme.test", "password": PASSWORD}
            tokens = (await visitor.post("/user/login", json=credentials)).json()
        assert tokens["second_factor_required"] is True
    misspelt = strict.model_copy(update={"mfa_roles": frozenset({"onwer"})})
    with pytest.raises(ValueError, match="onwer"):
        identity_service(policy, misspelt)
