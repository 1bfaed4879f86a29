"""`fleet tenant …` on a running fleet, and what clients of the gateway see of it."""

import asyncio
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from fleet.testing import PASSWORD, Organisation, RunningFleet

WITHIN = 30  # seconds; services believe a status for ten


async def answered(client: httpx.AsyncClient, path: str, status: int, code: str) -> None:
    """Return when a path is answered so."""
    async with asyncio.timeout(WITHIN):
        while True:
            answer = await client.get(path)
            if (answer.status_code, answer.json().get("code")) == (status, code):
                return
            await asyncio.sleep(0.1)


async def test_a_suspended_tenant_is_refused_everywhere_and_served_again(
    running_fleet: RunningFleet,
) -> None:
    paused = await running_fleet.register("business")
    one = (paused.id, "--application", "business")
    for path in ("/hrms/departments", "/user/me"):
        assert (await paused.client.get(path)).status_code == 200
    running_fleet.run("tenant", "suspend", *one)
    for path in ("/hrms/departments", "/user/me"):
        await answered(paused.client, path, 403, "tenant_suspended")
    running_fleet.run("tenant", "resume", *one)
    for path in ("/hrms/departments", "/user/me"):
        assert (await paused.client.get(path)).status_code == 200
    await paused.client.aclose()


async def test_a_deleted_tenant_is_gone_its_id_taken_until_it_is_restored(
    running_fleet: RunningFleet, rival: Organisation, tmp_path: Path
) -> None:
    ended = await running_fleet.register("business")
    department = await ended.client.post("/hrms/departments", json={"name": "Kept"})
    assert department.status_code == 201
    one = (ended.id, "--application", "business")
    archive = str(tmp_path / "ended.tar")
    running_fleet.run("tenant", "export", *one, "--to", archive)
    with pytest.raises(RuntimeError, match="nothing was deleted"):
        running_fleet.run("tenant", "delete", *one, "--confirm", rival.id)
    running_fleet.run("tenant", "delete", *one, "--confirm", ended.id)
    for path in ("/hrms/departments", "/user/me"):
        answer = await ended.client.get(path)
        assert (answer.status_code, answer.json()["code"]) == (410, "tenant_deleted")
    wish = {"tenant": ended.id, "organisation": "Next", "name": "Eve", "email": "eve@next.test"}
    headers = {"x-application": "business"}
    async with httpx.AsyncClient(base_url=running_fleet.gateway, timeout=30) as client:
        taken = await client.post("/user/register", json={**wish, "password": PASSWORD}, headers=headers)
        assert (taken.status_code, taken.json()["code"]) == (409, "user.tenant_taken")

    assert "0 failed" in running_fleet.run("tenant", "restore", archive)
    await running_fleet.log_in(ended.client, ended.id, f"owner@{ended.id}.test")
    departments = (await ended.client.get("/hrms/departments")).json()["items"]
    assert [found["name"] for found in departments] == ["Kept"]
    assert (await rival.client.get("/hrms/departments")).status_code == 200
    await ended.client.aclose()


async def test_a_created_tenants_owner_signs_in_with_the_password_shown_once(
    running_fleet: RunningFleet,
) -> None:
    tenant = f"made{uuid4().hex[:8]}"
    email = f"ada@{tenant}.test"
    who = (tenant, "--application", "school", "--organisation", "Made", "--email", email, "--name", "Ada")
    made = running_fleet.run("tenant", "create", *who)
    password = made.splitlines()[0].rpartition(" ")[2]
    async with httpx.AsyncClient(base_url=running_fleet.gateway, timeout=30) as client:
        headers = {"x-tenant-id": tenant}
        answer = await client.post(
            "/user/login", json={"email": email, "password": password}, headers=headers
        )
        assert answer.status_code == 200, answer.text
    again = running_fleet.run("tenant", "create", *who)
    assert "is there already" in again
    assert password not in again
    listing = running_fleet.run("tenant", "list", "--application", "school").splitlines()
    (line,) = [line for line in listing if line.startswith(tenant)]
    assert ("active" in line, "at head" in line, "missing" in line) == (True, True, False)


def test_a_tenant_that_is_not_there_fails_the_command(running_fleet: RunningFleet) -> None:
    for command in (("suspend", "nobody", "--application", "school"), ("migrate", "nobody")):
        with pytest.raises(RuntimeError, match="no tenant nobody"):
            running_fleet.run("tenant", *command)
