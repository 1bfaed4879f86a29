"""Who is asked to decide on leave, by what the organisation and the leave type say."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest
from servicekit.testing.running import Running

REQUESTS = "/hrms/leave-requests"
SETTINGS = "/hrms/leave-settings"
Hire = Callable[..., Awaitable[dict[str, Any]]]
Make = Callable[..., Awaitable[dict[str, Any]]]
SignIn = Callable[..., Awaitable[httpx.AsyncClient]]
WithLeave = Callable[..., Awaitable[Any]]
Team = dict[str, dict[str, Any]]


@pytest.fixture
async def team(hire: Hire, sign_in: SignIn) -> Team:
    """Chief leads Head, who leads Clerk; all have accounts."""
    people = {"Chief": await hire(last_name="Chief")}
    people["Head"] = await hire(last_name="Head", manager_id=people["Chief"]["id"])
    people["Clerk"] = await hire(last_name="Clerk", manager_id=people["Head"]["id"])
    people["client"] = {name: await sign_in(one, "employee") for name, one in people.items()}
    return people


async def decide(client: httpx.AsyncClient, request: dict[str, Any], word: str = "approve") -> httpx.Response:
    return await client.post(f"{REQUESTS}/{request['id']}/{word}")


def approvers(request: dict[str, Any]) -> list[str]:
    return [step["approver"] for step in request["approval"]]


async def awaiting(client: httpx.AsyncClient) -> list[str]:
    answer = await client.get(REQUESTS, params={"awaits_me": True, "sort": "from"})
    return [item["from"] for item in answer.json()["items"]]


async def test_the_organisations_levels_hold_where_the_type_has_none(
    client: httpx.AsyncClient, leave: WithLeave, team: Team
) -> None:
    shown = await client.get(SETTINGS)
    by_manager = {"approver": "manager", "from_days": "0", "department_id": None}
    assert shown.json() == {"version": 1, "approval": [by_manager], "year_starts_in": 1}
    assert shown.headers["etag"] == '"1"'
    levels = [{"approver": "manager"}, {"approver": "hr", "from_days": "5"}]
    changed = await client.put(SETTINGS, json={"approval": levels}, headers={"if-match": '"1"'})
    assert (changed.status_code, changed.headers["etag"]) == (200, '"2"')
    stale = await client.put(SETTINGS, json={"approval": levels}, headers={"if-match": '"1"'})
    assert stale.status_code == 412
    annual = (await leave(allow_negative=True)).of(team["Clerk"])
    assert approvers((await annual.ask("2026-05-04")).json()) == ["manager"]
    assert approvers((await annual.ask("2026-06-01", "2026-06-05")).json()) == ["manager", "hr"]
    own = (await leave(name="Sick", allow_negative=True, approval=[{"approver": "hr"}])).of(team["Clerk"])
    assert approvers((await own.ask("2026-07-01")).json()) == ["hr"]


async def test_a_level_can_be_a_departments(
    client: httpx.AsyncClient, leave: WithLeave, team: Team, make: Make
) -> None:
    sales = await make("departments", name="Sales")
    field = await make("departments", name="Field", parent_id=sales["id"])
    annual = await leave(
        allow_negative=True,
        approval=[{"approver": "manager"}, {"approver": "hr", "department_id": sales["id"]}],
    )
    clerk = annual.of(team["Clerk"])
    assert approvers((await clerk.ask("2026-05-04")).json()) == ["manager"]
    change = {"valid_from": "2021-01-01", "department_id": field["id"]}
    await make(f"employees/{team['Clerk']['id']}/job-changes", **change)
    assert approvers((await clerk.ask("2026-05-05")).json()) == ["manager", "hr"]
    unknown = {"approval": [{"approver": "hr", "department_id": team["Clerk"]["id"]}]}
    for answer in (
        await client.put(SETTINGS, json=unknown, headers={"if-match": '"1"'}),
        await client.post("/hrms/leave-types", json={"name": "Other", "paid": True, **unknown}),
    ):
        assert (answer.status_code, answer.json()["code"]) == (422, "hrms.department_unknown")


async def test_a_request_says_who_is_asked_and_who_has_decided(leave: WithLeave, team: Team) -> None:
    levels = [{"approver": "manager"}, {"approver": "second_manager"}, {"approver": "hr"}]
    annual = (await leave(allow_negative=True, approval=levels)).of(team["Clerk"])
    asked = (await annual.ask("2026-05-04")).json()
    assert asked["asked"] == {"employee_id": team["Head"]["id"], "name": "Grace Head"}
    second = (await decide(team["client"]["Head"], asked)).json()
    assert second["asked"]["employee_id"] == team["Chief"]["id"]
    third = (await decide(team["client"]["Chief"], asked)).json()
    assert (third["status"], third["asked"]) == ("pending", None)
    final = (await decide(annual.client, asked)).json()
    assert (final["status"], final["asked"]) == ("approved", None)
    assert len({step["decided_by"] for step in final["approval"]}) == 3


async def test_hr_decides_where_nobody_stands_above(leave: WithLeave, team: Team, hire: Hire) -> None:
    levels = [{"approver": "manager"}, {"approver": "second_manager"}, {"approver": "hr"}]
    annual = await leave(allow_negative=True, approval=levels)
    chief = (await annual.of(team["Chief"]).ask("2026-05-04")).json()
    assert (approvers(chief), chief["asked"]) == (["hr"], None)
    assert approvers((await annual.of(team["Head"]).ask("2026-05-04")).json()) == ["manager", "hr"]
    without_account = await hire()
    below = (await annual.of(await hire(manager_id=without_account["id"])).ask("2026-06-01")).json()
    assert (approvers(below), below["asked"]) == (["manager", "hr"], None)
    assert await awaiting(annual.client) == ["2026-05-04", "2026-06-01"]
    own = await team["client"]["Chief"].post(f"{REQUESTS}/{chief['id']}/approve")
    assert (own.status_code, own.json()["code"]) == (403, "hrms.own_leave")


async def test_whoever_is_higher_stands_in_and_hr_too(leave: WithLeave, team: Team) -> None:
    annual = (await leave(allow_negative=True)).of(team["Clerk"])
    for client in (team["client"]["Chief"], annual.client):
        asked = (await annual.ask("2026-05-04")).json()
        assert (await decide(client, asked, "reject")).json()["status"] == "rejected"


async def test_hr_is_not_above_their_own_leave_though_it_is_theirs_to_manage(
    leave: WithLeave, team: Team, sign_in: SignIn
) -> None:
    annual = (await leave(allow_negative=True)).of(team["Head"])
    async with await sign_in(team["Head"], "hr", "manager") as hr:
        asked = await hr.post(REQUESTS, json={**annual.ids, "from": "2026-05-04", "to": "2026-05-04"})
        assert await awaiting(hr) == []
        refused = await decide(hr, asked.json())
        assert (refused.status_code, refused.json()["code"]) == (403, "hrms.own_leave")


async def test_a_new_manager_decides_on_what_was_asked_before(
    leave: WithLeave, team: Team, hire: Hire, make: Make, sign_in: SignIn
) -> None:
    annual = (await leave(allow_negative=True)).of(team["Clerk"])
    asked = (await annual.ask("2026-05-04")).json()
    other = await hire(last_name="Other")
    change = {"valid_from": "2021-01-01", "manager_id": other["id"]}
    await make(f"employees/{team['Clerk']['id']}/job-changes", **change)
    assert (await decide(team["client"]["Head"], asked)).status_code == 404
    async with await sign_in(other, "employee") as manager:
        assert await awaiting(manager) == ["2026-05-04"]
        assert (await decide(manager, asked)).json()["status"] == "approved"


async def test_who_has_left_decides_nothing(leave: WithLeave, team: Team, make: Make) -> None:
    annual = (await leave(allow_negative=True)).of(team["Clerk"])
    asked = (await annual.ask("2026-05-04")).json()
    await make(f"employees/{team['Head']['id']}/terminate", last_day="2021-12-31")
    assert (await annual.client.get(f"{REQUESTS}/{asked['id']}")).json()["asked"] is None
    assert await awaiting(team["client"]["Head"]) == []
    assert (await decide(team["client"]["Head"], asked)).status_code == 403
    assert approvers((await annual.ask("2026-05-05")).json()) == ["hr"]


async def test_one_finds_what_awaits_ones_decision(leave: WithLeave, team: Team) -> None:
    levels = [{"approver": "manager"}, {"approver": "second_manager", "from_days": "2"}]
    annual = (await leave(allow_negative=True, approval=levels)).of(team["Clerk"])
    await annual.ask("2026-05-04")
    long = (await annual.ask("2026-06-01", "2026-06-02")).json()
    await annual.of(team["Chief"]).ask("2026-07-01")
    await annual.take("2026-08-01")
    assert await awaiting(team["client"]["Head"]) == ["2026-05-04", "2026-06-01"]
    assert await awaiting(team["client"]["Clerk"]) == []
    assert await awaiting(annual.client) == ["2026-07-01"]
    await decide(team["client"]["Head"], long)
    assert await awaiting(team["client"]["Head"]) == ["2026-05-04"]
    assert await awaiting(team["client"]["Chief"]) == ["2026-05-04", "2026-06-01"]


async def test_leave_settings_are_hrs(running: Running, tenant: str) -> None:
    async with running.client(running.context(tenant, roles=["manager"])) as manager:
        assert (await manager.get(SETTINGS)).status_code == 200
        body = {"approval": [{"approver": "hr"}]}
        assert (await manager.put(SETTINGS, json=body, headers={"if-match": '"1"'})).status_code == 403
