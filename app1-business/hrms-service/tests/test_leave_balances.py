from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any

import httpx
import pytest

Hire = Callable[..., Awaitable[dict[str, Any]]]
Make = Callable[..., Awaitable[dict[str, Any]]]
SignIn = Callable[..., Awaitable[httpx.AsyncClient]]
WithLeave = Callable[..., Awaitable[Any]]

ALLOCATIONS = "/hrms/leave-allocations"
NOTHING = dict.fromkeys(("allocated", "carried", "taken", "pending", "expired", "available"), "0")


async def test_pending_leave_reserves_balance(leave: WithLeave) -> None:
    annual = await leave()
    await annual.allocate(2026, 30)
    await annual.take("2026-03-02", "2026-03-05")
    await annual.ask("2026-04-01")
    assert await annual.balance("2026-05-01") == NOTHING | {
        "allocated": "30",
        "taken": "4",
        "pending": "1",
        "available": "25",
    }


async def test_leave_counts_from_when_it_is_asked_for(leave: WithLeave) -> None:
    annual = await leave()
    await annual.allocate(2026, 12)
    await annual.ask("2026-08-03", "2026-08-07")
    assert (await annual.balance("2026-01-01"))["available"] == "7"


@pytest.mark.parametrize(
    ("terms", "new", "carried", "capped"),
    [
        ({"carry_forward_cap": "10"}, 15, "10", "5"),
        ({"max_balance": "30"}, 25, "5", "10"),
        ({}, 15, "0", "15"),
    ],
)
async def test_an_allocation_tells_what_was_carried_and_what_was_capped(
    leave: WithLeave, terms: dict[str, str], new: int, carried: str, capped: str
) -> None:
    annual = await leave(**terms)
    await annual.allocate(2025, 15)
    made = await annual.allocate(2026, new)
    assert (made["carried"], made["capped"]) == (carried, capped)
    balance = await annual.balance("2026-01-01")
    assert (balance["carried"], balance["available"]) == (carried, str(new + int(carried)))


@pytest.mark.parametrize(("days", "expired"), [(0, "10"), (8, "2"), (12, "0")])
async def test_only_carried_days_not_used_in_time_expire(leave: WithLeave, days: int, expired: str) -> None:
    annual = await leave(carry_forward_cap="10", carry_forward_expires_after_days=90)
    await annual.allocate(2025, 10)
    await annual.allocate(2026, 15)
    if days:
        await annual.take("2026-02-01", f"2026-02-{days:02}")
    assert (await annual.balance("2026-03-31"))["expired"] == "0"
    after = await annual.balance("2026-04-01")
    assert (after["expired"], after["available"]) == (expired, str(25 - days - int(expired)))


async def test_leave_given_back_after_the_expiry_has_expired(
    leave: WithLeave, client: httpx.AsyncClient
) -> None:
    annual = await leave(carry_forward_cap="10", carry_forward_expires_after_days=90)
    await annual.allocate(2025, 10)
    await annual.allocate(2026, 15)
    taken = await annual.take("2026-02-01", "2026-02-08")
    assert (await client.post(f"/hrms/leave-requests/{taken['id']}/cancel")).status_code == 200
    assert (await annual.balance("2026-06-01"))["expired"] == "10"
    assert (await annual.balance("2026-02-01"))["available"] == "25"


async def test_late_leave_in_the_old_year_takes_back_what_was_carried(leave: WithLeave) -> None:
    annual = await leave(carry_forward_cap="10")
    await annual.allocate(2025, 12)
    await annual.allocate(2026, 5)
    await annual.take("2025-12-22", "2025-12-28")
    assert (await annual.balance("2026-01-01"))["carried"] == "5"
    await annual.take("2026-01-05", "2026-01-14")
    refused = await annual.ask("2025-12-29")
    assert (refused.status_code, refused.json()["code"]) == (409, "hrms.leave_balance_exceeded")


