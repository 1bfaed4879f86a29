"""Leave that people have every year, by the policy they are under."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from business_hrms.services import leave_year
from business_hrms.services.leave_year import MakeLeaveYears
from servicekit import jobs
from servicekit.testing.running import Running

POLICIES = "/hrms/leave-policies"
Hire = Callable[..., Awaitable[dict[str, Any]]]
Make = Callable[..., Awaitable[dict[str, Any]]]
WithLeave = Callable[..., Awaitable[Any]]
OfYear = Callable[[dict[str, Any]], Awaitable[list[dict[str, Any]]]]


@pytest.fixture
def given(client: httpx.AsyncClient) -> OfYear:
    """Somebody's allocations, the first one first."""

    async def look(employee: dict[str, Any]) -> list[dict[str, Any]]:
        params = {"employee_id": employee["id"], "sort": "from"}
        items: list[dict[str, Any]] = (await client.get("/hrms/leave-allocations", params=params)).json()[
            "items"
        ]
        return items

    return look


async def run(running: Running, client: httpx.AsyncClient, as_of: str) -> dict[str, Any]:
    answer = await client.post(f"{POLICIES}/run", json={"as_of": as_of})
    assert answer.status_code == 202, answer.text
    await running.settle()
    job: dict[str, Any] = (await client.get(answer.headers["location"])).json()
    assert job["state"] == "done"
    return job


async def policy(make: Make, name: str, kind: dict[str, Any], days: str, **line: Any) -> dict[str, Any]:
    return await make(
        "leave-policies", name=name, lines=[{"leave_type_id": kind["id"], "days": days, **line}]
    )


async def test_a_policy_is_made_read_changed_and_deleted(
    client: httpx.AsyncClient, make: Make, leave: WithLeave
) -> None:
    annual = await leave()
    line = {"leave_type_id": annual.kind["id"], "days": "25", "frequency": None}
    made = await client.post(POLICIES, json={"name": "Standard", "lines": [line]})
    assert (made.status_code, made.json()["lines"]) == (201, [line])
    path = made.headers["location"]
    assert (await client.get(path)).json() == made.json()
    earned = line | {"days": "24", "frequency": "monthly"}
    changed = await client.patch(path, json={"lines": [earned]}, headers={"if-match": '"1"'})
    assert (changed.json()["lines"], changed.headers["etag"]) == ([earned], '"2"')
    assert (await client.patch(path, json={"name": "X"}, headers={"if-match": '"1"'})).status_code == 412
    assert [item["name"] for item in (await client.get(POLICIES)).json()["items"]] == ["Standard"]
    again = await client.post(POLICIES, json={"name": "standard", "lines": [line]})
    assert (again.status_code, again.json()["code"]) == (409, "hrms.leave_policy_name_taken")
    used = await client.delete(f"/hrms/leave-types/{annual.kind['id']}")
    assert (used.status_code, used.json()["code"]) == (409, "hrms.leave_type_in_use")
    assigned = await make(f"leave-policies/{made.json()['id']}/assignments", **{"from": "2026-01-01"})
    assert (await client.delete(path)).json()["code"] == "hrms.leave_policy_in_use"
    listed = (await client.get(f"{path}/assignments")).json()["items"]
    assert listed == [assigned]
    assert (await client.delete(f"{path}/assignments/{assigned['id']}")).status_code == 204
    assert (await client.delete(path)).status_code == 204


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"lines": []}, "invalid"),
        ({"lines": "twice"}, "invalid"),
        (
            {"lines": [{"leave_type_id": "00000000-0000-7000-8000-000000000000", "days": "1"}]},
            "hrms.leave_type_unknown",
        ),
    ],
)
async def test_a_policy_that_makes_no_sense_is_refused(
    client: httpx.AsyncClient, leave: WithLeave, body: dict[str, Any], code: str
) -> None:
    if body["lines"] == "twice":
        body = {"lines": [{"leave_type_id": (await leave()).kind["id"], "days": "1"}] * 2}
    answer = await client.post(POLICIES, json={"name": "X", **body})
    assert (answer.status_code, answer.json()["code"]) == (422, code)


