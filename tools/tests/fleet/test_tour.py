"""The main job: from a fresh fleet to an employee, through the gateway."""

import asyncio
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
from fleet.supervision import Supervisor
from fleet.testing import PASSWORD, Organisation, RunningFleet


async def mails_to(folder: Path, address: str) -> list[Any]:
    """Mails to an address, once there is one."""
    async with asyncio.timeout(30):
        while True:
            mails = [
                message_from_bytes(path.read_bytes(), policy=policy.default)
                for path in sorted(folder.glob("**/*.eml"))
            ]
            if found := [mail for mail in mails if address in str(mail["to"])]:
                return found
            await asyncio.sleep(0.05)


async def test_an_employee_is_created_listed_stored_in_the_tenants_schema_and_mailed(
    running_fleet: RunningFleet, acme: Organisation
) -> None:
    wish = {
        "first_name": "Grace",
        "last_name": "Hopper",
        "email": f"grace@{acme.id}.test",
        "date_of_joining": "2026-03-02",
        "position": "Engineer",
    }
    hired = await acme.client.post("/hrms/employees", json=wish)
    assert hired.status_code == 201, hired.text
    assert hired.headers["location"] == f"/hrms/employees/{hired.json()['id']}"
    assert hired.headers["etag"]

    listing = await acme.client.get("/hrms/employees", params={"q": "hopper", "total": "true"})
    assert (listing.json()["total"], listing.json()["items"][0]["email"]) == (1, wish["email"])

    rows = await running_fleet.query(
        "app1_hrms", f"SELECT email FROM tenant_{acme.id}.employees WHERE id::text = $1", hired.json()["id"]
    )
    assert [row["email"] for row in rows] == [wish["email"]]

    (mail,) = await mails_to(running_fleet.place.dev / "mail", wish["email"])
    text = mail.get_body(("plain",)).get_content()
    assert "Grace" in text
    assert f"{acme.id} Ltd" in text


async def test_the_fact_of_hiring_stands_in_the_outbox_once(
    running_fleet: RunningFleet, acme: Organisation
) -> None:
    rows = await running_fleet.query(
        "app1_hrms",
        "SELECT data->>'email' AS email FROM control.outbox WHERE type = $1 AND tenant = $2",
        "hrms.employee_hired.v1",
        acme.id,
    )
    assert [row["email"] for row in rows].count("marker@acme.test") == 1


async def test_an_invited_person_gets_a_mail_accepts_once_and_signs_in(
    running_fleet: RunningFleet, acme: Organisation
) -> None:
    address = f"linus{uuid4().hex[:6]}@{acme.id}.test"
    invited = await acme.client.post("/user/invitations", json={"email": address, "role": "employee"})
    assert invited.status_code == 201, invited.text
    (mail,) = await mails_to(running_fleet.place.dev / "mail", address)
    link = next(word for word in mail.get_body(("plain",)).get_content().split() if word.startswith("http"))
    token = httpx.URL(link).fragment.removeprefix("token=")
    async with httpx.AsyncClient(base_url=running_fleet.gateway) as client:
        accept = {"token": token, "name": "Linus", "password": PASSWORD}
        headers = {"x-tenant-id": acme.id}
        accepted = await client.post("/user/invitations/accept", json=accept, headers=headers)
        assert accepted.is_success, accepted.text
        again = await client.post("/user/invitations/accept", json=accept, headers=headers)
        assert 400 <= again.status_code < 500
        access = await running_fleet.log_in(client, acme.id, address)
        me = await client.get("/user/me", headers={"authorization": f"Bearer {access}"})
        assert me.json()["email"] == address
        refused = await client.post(
            "/hrms/departments", json={"name": "x"}, headers={"authorization": f"Bearer {access}"}
        )
        assert (refused.status_code, refused.json()["code"]) == (403, "permission_missing")


