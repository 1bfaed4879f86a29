from datetime import date, timedelta
from decimal import Decimal
from typing import get_args

import pytest
from business_hrms.rules.accrual import FINEST, Frequency, Plan, credits_of
from hypothesis import given
from hypothesis import strategies as st

YEAR = Plan(Decimal(12), "monthly", date(2023, 1, 1), date(2023, 12, 31), joined_on=date(2020, 1, 1))

frequencies: st.SearchStrategy[Frequency] = st.sampled_from(get_args(Frequency))
steps = st.sampled_from((None, Decimal("0.25"), Decimal("0.5"), Decimal(1)))
days = st.dates(date(2020, 1, 1), date(2027, 12, 31))
allowances = st.decimals(0, 60, places=2)


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    starts_on = draw(days)
    return Plan(
        per_year=draw(allowances),
        frequency=draw(frequencies),
        starts_on=starts_on,
        ends_on=starts_on + timedelta(days=draw(st.integers(0, 800))),
        joined_on=draw(days),
        last_day=draw(st.none() | days),
        step=draw(steps),
    )


def total(plan: Plan, as_of: date = date.max) -> Decimal:
    return sum((credit.days for credit in credits_of(plan, as_of)), Decimal(0))


def test_the_joining_month_counts_by_its_share_from_the_day_of_joining() -> None:
    plan = Plan(Decimal(12), "monthly", date(2023, 1, 1), date(2023, 12, 31), joined_on=date(2023, 3, 15))
    assert round(total(plan, date(2023, 5, 16)), 3) == Decimal("2.548")
    assert [(credit.period, credit.day) for credit in credits_of(plan, date(2023, 4, 30))] == [
        (date(2023, 3, 1), date(2023, 3, 15)),
        (date(2023, 4, 1), date(2023, 4, 1)),
    ]
    assert credits_of(plan, date(2023, 3, 14)) == []


@pytest.mark.parametrize("frequency", ["monthly", "quarterly", "half_yearly", "yearly"])
@pytest.mark.parametrize("step", [None, Decimal("0.25"), Decimal("0.5"), Decimal(1)])
@pytest.mark.parametrize("per_year", [Decimal(20), Decimal(25), Decimal(1)])
def test_a_full_year_is_exactly_the_annual_allowance(
    frequency: Frequency, step: Decimal | None, per_year: Decimal
) -> None:
    for starts_on, ends_on in (
        (date(2023, 1, 1), date(2023, 12, 31)),
        (date(2023, 4, 1), date(2024, 3, 31)),
        (date(2023, 3, 15), date(2024, 3, 14)),
    ):
        plan = Plan(per_year, frequency, starts_on, ends_on, joined_on=date(2020, 1, 1), step=step)
        assert total(plan) == per_year


def test_rounding_never_runs_ahead_of_what_is_earned() -> None:
    plan = Plan(
        Decimal(20), "monthly", YEAR.starts_on, YEAR.ends_on, joined_on=YEAR.joined_on, step=Decimal("0.5")
    )
    assert [total(plan, date(2023, month, 1)) for month in range(1, 7)] == [
        Decimal(days) for days in ("1.5", "3", "5", "6.5", "8", "10")
    ]


def test_the_month_of_the_last_day_counts_by_its_share() -> None:
    plan = Plan(
        Decimal(12), "monthly", YEAR.starts_on, YEAR.ends_on, YEAR.joined_on, last_day=date(2023, 4, 15)
    )
    assert total(plan) == Decimal("3.5")


@given(plans())
def test_nobody_earns_more_than_the_share_of_the_time_employed(plan: Plan) -> None:
    first = max(plan.starts_on, plan.joined_on)
    last = min(plan.ends_on, plan.last_day or plan.ends_on)
    months = (last.year - first.year) * 12 + last.month - first.month + 1 if first <= last else 0
    assert 0 <= total(plan) <= plan.per_year * max(0, months) / 12 + FINEST


@given(plans(), days, days)
def test_a_later_day_only_adds(plan: Plan, one: date, other: date) -> None:
    earlier, later = sorted((one, other))
    made = credits_of(plan, later)
    assert made[: len(credits_of(plan, earlier))] == credits_of(plan, earlier)
    assert all(credit.day <= later and credit.days > 0 for credit in made)
    assert len({credit.period for credit in made}) == len(made)


@given(plans())
def test_sums_are_multiples_of_the_step(plan: Plan) -> None:
    assert total(plan) % (plan.step or FINEST) == 0
