from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

CALENDAR = "/hrms/team-calendar"
MAY = {"from": "2026-05-01", "to": "2026-05-31"}
Hire = Callable[..., Awaitable[dict[str, Any]]]
Make = Callable[..., Awaitable[dict[str, Any]]]
SignIn = Callable[..., Awaitable[httpx.AsyncClient]]
WithLeave = Callable[..., Awaitable[Any]]


@pytest.fixture
async def team(hire: Hire) -> dict[str, dict[str, Any]]:
    """Chief leads Head, who leads Clerk and Peer; Peer leads Junior; Other is nobody's."""
    people = {"Chief": await hire(last_name="Chief")}
    people["Head"] = await hire(last_name="Head", manager_id=people["Chief"]["id"])
    people["Clerk"] = await hire(last_name="Clerk", manager_id=people["Head"]["id"])
    people["Peer"] = await hire(last_name="Peer", manager_id=people["Head"]["id"])
    people["Junior"] = await hire(last_name="Junior", manager_id=people["Peer"]["id"])
    return people | {"Other": await hire(last_name="Other")}


async def look(client: httpx.AsyncClient, **params: Any) -> dict[str, list[dict[str, Any]]]:
    """Absences by last name."""
    answer = await client.get(CALENDAR, params={**MAY, **params})
    assert answer.status_code == 200, answer.text
    return {item["last_name"]: item["away"] for item in answer.json()["items"]}


@pytest.mark.parametrize(
    ("who", "role", "people"),
    [
        ("Clerk", "employee", {"Head", "Clerk", "Peer"}),
        ("Peer", "employee", {"Head", "Clerk", "Peer", "Junior"}),
        ("Head", "manager", {"Chief", "Head", "Clerk", "Peer", "Junior"}),
        ("Other", "employee", {"Other"}),
        (None, "hr", {"Chief", "Head", "Clerk", "Peer", "Junior", "Other"}),
        (None, "employee", set()),
    ],
)
async def test_one_sees_ones_team_and_those_below_and_hr_sees_all(
    sign_in: SignIn, team: dict[str, dict[str, Any]], who: str | None, role: str, people: set[str]
) -> None:
    async with await sign_in(team[who] if who else None, role) as viewer:
        assert set(await look(viewer)) == people


async def test_of_colleagues_one_sees_only_that_they_are_away(
    leave: WithLeave, sign_in: SignIn, team: dict[str, dict[str, Any]]
) -> None:
    sick = (await leave(name="Sick", allow_negative=True)).of(team["Peer"])
    taken = await sick.take("2026-04-29", "2026-05-02")
    await sick.ask("2026-05-04", half_day="morning", reason="Private")
    away = {"from": "2026-04-29", "to": "2026-05-02", "half_day": None, "days": ["2026-05-01", "2026-05-02"]}
    async with await sign_in(team["Clerk"], "employee") as colleague:
        hidden = dict.fromkeys(("request_id", "leave_type_id", "leave_type", "status"))
        assert (await look(colleague))["Peer"] == [away | hidden]
    async with await sign_in(team["Head"], "manager") as manager:
        approved, pending = (await look(manager))["Peer"]
        assert approved == away | {
            "request_id": taken["id"],
            "leave_type_id": sick.kind["id"],
            "leave_type": "Sick",
            "status": "approved",
        }
        assert (pending["status"], pending["half_day"], pending["days"]) == (
            "pending",
            "morning",
            ["2026-05-04"],
        )


async def test_the_calendar_tells_which_days_are_off_for_whom(
    client: httpx.AsyncClient, hire: Hire, make: Make
) -> None:
    day = {"date": "2026-05-04", "name": "Early May bank holiday"}
    beyond = {"date": "2026-12-25", "name": "Christmas Day"}
    uk = await make("holiday-lists", name="UK", weekly_off=["sunday"], days=[day, beyond], is_default=True)
    gulf = await make("holiday-lists", name="Gulf", weekly_off=["friday"])
    await make("holiday-lists", name="Nobody's", weekly_off=[])
    await hire(last_name="A")
    await hire(last_name="B", holiday_list_id=gulf["id"])
    found = (await client.get(CALENDAR, params=MAY)).json()
    assert [item["holiday_list_id"] for item in found["items"]] == [uk["id"], gulf["id"]]
    assert found["holidays"] == [
        {"holiday_list_id": uk["id"], "weekly_off": ["sunday"], "days": [day]},
        {"holiday_list_id": gulf["id"], "weekly_off": ["friday"], "days": []},
    ]


async def test_the_calendar_is_narrowed_to_a_department_and_to_who_is_employed(
    client: httpx.AsyncClient, hire: Hire, make: Make
) -> None:
    sales = await make("departments", name="Sales")
    field = await make("departments", name="Field", parent_id=sales["id"])
    await hire(last_name="Inside", department_id=field["id"])
    await hire(last_name="Outside")
    gone = await hire(last_name="Gone", department_id=sales["id"])
    await make(f"employees/{gone['id']}/terminate", last_day="2026-04-30")
    await hire(last_name="Later", department_id=sales["id"], date_of_joining="2026-06-01")
    assert set(await look(client, department_id=sales["id"])) == {"Inside"}
    longer = {"from": "2026-04-30", "to": "2026-06-01"}
    assert set(await look(client, department_id=sales["id"], **longer)) == {"Inside", "Gone", "Later"}


@pytest.mark.parametrize(
    "days", [{"from": "2026-05-02", "to": "2026-05-01"}, {"to": "2026-12-31"}, {"to": ""}]
)
async def test_a_calendar_of_days_that_make_no_sense_is_refused(
    client: httpx.AsyncClient, days: dict[str, str]
) -> None:
    assert (await client.get(CALENDAR, params={**MAY, **days})).status_code == 422


async def test_the_calendar_costs_as_many_statements_for_one_as_for_many(
    leave: WithLeave, hire: Hire, client: httpx.AsyncClient, statements: list[str]
) -> None:
    annual = await leave(allow_negative=True)
    counts = []
    for people in (1, 20):
        for _ in range(people):
            await annual.of(await hire()).take("2026-05-04")
        statements.clear()
        assert len([away for away in (await look(client, limit=100)).values() if away]) >= people
        counts.append(len(statements))
    assert counts[0] == counts[1] <= 3