@pytest.mark.parametrize(
    ("scope", "code"),
    [
        ({"employee_id": "00000000-0000-7000-8000-000000000000"}, "hrms.employee_unknown"),
        ({"department_id": "00000000-0000-7000-8000-000000000000"}, "hrms.department_unknown"),
        ({"employment_type": "pirate"}, "invalid"),
        (
            {"employment_type": "intern", "department_id": "00000000-0000-7000-8000-000000000000"},
            "invalid",
        ),
    ],
)
async def test_an_assignment_to_nobody_is_refused(
    client: httpx.AsyncClient, make: Make, leave: WithLeave, scope: dict[str, str], code: str
) -> None:
    made = await policy(make, "Standard", (await leave()).kind, "25")
    answer = await client.post(f"{POLICIES}/{made['id']}/assignments", json={"from": "2026-01-01", **scope})
    assert (answer.status_code, answer.json()["code"]) == (422, code)


async def test_a_year_is_given_once_by_the_closest_policy(
    running: Running, client: httpx.AsyncClient, make: Make, leave: WithLeave, hire: Hire, given: OfYear
) -> None:
    kind = (await leave()).kind
    sales = await make("departments", name="Sales")
    field = await make("departments", name="Field", parent_id=sales["id"])
    people = {
        "25": await hire(),
        "28": await hire(department_id=field["id"]),
        "10": await hire(employment_type="intern"),
        "30": await hire(department_id=field["id"], employment_type="intern"),
    }
    scopes: dict[str, dict[str, str]] = {
        "25": {},
        "28": {"department_id": sales["id"]},
        "10": {"employment_type": "intern"},
        "30": {"employee_id": people["30"]["id"]},
    }
    for days, scope in scopes.items():
        made = await policy(make, days, kind, days)
        await make(f"leave-policies/{made['id']}/assignments", **{"from": "2025-01-01"}, **scope)
    first = await run(running, client, "2026-06-01")
    assert (first["done"], first["counts"]) == (5, {"allocations": 5})  # the leave fixture's employee, too
    for days, employee in people.items():
        (one,) = await given(employee)
        assert (one["from"], one["to"], one["days"]) == ("2026-01-01", "2026-12-31", days)
        assert one["policy_id"] is not None
    again = await run(running, client, "2026-12-31")
    assert again["counts"] == {"allocations": 0}


