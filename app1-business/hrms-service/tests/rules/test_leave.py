from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from business_hrms.rules.leave import DaysOff, Policy, Settled, Term, at_a_time, cost, settle
from hypothesis import given
from hypothesis import strategies as st

OLD = (date(2023, 1, 1), date(2023, 12, 31))
NEW = (date(2024, 1, 1), date(2024, 12, 31))
UNBOUNDED = Decimal(1000)


def term(policy: Policy, year: tuple[date, date], granted: int, uses: dict[date, int] | None = None) -> Term:
    days = Decimal(granted)
    used = {day: Decimal(count) for day, count in (uses or {}).items()}
    return Term(policy, *year, entitled=days, grants={year[0]: days}, uses=used)


def second(policy: Policy, left: int, new: int, uses: dict[date, int] | None = None) -> Settled:
    """What becomes of a year after one that left so many days."""
    return settle([term(Policy(), OLD, left), term(policy, NEW, new, uses)])[1]


@pytest.mark.parametrize(
    ("policy", "new", "carried", "capped"),
    [
        (Policy(carry_forward_cap=Decimal(10)), 15, 10, 5),
        (Policy(carry_forward_cap=Decimal(10), max_balance=Decimal(30)), 25, 5, 10),
        (Policy(max_balance=Decimal(30)), 25, 5, 10),
        (Policy(max_balance=Decimal(20)), 25, 0, 15),
        (Policy(carry_forward_cap=Decimal(20)), 15, 15, 0),
        (Policy(carry_forward_cap=Decimal(0)), 15, 0, 15),
        (Policy(), 15, 0, 15),
    ],
)
def test_what_is_left_is_carried_up_to_the_bounds(
    policy: Policy, new: int, carried: int, capped: int
) -> None:
    result = second(policy, left=15, new=new)
    assert (result.carried, result.capped) == (Decimal(carried), Decimal(capped))
    assert result.closing == new + carried


@pytest.mark.parametrize(("taken", "expired"), [(0, 10), (8, 2), (12, 0)])
def test_only_carried_days_that_were_not_used_in_time_expire(taken: int, expired: int) -> None:
    policy = Policy(carry_forward_cap=UNBOUNDED, carry_forward_expires_after_days=90)
    result = second(policy, left=10, new=15, uses={date(2024, 2, 1): taken})
    assert (result.expires_on, result.expired) == (date(2024, 3, 31), Decimal(expired))
    assert result.closing == 25 - taken - expired


def test_leave_after_the_expiry_cannot_use_what_has_expired() -> None:
    policy = Policy(carry_forward_cap=UNBOUNDED, carry_forward_expires_after_days=90)
    assert second(policy, left=10, new=5, uses={date(2024, 3, 30): 12}).lowest == 3
    assert second(policy, left=10, new=5, uses={date(2024, 3, 31): 12}).lowest == -7


def test_leave_cannot_use_what_is_granted_later() -> None:
    grants = {date(2024, month, 1): Decimal(1) for month in range(1, 13)}
    uses = {date(2024, 3, 10): Decimal(4)}
    (result,) = settle([Term(Policy(), *NEW, entitled=Decimal(12), grants=grants, uses=uses)])
    assert (result.lowest, result.closing) == (Decimal(-1), Decimal(8))


def test_a_debt_is_not_carried() -> None:
    policy = Policy(carry_forward_cap=UNBOUNDED)
    results = settle([term(policy, OLD, 5, {date(2023, 6, 1): 8}), term(policy, NEW, 10)])
    assert [result.closing for result in results] == [-3, 10]


@pytest.mark.parametrize(("includes_holidays", "days"), [(True, 4), (False, 3)])
def test_a_holiday_costs_where_the_type_includes_holidays(includes_holidays: bool, days: int) -> None:
    sunday = date(2024, 6, 2)
    spent = cost(
        sunday,
        sunday + timedelta(days=3),
        half=False,
        off=DaysOff(holidays={sunday}),
        includes_holidays=includes_holidays,
    )
    assert sum(spent.values()) == days


