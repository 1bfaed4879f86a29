"""The ledger holds whatever is done in whatever order: nothing below zero, each number a sum of entries."""

import random
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from business_hrms.rules.leave import Policy, Term, settle
from business_hrms.services.leave_ledger import Account, BalanceExceeded
from hypothesis import given
from hypothesis import strategies as st
from servicekit.testing.running import Running

WithLeave = Callable[..., Awaitable[Any]]
Make = Callable[..., Awaitable[dict[str, Any]]]

amounts = st.decimals(0, 20, places=1)
days = st.dates(date(2020, 1, 1), date(2022, 12, 31))


@st.composite
def terms(draw: st.DrawFn) -> list[Term]:
    made = []
    for year in (2020, 2021, 2022):
        first, last = date(year, 1, 1), date(year, 12, 31)
        grants = draw(st.dictionaries(st.dates(first, last), amounts, min_size=1, max_size=3))
        policy = Policy(
            carry_forward_cap=draw(st.none() | amounts),
            max_balance=draw(st.none() | amounts),
            carry_forward_expires_after_days=draw(st.none() | st.integers(1, 400)),
        )
        made.append(Term(policy, first, last, sum(grants.values(), Decimal(0)), grants, {}))
    return made


@given(terms(), st.lists(st.tuples(days, st.integers(1, 10)), max_size=12))
def test_leave_that_is_covered_never_takes_a_balance_below_zero(
    account: list[Term], asked: list[tuple[date, int]]
) -> None:
    for first, length in asked:
        wish = {first + timedelta(days=n): Decimal(1) for n in range(length)}
        wanted = [
            replace(
                term,
                uses={
                    day: term.uses.get(day, Decimal(0)) + wish.get(day, Decimal(0))
                    for day in term.uses.keys() | wish.keys()
                    if term.starts_on <= day <= term.ends_on
                },
            )
            for term in account
        ]
        with suppress(BalanceExceeded):
            Account([], wanted, settle(wanted)).require_cover(wish)
            account = wanted
        assert min(result.lowest for result in settle(account)) >= 0


@pytest.mark.parametrize("seed", range(4))
async def test_whatever_is_done_balances_are_sums_and_none_is_below_zero(
    running: Running, leave: WithLeave, make: Make, seed: int
) -> None:
    chance = random.Random(seed)
    annual = await leave(carry_forward_cap="6", carry_forward_expires_after_days=90, rounding="0.5")
    allocations = [await annual.allocate(2025, 8)]
    earned = {
        "from": "2026-01-01",
        "to": "2026-12-31",
        "accrual": {"per_year": "20", "frequency": "quarterly"},
    }
    allocations.append(await make("leave-allocations", **annual.ids, **earned))
    allocations.append(await annual.allocate(2027, 10))
    requests: list[str] = []
    client, statuses = annual.client, set()
    for _ in range(40):
        what = chance.choice(["ask", "ask", "ask", "approve", "reject", "cancel", "adjust", "accrue", "end"])
        first = date(2025, 1, 1) + timedelta(days=chance.randrange(3 * 365))
        if what == "ask":
            answer = await annual.ask(str(first), str(first + timedelta(days=chance.randrange(9))))
            requests += [answer.json()["id"]] if answer.status_code == 201 else []
        elif what == "adjust":
            one = chance.choice(allocations)
            change = {"days": str(chance.randrange(-4, 5)), "note": "So decided"}
            answer = await client.post(f"/hrms/leave-allocations/{one['id']}/adjustments", json=change)
        elif what == "accrue":
            answer = await client.post("/hrms/accruals/run", json={"as_of": f"2026-{first.month:02}-01"})
            await running.settle()
        elif what == "end":
            last_day = {"last_day": str(max(first, date(2026, 6, 1)))}
            answer = await client.post(f"/hrms/employees/{annual.employee['id']}/terminate", json=last_day)
        else:
            request = chance.choice(requests or [annual.kind["id"]])
            answer = await client.post(f"/hrms/leave-requests/{request}/{what}")
        statuses.add(answer.status_code)
    assert statuses <= {200, 201, 202, 404, 409, 422}
    for as_of in [f"{year}-{month:02}-15" for year in (2025, 2026, 2027) for month in range(1, 13)]:
        balance = {name: Decimal(number) for name, number in (await annual.balance(as_of)).items()}
        entries = await annual.entries(as_of)
        assert balance["available"] == sum(Decimal(entry["days"]) for entry in entries)
        assert balance["available"] == balance["allocated"] + balance["carried"] - (
            balance["expired"] + balance["taken"] + balance["pending"]
        )
        assert min(balance["taken"], balance["pending"], balance["expired"], balance["carried"]) >= 0
    closing = [await annual.balance(f"{year}-12-31") for year in (2025, 2026, 2027)]
    assert all(Decimal(balance["available"]) >= 0 for balance in closing)
