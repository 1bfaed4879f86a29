"""What becomes of leave when employment ends."""

from collections.abc import Awaitable, Callable, Sequence
from decimal import Decimal
from typing import Any

import pytest
from servicekit.records import Outgoing
from servicekit.testing.running import Running

Make = Callable[..., Awaitable[dict[str, Any]]]
Outbox = Callable[[], Awaitable[Sequence[Outgoing]]]
WithLeave = Callable[..., Awaitable[Any]]

EARNED = {"from": "2026-01-01", "to": "2026-12-31", "accrual": {"per_year": "12", "frequency": "quarterly"}}


async def terminate(annual: Any, last_day: str) -> None:
    await annual.make(f"employees/{annual.employee['id']}/terminate", last_day=last_day)


async def read(annual: Any, request: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = (await annual.client.get(f"/hrms/leave-requests/{request['id']}")).json()
    return found


async def accrue(running: Running, annual: Any, as_of: str) -> None:
    assert (await annual.client.post("/hrms/accruals/run", json={"as_of": as_of})).status_code == 202
    await running.settle()


async def test_leave_after_the_last_day_is_cancelled_and_told(leave: WithLeave, outbox: Outbox) -> None:
    annual = await leave()
    await annual.allocate(2026, 10)
    taken = await annual.take("2026-07-01", "2026-07-03")
    pending = (await annual.ask("2026-08-03")).json()
    before = (await annual.ask("2026-06-01")).json()
    known = len(await outbox())
    await terminate(annual, "2026-06-30")
    assert (await read(annual, taken))["status"] == "cancelled"
    assert (await read(annual, pending))["status"] == "cancelled"
    assert (await read(annual, before))["status"] == "pending"
    told = [fact.type for fact in (await outbox())[known:]]
    assert told == ["hrms.employee_terminated.v1", "hrms.leave_cancelled.v1"]
    balance = await annual.balance("2026-06-30")
    assert (balance["taken"], balance["pending"], balance["available"]) == ("0", "1", "9")


async def test_leave_beyond_the_last_day_is_cut_short_and_told_again(
    leave: WithLeave, outbox: Outbox
) -> None:
    annual = await leave()
    await annual.allocate(2026, 10)
    taken = await annual.take("2026-06-29", "2026-07-03")
    known = len(await outbox())
    await terminate(annual, "2026-06-30")
    now = await read(annual, taken)
    assert (now["status"], now["to"], now["days"]) == ("approved", "2026-06-30", "2")
    assert (await annual.balance("2026-06-30"))["taken"] == "2"
    _, fact = (await outbox())[known:]
    assert (fact.type, fact.version) == ("hrms.leave_approved.v1", now["version"])
    assert fact.data["days"] == {"2026-06-29": "1", "2026-06-30": "1"}


@pytest.mark.parametrize("word", ["cancel", "reject", "approve"])
async def test_leave_cut_short_gives_each_day_back_once(leave: WithLeave, word: str) -> None:
    annual = await leave(carry_forward_cap="10")
    await annual.allocate(2025, 10)
    await annual.allocate(2026, 0)
    pending = (await annual.ask("2025-12-29", "2026-01-04")).json()
    await terminate(annual, "2026-01-02")
    assert (await read(annual, pending))["days"] == "5"
    await terminate(annual, "2025-12-30")
    assert (await read(annual, pending))["days"] == "2"
    await annual.make(f"leave-requests/{pending['id']}/{word}")
    balance = await annual.balance("2025-12-31")
    taken = "2" if word == "approve" else "0"
    assert (balance["taken"], balance["pending"]) == (taken, "0")
    assert (await annual.balance("2026-01-01"))["available"] == str(10 - int(taken))


async def test_leave_of_which_no_working_day_remains_is_cancelled(leave: WithLeave, make: Make) -> None:
    await make("holiday-lists", name="UK", weekly_off=["saturday", "sunday"], is_default=True)
    annual = await leave(includes_holidays=False)
    await annual.allocate(2026, 10)
    taken = await annual.take("2026-06-27", "2026-06-30")  # from a Saturday
    await terminate(annual, "2026-06-28")
    assert (await read(annual, taken))["status"] == "cancelled"


async def test_what_is_earned_is_earned_until_the_last_day_wherever_it_moves(
    running: Running, leave: WithLeave
) -> None:
    annual = await leave()
    await annual.make("leave-allocations", **annual.ids, **EARNED)
    await accrue(running, annual, "2026-05-01")
    assert (await annual.balance("2026-05-01"))["available"] == "6"
    for last_day, earned in (("2026-04-15", "3.5"), ("2026-05-31", "5"), ("2027-01-31", "6")):
        await terminate(annual, last_day)
        await accrue(running, annual, "2026-05-01")
        assert (await annual.balance("2026-05-01"))["available"] == earned


async def test_earned_days_that_were_used_are_not_taken_back(running: Running, leave: WithLeave) -> None:
    annual = await leave()
    await annual.make("leave-allocations", **annual.ids, **EARNED)
    await accrue(running, annual, "2026-04-01")
    await annual.take("2026-04-01", "2026-04-05")
    await terminate(annual, "2026-04-15")
    assert (await annual.balance("2026-04-15"))["available"] == "0"
    await terminate(annual, "2026-05-31")
    assert (await annual.balance("2026-04-15"))["available"] == "0"
    await terminate(annual, "2026-12-31")
    assert (await annual.balance("2026-04-15"))["available"] == "1"


async def test_where_the_type_allows_it_used_days_not_earned_are_a_debt(
    running: Running, leave: WithLeave
) -> None:
    annual = await leave(allow_negative=True)
    await annual.make("leave-allocations", **annual.ids, **EARNED)
    await accrue(running, annual, "2026-04-01")
    await annual.take("2026-04-01", "2026-04-05")
    await terminate(annual, "2026-04-15")
    assert Decimal((await annual.balance("2026-04-15"))["available"]) == Decimal("-1.5")
