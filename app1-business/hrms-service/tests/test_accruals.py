import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import httpx
import pytest
from business_hrms.services import accrual
from business_hrms.services.accrual import AccrueLeave, AccrueToday
from servicekit import jobs
from servicekit.records import Outgoing
from servicekit.testing.running import Running

Hire = Callable[..., Awaitable[dict[str, Any]]]
Outbox = Callable[[], Awaitable[Sequence[Outgoing]]]
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


async def ledger(one: Any) -> list[tuple[str, str, str]]:
    return [(entry["kind"], entry["day"], entry["days"]) for entry in await one.entries("2023-12-31")]


async def test_a_run_killed_half_way_and_done_again_leaves_the_same_ledger(
    running: Running,
    tenant: str,
    leave: WithLeave,
    hire: Hire,
    make: Make,
    outbox: Outbox,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(accrual, "AT_ONCE", 2)
    annual = await leave()
    people = [annual, *[annual.of(await hire()) for _ in range(4)]]
    for one in people:
        await make("leave-allocations", **one.ids, **YEAR)
    assert (await annual.client.post("/hrms/accruals/run", json={"as_of": "2023-06-30"})).status_code == 202

    async def portion(*, killed: bool) -> None:
        """Do the portion that was asked for last, as a worker that is killed before its commit, or lives."""
        asked = [row for row in await outbox() if row.type == AccrueLeave.name][-1]
        async with running.database.tenant(running.context(tenant)) as session:
            await accrual.credit_portion(session, AccrueLeave.model_validate(asked.data))
            if not killed:
                await session.commit()

    await portion(killed=True)
    assert [await ledger(one) for one in people] == [[]] * 5
    await portion(killed=False)
    await portion(killed=True)
    assert [len(await ledger(one)) for one in people] == [6, 6, 0, 0, 0]
    await running.settle()  # does every portion again that was asked for
    expected = [("allocate", f"2023-{month:02}-01", "1") for month in range(1, 7)]
    assert [await ledger(one) for one in people] == [expected] * 5


async def test_many_runs_at_once_credit_once(running: Running, leave: WithLeave, make: Make) -> None:
    annual = await leave()
    await make("leave-allocations", **annual.ids, **YEAR)
    runs = (annual.client.post("/hrms/accruals/run", json={"as_of": "2023-06-30"}) for _ in range(20))
    assert {answer.status_code for answer in await asyncio.gather(*runs)} == {202}
    await running.settle()
    assert (await annual.balance("2023-06-30"))["allocated"] == "6"


async def test_every_night_what_is_earned_is_credited(
    running: Running, tenant: str, leave: WithLeave, make: Make
) -> None:
    assert running.service.all_handlers.schedules[AccrueToday] == "30 0 * * *"
    annual = await leave()
    year = datetime.now(UTC).year
    span = {"from": f"{year - 1}-01-01", "to": f"{year + 1}-12-31"}
    await make("leave-allocations", **annual.ids, **span, accrual={"per_year": "12", "frequency": "yearly"})
    async with running.database.tenant(running.context(tenant)) as session:
        jobs.add(session, AccrueToday())
        await session.commit()
    await running.settle()
    assert (await annual.balance(f"{year}-06-30"))["allocated"] == "24"


async def test_a_portion_costs_as_many_statements_for_one_as_for_many(
    running: Running, leave: WithLeave, hire: Hire, make: Make, statements: list[str]
) -> None:
    annual = await leave(carry_forward_cap="5")
    counts = []
    for people in (1, 20):
        for _ in range(people):
            one = annual.of(await hire())
            await make("leave-allocations", **one.ids, **YEAR)
            await one.allocate(2024, 5)
        assert (
            await annual.client.post("/hrms/accruals/run", json={"as_of": "2023-12-31"})
        ).status_code == 202
        statements.clear()
        await running.settle()
        counts.append(len([statement for statement in statements if "INSERT INTO" not in statement]))
        assert (await one.balance("2024-06-01"))["carried"] == "5"
    assert counts[0] == counts[1]
