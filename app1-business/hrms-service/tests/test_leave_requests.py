import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

Hire = Callable[..., Awaitable[dict[str, Any]]]
Make = Callable[..., Awaitable[dict[str, Any]]]
SignIn = Callable[..., Awaitable[httpx.AsyncClient]]
WithLeave = Callable[..., Awaitable[Any]]

REQUESTS = "/hrms/leave-requests"


async def test_leave_costs_the_employees_working_days(leave: WithLeave, make: Make) -> None:
    off = ["saturday", "sunday"]
    days = [{"date": "2026-05-04", "name": "Early May bank holiday"}]
    await make("holiday-lists", name="UK", weekly_off=off, days=days, is_default=True)
    annual = await leave(includes_holidays=False)
    await annual.allocate(2026, 10)
    asked = await annual.ask("2026-05-01", "2026-05-05", reason="Away")
    assert asked.status_code == 201
    made = asked.json()
    assert (made["days"], made["status"], made["from"], made["to"]) == (
        "2",
        "pending",
        "2026-05-01",
        "2026-05-05",
    )
    assert (await annual.client.get(asked.headers["location"])).json() == made
    free = await annual.ask("2026-05-02", "2026-05-04")
    assert (free.status_code, free.json()["code"]) == (422, "hrms.no_working_days")


async def test_an_own_holiday_list_goes_before_the_default(leave: WithLeave, make: Make) -> None:
    await make("holiday-lists", name="UK", weekly_off=["saturday", "sunday"], is_default=True)
    own = await make("holiday-lists", name="Gulf", weekly_off=["friday", "saturday"])
    annual = await leave(includes_holidays=False)
    await annual.allocate(2026, 10)
    path, seen = f"/hrms/employees/{annual.employee['id']}", {"if-match": '"1"'}
    await annual.client.patch(path, json={"holiday_list_id": own["id"]}, headers=seen)
    assert (await annual.ask("2026-05-01", "2026-05-03")).json()["days"] == "1"


@pytest.mark.parametrize(
    ("first", "last", "half"),
    [
        ("2026-05-04", "2026-05-04", None),
        ("2026-05-01", "2026-05-31", None),
        ("2026-05-05", "2026-05-05", "morning"),
    ],
)
async def test_overlapping_leave_is_refused_with_what_is_in_the_way(
    leave: WithLeave, first: str, last: str, half: str | None
) -> None:
    annual = await leave()
    await annual.allocate(2026, 60)
    there = (await annual.ask("2026-05-04", "2026-05-06")).json()
    answer = await annual.ask(first, last, half_day=half)
    assert (answer.status_code, answer.json()["code"]) == (409, "hrms.leave_overlaps")
    assert answer.json()["leave_id"] == there["id"]


async def test_two_halves_of_a_day_do_not_overlap(leave: WithLeave) -> None:
    annual = await leave()
    await annual.allocate(2026, 1)
    morning = await annual.ask("2026-05-04", half_day=True)
    assert (morning.json()["days"], morning.json()["half_day"]) == ("0.5", "morning")
    assert (await annual.ask("2026-05-04", half_day="morning")).json()["code"] == "hrms.leave_overlaps"
    assert (await annual.ask("2026-05-04", half_day="afternoon")).status_code == 201
    assert (await annual.balance("2026-05-04"))["available"] == "0"


async def test_rejected_and_cancelled_leave_is_in_nobodys_way(leave: WithLeave, make: Make) -> None:
    annual = await leave()
    await annual.allocate(2026, 1)
    for end in ("reject", "cancel"):
        asked = (await annual.ask("2026-05-04")).json()
        assert (await make(f"leave-requests/{asked['id']}/{end}"))["days"] == "1"
    assert (await annual.ask("2026-05-04")).status_code == 201


async def test_leave_beyond_the_balance_is_refused_with_the_numbers(leave: WithLeave) -> None:
    annual = await leave()
    await annual.allocate(2026, 3)
    await annual.ask("2026-05-04")
    answer = await annual.ask("2026-06-01", "2026-06-03")
    assert answer.status_code == 409
    assert (
        answer.json().items()
        >= {
            "code": "hrms.leave_balance_exceeded",
            "requested": "3",
            "available": "2",
        }.items()
    )
    assert (await annual.balance("2026-06-01"))["pending"] == "1"
    outside = await annual.ask("2027-01-01")
    assert outside.json()["available"] == "0"


async def test_leave_over_two_allocations_makes_two_ledger_rows(leave: WithLeave) -> None:
    annual = await leave()
    await annual.allocate(2025, 5)
    await annual.allocate(2026, 5)
    asked = (await annual.ask("2025-12-29", "2026-01-02")).json()
    rows = [
        (entry["kind"], entry["days"], entry["day"])
        for as_of in ("2025-12-31", "2026-01-01")
        for entry in await annual.entries(as_of)
        if entry["source_id"] == asked["id"]
    ]
    assert rows == [("reserve", "-3", "2025-12-29"), ("reserve", "-2", "2026-01-01")]


async def test_of_twenty_requests_at_once_for_one_remaining_day_one_is_made(leave: WithLeave) -> None:
    annual = await leave()
    await annual.allocate(2026, 1)
    answers = await asyncio.gather(*(annual.ask(f"2026-05-{day:02}") for day in range(1, 21)))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 19
    codes = {answer.json()["code"] for answer in answers if answer.status_code == 409}
    assert codes == {"hrms.leave_balance_exceeded"}
    assert (await annual.balance("2026-05-01"))["available"] == "0"