async def test_every_number_is_the_sum_of_its_entries(leave: WithLeave, client: httpx.AsyncClient) -> None:
    annual = await leave(carry_forward_cap="10", carry_forward_expires_after_days=90)
    await annual.allocate(2025, 12)
    made = await annual.allocate(2026, "20.5")
    await annual.take("2026-02-02", "2026-02-04")
    asked = (await annual.ask("2026-05-04", half_day="afternoon")).json()
    gone = (await annual.ask("2026-06-01", "2026-06-05")).json()
    await client.post(f"/hrms/leave-requests/{gone['id']}/reject")
    await annual.make(f"leave-allocations/{made['id']}/adjustments", days="-1.25", note="Counted twice")
    for as_of in ("2026-01-01", "2026-03-31", "2026-04-01", "2026-12-31"):
        balance = {name: Decimal(days) for name, days in (await annual.balance(as_of)).items()}
        entries = await annual.entries(as_of)
        sums = {kind: Decimal(0) for kind in {entry["kind"] for entry in entries}}
        for entry in entries:
            sums[entry["kind"]] += Decimal(entry["days"])
        assert balance["available"] == sum(sums.values())
        assert balance["allocated"] == sums["allocate"] + sums["adjust"]
        assert balance["carried"] == sums["carry"]
        assert balance["taken"] == -sums["use"]
        assert balance["pending"] == -(sums["reserve"] + sums["release"])
        assert balance["expired"] == -sums.get("expire", Decimal(0))
    assert asked["days"] == "0.5"
    assert (await annual.balance("2026-12-31"))["available"] == "18.75"


async def test_overlapping_allocations_are_refused(leave: WithLeave, client: httpx.AsyncClient) -> None:
    annual = await leave()
    await annual.allocate(2026, 10)
    body = {**annual.ids, "from": "2026-12-31", "to": "2027-12-30", "days": "5"}
    answer = await client.post(ALLOCATIONS, json=body)
    assert (answer.status_code, answer.json()["code"]) == (409, "hrms.allocation_overlaps")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"days": None}, "invalid"),
        ({"accrual": {"per_year": "12", "frequency": "monthly"}}, "invalid"),
        ({"days": "-1"}, "invalid"),
        ({"days": "0.00001"}, "invalid"),
        ({"to": "2025-12-31"}, "invalid"),
        ({"employee_id": "00000000-0000-7000-8000-000000000000"}, "hrms.employee_unknown"),
        ({"leave_type_id": "00000000-0000-7000-8000-000000000000"}, "hrms.leave_type_unknown"),
    ],
)
async def test_an_allocation_that_makes_no_sense_is_refused(
    leave: WithLeave, client: httpx.AsyncClient, change: dict[str, Any], code: str
) -> None:
    annual = await leave()
    body = {**annual.ids, "from": "2026-01-01", "to": "2026-12-31", "days": "5", **change}
    answer = await client.post(ALLOCATIONS, json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, code)


async def test_an_allocation_without_leave_is_taken_back(leave: WithLeave, client: httpx.AsyncClient) -> None:
    annual = await leave(carry_forward_cap="10")
    first = await annual.allocate(2025, 10)
    await annual.allocate(2026, 10)
    assert (await client.delete(f"{ALLOCATIONS}/{first['id']}")).status_code == 204
    assert (await annual.balance("2026-06-01"))["available"] == "10"
    second = (await client.get(ALLOCATIONS, params={"employee_id": annual.employee["id"]})).json()["items"][0]
    await annual.ask("2026-06-01")
    used = await client.delete(f"{ALLOCATIONS}/{second['id']}")
    assert (used.status_code, used.json()["code"]) == (409, "hrms.allocation_in_use")


async def test_an_adjustment_takes_out_no_more_than_there_is(
    leave: WithLeave, client: httpx.AsyncClient
) -> None:
    annual = await leave()
    made = await annual.allocate(2026, 10)
    path = f"{ALLOCATIONS}/{made['id']}/adjustments"
    answer = await client.post(path, json={"days": "-11", "note": "Too much"})
    assert (answer.status_code, answer.json()["code"]) == (409, "hrms.leave_balance_exceeded")
    outside = await client.post(path, json={"days": "1", "day": "2025-12-31", "note": "Early"})
    assert (outside.status_code, outside.json()["code"]) == (422, "hrms.day_outside_allocation")
    assert (await annual.balance("2026-06-01"))["available"] == "10"