async def test_a_signed_out_session_cannot_be_refreshed(
    running_fleet: RunningFleet, acme: Organisation
) -> None:
    headers = {"x-tenant-id": acme.id}
    async with httpx.AsyncClient(base_url=running_fleet.gateway) as client:
        credentials = {"email": f"owner@{acme.id}.test", "password": PASSWORD}
        tokens = (await client.post("/user/login", json=credentials, headers=headers)).json()
        renewal = {"refresh_token": tokens["refresh_token"]}
        renewed = await client.post("/user/refresh", json=renewal, headers=headers)
        assert renewed.status_code == 200
        bearer = {"authorization": f"Bearer {renewed.json()['access_token']}"}
        assert (await client.post("/user/logout", headers=bearer)).is_success
        renewal = {"refresh_token": renewed.json()["refresh_token"]}
        assert (await client.post("/user/refresh", json=renewal, headers=headers)).status_code == 401


async def test_a_registration_cut_short_and_repeated_gives_one_usable_tenant(
    running_fleet: RunningFleet,
) -> None:
    """The user-service is killed at ever later moments of a registration, and the client tries again."""
    for attempt in range(6):
        tenant = f"cut{attempt}x{uuid4().hex[:8]}"
        wish = {
            "tenant": tenant,
            "organisation": "Cut Ltd",
            "name": "Ada",
            "email": f"owner@{tenant}.test",
            "password": PASSWORD,
        }
        async with httpx.AsyncClient(base_url=running_fleet.gateway, timeout=30) as client:
            headers = {"x-application": "business"}
            first = asyncio.create_task(client.post("/user/register", json=wish, headers=headers))
            await asyncio.wait({first}, timeout=attempt * 0.06)
            await running_fleet.kill("app1-user-service")
            await asyncio.gather(first, return_exceptions=True)
            async with asyncio.timeout(120):
                while True:
                    answer = await client.post("/user/register", json=wish, headers=headers)
                    if answer.status_code in {201, 409}:
                        break
                    assert answer.status_code in {502, 503}, answer.text
                    await asyncio.sleep(0.1)
                token = await running_fleet.log_in(client, tenant, wish["email"])
                bearer = {"authorization": f"Bearer {token}"}
                while True:
                    state = (await client.get("/user/tenant", headers=bearer)).json()
                    if set(state.get("services", {}).values()) == {"ready"}:
                        break
                    await asyncio.sleep(0.1)
            listing = await client.get("/hrms/employees", headers=bearer)
            assert listing.json()["items"] == []
        rows = await running_fleet.query("app1_user", "SELECT 1 FROM control.tenant WHERE id = $1", tenant)
        assert len(rows) == 1
        owners = await running_fleet.query("app1_user", f"SELECT 1 FROM tenant_{tenant}.users")
        assert len(owners) == 1


async def test_a_killed_service_comes_back_and_loses_nothing_acknowledged(
    running_fleet: RunningFleet, rival: Organisation
) -> None:
    acknowledged = []
    for n in range(30):
        if n % 10 == 5:
            await running_fleet.kill("app1-hrms-service")
        wish = {
            "first_name": "No",
            "last_name": f"Number {n}",
            "email": f"n{n}@{rival.id}.test",
            "date_of_joining": "2026-01-05",
        }
        answer = await rival.client.post("/hrms/employees", json=wish)
        if answer.status_code == 201:
            acknowledged.append(wish["email"])
        else:
            assert answer.status_code in {502, 503}, answer.text
    assert acknowledged
    async with asyncio.timeout(120):
        while (await rival.client.get("/hrms/departments")).status_code != 200:
            await asyncio.sleep(0.1)
    listing = await rival.client.get("/hrms/employees", params={"limit": "100"})
    stored = {employee["email"] for employee in listing.json()["items"]}
    assert set(acknowledged) <= stored
    for address in acknowledged:
        assert len(await mails_to(running_fleet.place.dev / "mail", address)) >= 1


def test_commands_show_what_runs_and_where(running_fleet: RunningFleet) -> None:
    status = running_fleet.run("status")
    assert all(name in status for name in ("api-gateway", "app1-hrms-service", "postgres", "valkey"))
    assert "employees" in running_fleet.run("psql", "app1_hrms", "-Atc", "SELECT tablename FROM pg_tables")
    assert "acme.test" in running_fleet.run("mail")


async def test_the_second_up_changes_nothing(running_fleet: RunningFleet) -> None:
    before = Supervisor(running_fleet.place.dev).states()["app1-hrms-service"]["pid"]
    assert "was up already" in running_fleet.run("up")
    assert Supervisor(running_fleet.place.dev).states()["app1-hrms-service"]["pid"] == before