async def test_of_many_requests_at_once_for_the_same_days_one_is_made(leave: WithLeave) -> None:
    annual = await leave()
    await annual.allocate(2026, 100)
    answers = await asyncio.gather(*(annual.ask("2026-05-04", "2026-05-08") for _ in range(20)))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 19
    assert (await annual.balance("2026-05-01"))["pending"] == "5"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"to": "2026-05-03"}, "invalid"),
        ({"to": "2026-05-05", "half_day": True}, "invalid"),
        ({"half_day": "evening"}, "invalid"),
        ({"to": "2027-05-05"}, "invalid"),
        ({"from": "2019-12-31"}, "invalid"),
        ({"from": "2019-12-31", "to": "2020-01-02"}, "hrms.not_employed_then"),
        ({"to": "2026-05-09"}, "hrms.leave_too_long"),
        ({"leave_type_id": "00000000-0000-7000-8000-000000000000"}, "hrms.leave_type_unknown"),
        ({"reason": "a\x00b"}, "invalid"),
        ({"employee_id": None}, "hrms.no_employee"),
    ],
)
async def test_a_request_that_makes_no_sense_is_refused(
    leave: WithLeave, change: dict[str, Any], code: str
) -> None:
    annual = await leave(max_consecutive_days="5")
    await annual.allocate(2026, 100)
    body = {**annual.ids, "from": "2026-05-04", "to": "2026-05-04", **change}
    answer = await annual.client.post(REQUESTS, json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, code)


async def test_leave_after_the_last_day_is_refused(leave: WithLeave, make: Make) -> None:
    annual = await leave()
    await annual.allocate(2026, 10)
    await make(f"employees/{annual.employee['id']}/terminate", last_day="2026-05-31")
    answer = await annual.ask("2026-05-31", "2026-06-01")
    assert (answer.status_code, answer.json()["code"]) == (422, "hrms.not_employed_then")


async def test_employees_ask_for_themselves_and_hr_for_anybody(
    leave: WithLeave, hire: Hire, sign_in: SignIn
) -> None:
    annual = await leave()
    await annual.allocate(2026, 10)
    team = await hire(manager_id=annual.employee["id"])
    async with await sign_in(annual.employee, "employee") as own:
        body = {"leave_type_id": annual.kind["id"], "from": "2026-05-04", "to": "2026-05-04"}
        asked = await own.post(REQUESTS, json=body)
        assert (asked.status_code, asked.json()["employee_id"]) == (201, annual.employee["id"])
        below = await own.post(REQUESTS, json={**body, "employee_id": team["id"]})
        assert (below.status_code, below.json()["code"]) == (403, "hrms.leave_of_another")
        stranger = await own.post(REQUESTS, json={**body, "employee_id": (await hire())["id"]})
        assert stranger.status_code == 404


async def test_one_sees_the_requests_of_oneself_and_those_below(
    leave: WithLeave, hire: Hire, sign_in: SignIn
) -> None:
    annual = await leave(allow_negative=True)
    below = annual.of(await hire(manager_id=annual.employee["id"]))
    beside = annual.of(await hire())
    for one in (annual, below, beside):
        await one.ask("2026-05-04")
    other = (await annual.client.get(REQUESTS, params={"employee_id": beside.employee["id"]})).json()["items"]
    async with await sign_in(annual.employee, "manager") as manager:
        seen = (await manager.get(REQUESTS, params={"total": True})).json()
        assert {item["employee_id"] for item in seen["items"]} == {
            annual.employee["id"],
            below.employee["id"],
        }
        assert seen["total"] == 2
        assert (await manager.get(f"{REQUESTS}/{other[0]['id']}")).status_code == 404


async def test_requests_are_found_by_days_and_status(leave: WithLeave, make: Make) -> None:
    annual = await leave(allow_negative=True)
    first = (await annual.ask("2026-05-04", "2026-05-08")).json()
    second = (await annual.ask("2026-06-01")).json()
    await make(f"leave-requests/{second['id']}/approve")

    async def found(**params: str) -> list[str]:
        items = (await annual.client.get(REQUESTS, params=params)).json()["items"]
        return [item["id"] for item in items]

    assert await found() == [second["id"], first["id"]]
    assert await found(sort="from") == [first["id"], second["id"]]
    assert await found(**{"from": "2026-05-08", "to": "2026-05-31"}) == [first["id"]]
    assert await found(status="approved") == [second["id"]]


async def test_leave_asked_for_in_pieces_is_no_longer_than_the_type_allows(
    leave: WithLeave, make: Make
) -> None:
    await make("holiday-lists", name="UK", weekly_off=["saturday", "sunday"], is_default=True)
    annual = await leave(includes_holidays=False, max_consecutive_days="5")
    await annual.allocate(2026, 30)
    assert (await annual.ask("2026-06-01", "2026-06-05")).status_code == 201
    joined = await annual.ask("2026-06-08")
    assert (joined.status_code, joined.json()["code"]) == (422, "hrms.leave_too_long")
    assert (await annual.ask("2026-06-09", "2026-06-15")).status_code == 201


@pytest.mark.parametrize("path", ["leave-requests", "leave-allocations"])
async def test_lists_of_leave_name_the_employees_in_one_statement_for_one_as_for_many(
    leave: WithLeave, hire: Hire, statements: list[str], path: str
) -> None:
    annual = await leave()
    for people in (1, 20):
        names = set()
        for _ in range(people):
            employee = await hire()
            await annual.of(employee).allocate(2026, 10)
            await annual.of(employee).ask("2026-05-04")
            names.add(f"{employee['first_name']} {employee['last_name']}")
        statements.clear()
        answer = await annual.client.get(f"/hrms/{path}", params={"limit": 100})
        assert names <= {item["employee"] for item in answer.json()["items"]}
        assert len(statements) == 1
