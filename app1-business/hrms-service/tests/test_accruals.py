from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any

import httpx
import pytest
from business_hrms.services import accrual
from servicekit.testing.running import Running

Hire = Callable[..., Awaitable[dict[str, Any]]]
Make = Callable[..., Awaitable[dict[str, Any]]]
WithLeave = Callable[..., Awaitable[Any]]

YEAR = {"from": "2023-01-01", "to": "2023-12-31", "accrual": {"per_year": "12", "frequency": "monthly"}}


async def run(running: Running, client: httpx.AsyncClient, as_of: str) -> dict[str, Any]:
    """Run the accruals up to a day; how far the job came."""
    answer = await client.post("/hrms/accruals/run", json={"as_of": as_of})
    assert answer.status_code == 202
    await running.settle()
    job: dict[str, Any] = (await client.get(answer.headers["location"])).json()
    return job


async def test_what_is_earned_is_credited_once_however_often_it_runs(
    running: Running, leave: WithLeave, hire: Hire, make: Make
) -> None:
    annual = (await leave()).of(await hire(date_of_joining="2023-03-15"))
    await make("leave-allocations", **annual.ids, **YEAR)
    for _ in range(2):
        job = await run(running, annual.client, "2023-05-16")
        assert (job["state"], job["done"], job["total"]) == ("done", 1, 1)
        available = Decimal((await annual.balance("2023-05-16"))["available"])
        assert round(available, 3) == Decimal("2.548")
        assert len(await annual.entries("2023-05-16")) == 3
    await run(running, annual.client, "2023-12-31")
    assert round(Decimal((await annual.balance("2023-12-31"))["available"]), 3) == Decimal("9.548")


async def test_rounding_keeps_to_the_allowance(running: Running, leave: WithLeave, make: Make) -> None:
    annual = await leave(rounding="0.5")
    terms = {**YEAR, "accrual": {"per_year": "20", "frequency": "monthly"}}
    await make("leave-allocations", **annual.ids, **terms)
    await run(running, annual.client, "2023-12-31")
    assert (await annual.balance("2023-02-01"))["available"] == "3"
    assert (await annual.balance("2023-12-31"))["available"] == "20"


async def test_late_credits_are_carried_into_the_next_year(
    running: Running, leave: WithLeave, make: Make
) -> None:
    annual = await leave(carry_forward_cap="10")
    await make("leave-allocations", **annual.ids, **YEAR)
    await annual.allocate(2024, 5)
    await run(running, annual.client, "2023-04-01")
    assert (await annual.balance("2024-01-01"))["carried"] == "4"
    await run(running, annual.client, "2023-12-31")
    assert (await annual.balance("2024-01-01"))["carried"] == "10"


async def test_more_than_a_portion_is_credited_to_the_end(
    running: Running, leave: WithLeave, hire: Hire, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(accrual, "AT_ONCE", 2)
    annual = await leave()
    people = [annual, *[annual.of(await hire()) for _ in range(4)]]
    for one in people:
        await make("leave-allocations", **one.ids, **YEAR)
    job = await run(running, annual.client, "2023-06-30")
    assert (job["state"], job["done"]) == ("done", 5)
    assert [(await one.balance("2023-06-30"))["available"] for one in people] == ["6"] * 5
