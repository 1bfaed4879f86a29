from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest
from servicekit.testing.running import Running

EMPLOYEES = "/hrms/employees"
Hire = Callable[..., Awaitable[dict[str, Any]]]
SignIn = Callable[..., Awaitable[httpx.AsyncClient]]


@pytest.fixture
async def team(hire: Hire) -> dict[str, dict[str, Any]]:
    """Chief, who leads Head, who leads Clerk; and Other, who is nobody's."""
    people = {"Chief": await hire(last_name="Chief")}
    people["Head"] = await hire(last_name="Head", manager_id=people["Chief"]["id"])
    people["Clerk"] = await hire(last_name="Clerk", manager_id=people["Head"]["id"])
    people["Other"] = await hire(last_name="Other")
    return people


@pytest.mark.parametrize(
    ("who", "role", "seen"),
    [
        ("Chief", "manager", {"Chief", "Head", "Clerk"}),
        ("Head", "manager", {"Head", "Clerk"}),
        ("Head", "employee", {"Head", "Clerk"}),
        ("Clerk", "employee", {"Clerk"}),
        (None, "employee", set()),
        ("Clerk", "hr", {"Chief", "Head", "Clerk", "Other"}),
        (None, "payroll", {"Chief", "Head", "Clerk", "Other"}),
    ],
)
async def test_one_sees_oneself_and_those_below_and_hr_sees_all(
    sign_in: SignIn, team: dict[str, dict[str, Any]], who: str | None, role: str, seen: set[str]
) -> None:
    async with await sign_in(team[who] if who else None, role) as viewer:
        listed = (await viewer.get(EMPLOYEES, params={"total": True})).json()
        assert ({item["last_name"] for item in listed["items"]}, listed["total"]) == (seen, len(seen))
        found = (await viewer.get(EMPLOYEES, params={"q": "grace"})).json()["items"]
        assert {item["last_name"] for item in found} == seen
        chart = (await viewer.get("/hrms/org-chart")).json()["items"]
        assert {node["last_name"] for node in chart} == seen
        for name, employee in team.items():
            for path in ("", "/history", "/reports"):
                answer = await viewer.get(f"{EMPLOYEES}/{employee['id']}{path}")
                assert answer.status_code == (200 if name in seen else 404), (name, path)


async def test_a_team_is_that_of_today(
    sign_in: SignIn, client: httpx.AsyncClient, team: dict[str, dict[str, Any]]
) -> None:
    path = f"{EMPLOYEES}/{team['Clerk']['id']}/job-changes"
    await client.post(path, json={"valid_from": "2190-01-01", "manager_id": team["Other"]["id"]})
    async with await sign_in(team["Other"], "manager") as other:
        assert len((await other.get(EMPLOYEES)).json()["items"]) == 1
        await client.post(path, json={"valid_from": "2021-01-01", "manager_id": team["Other"]["id"]})
        assert len((await other.get(EMPLOYEES)).json()["items"]) == 2


async def test_who_may_export_a_team_exports_no_more(
    running: Running, tenant: str, sign_in: SignIn, team: dict[str, dict[str, Any]]
) -> None:
    async with await sign_in(team["Head"], "manager") as head:
        assert (await head.get(f"{EMPLOYEES}/export")).status_code == 403
    context = running.context(tenant, roles=["employee"])
    allowed = context.model_copy(update={"permissions": context.permissions | {"hrms.employee.export"}})
    async with running.client(allowed) as nobody:
        assert len((await nobody.get(f"{EMPLOYEES}/export")).text.splitlines()) == 1
