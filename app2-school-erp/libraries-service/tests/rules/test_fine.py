from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from school_libraries.rules.calendar import WEEKDAYS, Calendar
from school_libraries.rules.fine import FineTerms, Verdict, fine

ALWAYS_OPEN = Calendar()
CHRISTMAS = Calendar(
    closed=frozenset(
        date(2021, 12, 24) + timedelta(days=n) for n in (0, 1, 2, 7, 8, 9, 10)
    )  # 24 to 26 December, 31 December to 3 January
)
DAYS = st.dates(date(2021, 12, 1), date(2022, 2, 28))
CALENDARS = st.builds(
    Calendar,
    weekly_closed=st.frozensets(st.sampled_from(WEEKDAYS), max_size=7),
    closed=st.frozensets(DAYS, max_size=20),
    open=st.frozensets(DAYS, max_size=20),
)
MONEY = st.decimals(0, 20, places=2)
TERMS = st.builds(
    FineTerms, amount=MONEY, every=st.integers(1, 9), grace=st.integers(0, 9), cap=st.none() | MONEY
)


@pytest.mark.parametrize(("cap", "owed"), [(None, "29.00"), ("3", "3.00"), ("5", "5.00")])
def test_each_open_day_after_the_due_day_costs_up_to_the_cap(cap: str | None, owed: str) -> None:
    terms = FineTerms(Decimal("1.00"), cap=Decimal(cap) if cap else None)
    assert fine(date(2000, 1, 1), date(2000, 1, 30), terms, ALWAYS_OPEN).amount == Decimal(owed)


@pytest.mark.parametrize("returned_on", [date(1999, 12, 30), date(2000, 1, 1)])
def test_nothing_is_owed_up_to_the_due_day(returned_on: date) -> None:
    assert fine(date(2000, 1, 1), returned_on, FineTerms(Decimal(1)), ALWAYS_OPEN).amount == 0


def test_grace_and_closed_days_are_never_charged_and_explained() -> None:
    late = fine(date(2021, 12, 23), date(2022, 1, 4), FineTerms(Decimal(1), grace=4), CHRISTMAS)
    assert late.amount == 1
    assert [(f"{step.day:%m-%d}", step.verdict) for step in late.explain] == [
        *((day, Verdict.CLOSED) for day in ("12-24", "12-25", "12-26")),
        *((day, Verdict.GRACE) for day in ("12-27", "12-28", "12-29", "12-30")),
        *((day, Verdict.CLOSED) for day in ("12-31", "01-01", "01-02", "01-03")),
        ("01-04", Verdict.CHARGED),
    ]


def test_a_fine_by_the_week_is_for_full_weeks() -> None:
    terms = FineTerms(Decimal("0.50"), every=7)
    owed = [
        fine(date(2000, 1, 1), date(2000, 1, 1 + late), terms, ALWAYS_OPEN).amount for late in (6, 7, 20, 21)
    ]
    assert owed == [Decimal(amount) for amount in ("0", "0.50", "1.00", "1.50")]


def slowly_owed(due_on: date, returned_on: date, terms: FineTerms, calendar: Calendar) -> Decimal:
    late = [due_on + timedelta(days=n) for n in range(1, max(0, (returned_on - due_on).days) + 1)]
    charged = [day for day in late if calendar.is_open(day)][terms.grace :]
    owed = sum((terms.amount for n in range(1, len(charged) + 1) if n % terms.every == 0), Decimal(0))
    return owed if terms.cap is None or owed < terms.cap else terms.cap


@given(DAYS, DAYS, TERMS, CALENDARS)
def test_fines_agree_with_a_day_by_day_oracle(
    due_on: date, returned_on: date, terms: FineTerms, calendar: Calendar
) -> None:
    assert fine(due_on, returned_on, terms, calendar).amount == slowly_owed(
        due_on, returned_on, terms, calendar
    )


@given(DAYS, st.integers(0, 60), TERMS, CALENDARS)
def test_a_day_later_never_costs_less(due_on: date, late: int, terms: FineTerms, calendar: Calendar) -> None:
    back = due_on + timedelta(days=late)
    first = fine(due_on, back, terms, calendar)
    second = fine(due_on, back + timedelta(days=1), terms, calendar)
    assert first.amount <= second.amount
    assert second.explain[: len(first.explain)] == first.explain