def test_weekly_days_off_cost_nothing_and_half_a_day_costs_half() -> None:
    friday = date(2024, 6, 7)
    weekend = DaysOff(("saturday", "sunday"))
    whole = cost(
        friday,
        friday + timedelta(days=3),
        half=False,
        off=weekend,
        includes_holidays=False,
    )
    assert whole == {friday: 1, friday + timedelta(days=3): 1}
    half = cost(friday, friday, half=True, off=weekend, includes_holidays=False)
    assert half == {friday: Decimal("0.5")}


@pytest.mark.parametrize(
    ("others", "days"),
    [
        ({}, 2),
        ({date(2024, 6, 7): 1}, 3),  # Friday, a weekend before
        ({date(2024, 6, 6): 1}, 2),  # Thursday: the Friday is worked
        ({date(2024, 6, 12): 1, date(2024, 6, 14): 1}, 4),  # a holiday between
        ({date(2024, 6, 7): 1, date(2024, 6, 12): 1}, 4),
    ],
)
def test_leave_with_no_working_day_between_counts_together(others: dict[date, int], days: int) -> None:
    off = DaysOff(("saturday", "sunday"), {date(2024, 6, 13)})
    asked = {date(2024, 6, 10): Decimal(1), date(2024, 6, 11): Decimal(1)}  # Monday, Tuesday
    assert at_a_time(asked, {day: Decimal(n) for day, n in others.items()}, off) == days


amounts = st.decimals(0, 40, places=1)
policies = st.builds(
    Policy,
    carry_forward_cap=st.none() | amounts,
    max_balance=st.none() | amounts,
    carry_forward_expires_after_days=st.none() | st.integers(0, 400),
)


@st.composite
def histories(draw: st.DrawFn) -> list[Term]:
    made = []
    for year in range(2020, 2020 + draw(st.integers(1, 4))):
        first, last = date(year, 1, 1), date(year, 12, 31)
        within = st.dates(first, last)
        grants = draw(st.dictionaries(within, amounts, min_size=1, max_size=4))
        uses = draw(st.dictionaries(within, st.decimals("0.5", 5, places=1), max_size=6))
        made.append(Term(draw(policies), first, last, sum(grants.values(), Decimal(0)), grants, uses))
    return made


@given(histories())
def test_carrying_and_expiring_conserve_days(terms: list[Term]) -> None:
    left = Decimal(0)
    for one, result in zip(terms, settle(terms), strict=True):
        assert result.carried + result.capped == left
        put_in = sum(one.grants.values(), result.carried)
        taken_out = sum(one.uses.values(), result.expired)
        assert result.closing == put_in - taken_out
        assert 0 <= result.expired <= result.carried
        assert result.lowest <= result.closing
        left = max(Decimal(0), result.closing)


@given(histories())
def test_bounds_hold(terms: list[Term]) -> None:
    for one, result in zip(terms, settle(terms), strict=True):
        if one.policy.carry_forward_cap is not None:
            assert result.carried <= one.policy.carry_forward_cap
        if one.policy.max_balance is not None and result.carried:
            assert result.carried + one.entitled <= one.policy.max_balance


@given(histories(), st.data())
def test_more_leave_never_makes_more_expire_or_be_carried(terms: list[Term], data: st.DataObject) -> None:
    n = data.draw(st.integers(0, len(terms) - 1))
    day = data.draw(st.dates(terms[n].starts_on, terms[n].ends_on))
    more = replace(terms[n], uses={**terms[n].uses, day: terms[n].uses.get(day, Decimal(0)) + 1})
    before, after = settle(terms), settle([*terms[:n], more, *terms[n + 1 :]])
    assert after[n].expired <= before[n].expired
    assert after[n].lowest <= before[n].lowest
    if n + 1 < len(terms):
        assert after[n + 1].carried <= before[n + 1].carried