async def test_many_runs_at_once_give_once(
    running: Running,
    client: httpx.AsyncClient,
    make: Make,
    leave: WithLeave,
    given: OfYear,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(leave_year, "AT_ONCE", 1)
    annual = await leave()
    made = await policy(make, "Standard", annual.kind, "25")
    await make(f"leave-policies/{made['id']}/assignments", **{"from": "2025-01-01"})
    runs = (client.post(f"{POLICIES}/run", json={"as_of": "2026-06-01"}) for _ in range(10))
    assert {answer.status_code for answer in await asyncio.gather(*runs)} == {202}
    await running.settle()
    assert len(await given(annual.employee)) == 1
    assert (await annual.balance("2026-06-01"))["available"] == "25"


async def test_who_joins_or_leaves_within_the_year_has_a_share_of_it(
    running: Running, client: httpx.AsyncClient, make: Make, leave: WithLeave, hire: Hire, given: OfYear
) -> None:
    kind = (await leave(rounding="0.5")).kind
    made = await policy(make, "Standard", kind, "24")
    await make(f"leave-policies/{made['id']}/assignments", **{"from": "2025-01-01"})
    joiner = await hire(date_of_joining="2026-07-01")
    late = await hire(date_of_joining="2026-12-20")
    leaver = await hire()
    await make(f"employees/{leaver['id']}/terminate", last_day="2026-03-31")
    gone = await hire()
    await make(f"employees/{gone['id']}/terminate", last_day="2025-12-31")
    await run(running, client, "2026-01-01")
    assert [(await given(one))[0]["days"] for one in (joiner, late, leaver)] == ["12", "0.5", "6"]
    assert await given(gone) == []


async def test_earned_leave_by_policy_is_credited_by_the_accruals(
    running: Running, client: httpx.AsyncClient, make: Make, leave: WithLeave, given: OfYear
) -> None:
    annual = await leave()
    made = await policy(make, "Standard", annual.kind, "24", frequency="monthly")
    await make(f"leave-policies/{made['id']}/assignments", **{"from": "2025-01-01"})
    await run(running, client, "2026-01-01")
    (one,) = await given(annual.employee)
    assert (one["days"], one["per_year"], one["frequency"]) == (None, "24", "monthly")
    assert (await client.post("/hrms/accruals/run", json={"as_of": "2026-03-01"})).status_code == 202
    await running.settle()
    assert (await annual.balance("2026-03-01"))["available"] == "6"


async def test_a_policy_that_begins_within_the_year_gives_the_rest_of_it(
    running: Running, client: httpx.AsyncClient, make: Make, leave: WithLeave, given: OfYear
) -> None:
    annual = await leave()
    made = await policy(make, "Standard", annual.kind, "24")
    await make(f"leave-policies/{made['id']}/assignments", **{"from": "2026-10-01"})
    await run(running, client, "2026-01-01")
    (one,) = await given(annual.employee)
    assert (one["from"], one["to"], one["days"]) == ("2026-10-01", "2026-12-31", "6")


async def test_the_next_year_takes_over_what_is_left(
    running: Running, client: httpx.AsyncClient, make: Make, leave: WithLeave
) -> None:
    annual = await leave(carry_forward_cap="10")
    made = await policy(make, "Standard", annual.kind, "25")
    await make(f"leave-policies/{made['id']}/assignments", **{"from": "2025-01-01"})
    await run(running, client, "2025-01-01")
    await run(running, client, "2026-01-01")
    await annual.take("2025-06-01", "2025-06-18")
    balance = await annual.balance("2026-01-01")
    assert (balance["allocated"], balance["carried"], balance["available"]) == ("25", "7", "32")


async def test_who_asked_for_more_than_the_policy_gives_is_named_and_the_rest_go_on(
    running: Running, client: httpx.AsyncClient, make: Make, leave: WithLeave, hire: Hire, given: OfYear
) -> None:
    annual = await leave(allow_negative=True)
    other = await hire()
    await annual.take("2026-05-04", "2026-05-08")
    path, seen = f"/hrms/leave-types/{annual.kind['id']}", {"if-match": '"1"'}
    assert (await client.patch(path, json={"allow_negative": False}, headers=seen)).status_code == 200
    made = await policy(make, "Small", annual.kind, "3")
    await make(f"leave-policies/{made['id']}/assignments", **{"from": "2025-01-01"})
    job = await run(running, client, "2026-01-01")
    assert (job["refused"], job["counts"]) == (1, {"allocations": 1})
    (error,) = (await client.get(job["errors_url"])).json()["items"]
    assert error["code"] == "hrms.allocation_too_small"
    assert annual.employee["employee_no"] in error["detail"]
    assert await given(annual.employee) == []
    assert len(await given(other)) == 1


async def test_every_night_this_year_is_given_and_the_next_once_it_is_near(
    running: Running, tenant: str, client: httpx.AsyncClient, make: Make, leave: WithLeave, given: OfYear
) -> None:
    assert running.service.all_handlers.schedules[MakeLeaveYears] == "10 0 * * *"
    annual = await leave()
    made = await policy(make, "Standard", annual.kind, "25")
    await make(f"leave-policies/{made['id']}/assignments", **{"from": "2020-01-01"})
    now = datetime.now(UTC)
    following = now.month % 12 + 1  # the leave year begins next month, within two
    settings = {"approval": [{"approver": "manager"}], "year_starts_in": following}
    changed = await client.put("/hrms/leave-settings", json=settings, headers={"if-match": '"1"'})
    assert changed.json()["year_starts_in"] == following
    for _ in range(2):
        async with running.database.tenant(running.context(tenant)) as session:
            jobs.add(session, MakeLeaveYears())
            await session.commit()
        await running.settle()
    years = await given(annual.employee)
    assert [one["from"][5:] for one in years] == [f"{following:02}-01"] * 2
    assert years[0]["to"] < years[1]["from"]


async def test_a_year_costs_as_many_statements_for_one_as_for_many(
    running: Running,
    client: httpx.AsyncClient,
    make: Make,
    leave: WithLeave,
    hire: Hire,
    statements: list[str],
) -> None:
    annual = await leave(carry_forward_cap="5")
    made = await policy(make, "Standard", annual.kind, "25")
    await make(f"leave-policies/{made['id']}/assignments", **{"from": "2020-01-01"})
    counts = []
    for year in (2025, 2026):
        for _ in range(20 if year == 2026 else 0):
            await hire()
        assert (await client.post(f"{POLICIES}/run", json={"as_of": f"{year}-01-01"})).status_code == 202
        statements.clear()
        await running.settle()
        counts.append(len(statements))
    assert counts[1] <= counts[0] + 1  # a second year has something to carry