async def test_leave_that_needed_no_balance_is_taken_from_a_later_allocation(leave: WithLeave) -> None:
    sick = await leave(allow_negative=True)
    await sick.take("2026-03-02", "2026-03-03")
    await sick.ask("2026-03-09")
    await sick.allocate(2026, 1)
    assert await sick.balance("2026-04-01") == NOTHING | {
        "allocated": "1",
        "taken": "2",
        "pending": "1",
        "available": "-2",
    }


async def test_balances_of_all_come_in_one_export_and_only_of_those_one_sees(
    leave: WithLeave, hire: Hire, client: httpx.AsyncClient, sign_in: SignIn
) -> None:
    annual = await leave()
    await annual.allocate(2026, 10)
    other = annual.of(await hire(employee_no="A-1"))
    await other.allocate(2026, 20)
    export = await client.get("/hrms/leave-balances/export", params={"as_of": "2026-06-01"})
    lines = export.content.decode("utf-8-sig").splitlines()
    assert lines[:2] == [
        "employee_no,leave_type,allocated,carried,taken,pending,expired,available",
        "A-1,Annual,20,0,0,0,0,20",
    ]
    assert len(lines) == 3
    params = {"as_of": "2026-06-01"}
    assert len((await client.get("/hrms/leave-balances", params=params)).json()["items"]) == 2
    async with await sign_in(other.employee, "employee") as own:
        (item,) = (await own.get("/hrms/leave-balances", params=params)).json()["items"]
        assert item["employee_id"] == other.employee["id"]
        assert len((await own.get(ALLOCATIONS)).json()["items"]) == 1
        theirs = {"employee_id": annual.employee["id"]}
        assert (await own.get("/hrms/leave-balances", params=theirs)).status_code == 404
        assert (await own.get("/hrms/leave-ledger", params=annual.ids)).status_code == 404


async def test_an_allocation_whose_carried_days_are_used_stays(
    leave: WithLeave, client: httpx.AsyncClient
) -> None:
    annual = await leave(carry_forward_cap="10")
    first = await annual.allocate(2025, 10)
    await annual.allocate(2026, 5)
    await annual.take("2026-03-01", "2026-03-06")
    answer = await client.delete(f"{ALLOCATIONS}/{first['id']}")
    assert (answer.status_code, answer.json()["code"]) == (409, "hrms.allocation_in_use")
    assert (await annual.balance("2026-06-01"))["available"] == "9"


async def test_an_allocation_leaves_no_later_one_below_zero(
    leave: WithLeave, client: httpx.AsyncClient
) -> None:
    annual = await leave(carry_forward_cap="10")
    await annual.allocate(2024, 10)
    await annual.allocate(2026, 0)
    await annual.take("2026-03-01", "2026-03-06")
    path, seen = f"/hrms/leave-types/{annual.kind['id']}", {"if-match": '"1"'}
    assert (await client.patch(path, json={"carry_forward_cap": "2"}, headers=seen)).status_code == 200
    body = {**annual.ids, "from": "2025-01-01", "to": "2025-12-31", "days": "1"}
    answer = await client.post(ALLOCATIONS, json=body)
    assert (answer.status_code, answer.json()["code"]) == (409, "hrms.allocation_too_small")
    assert answer.json()["short"] == "3"


async def test_balances_cost_as_many_statements_for_one_as_for_many(
    leave: WithLeave, hire: Hire, client: httpx.AsyncClient, statements: list[str]
) -> None:
    annual = await leave()
    counts = []
    for people in (1, 20):
        for _ in range(people):
            await annual.of(await hire()).allocate(2026, 10)
        for path in ("", "/export"):
            statements.clear()
            answer = await client.get(f"/hrms/leave-balances{path}", params={"as_of": "2026-06-01"})
            assert answer.text.count("Annual") >= people
            counts.append(len(statements))
    assert counts[:2] == counts[2:] == [1, 1]
