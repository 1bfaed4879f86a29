"""Leave that is earned month by month.

A year's days are spread evenly over its months. Each period is credited on its first
day; a month in which employment or allocation begins or ends counts by the share of
its days. Sums are exact and rounded down as a whole, never period by period: so a full
year comes to the annual allowance, and nobody is ever ahead of it.
"""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Literal

Frequency = Literal["monthly", "quarterly", "half_yearly", "yearly"]

FINEST = Decimal("0.000001")  # what the ledger stores
_MONTHS: dict[Frequency, int] = {"monthly": 1, "quarterly": 3, "half_yearly": 6, "yearly": 12}
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Plan:
    """What is earned, and from when to when, both days included.

    `step` is what sums are rounded down to; None is as fine as can be stored.
    """

    per_year: Decimal
    frequency: Frequency
    starts_on: date
    ends_on: date
    joined_on: date
    last_day: date | None = None
    step: Decimal | None = None


@dataclass(frozen=True)
class Credit:
    """Days earned in the period that begins with `period`, credited on `day`."""

    period: date
    day: date
    days: Decimal


def credits_of(plan: Plan, as_of: date) -> list[Credit]:
    """Every credit up to a day, the first one first; a later day only adds to the list.

    Periods begin with the month in which the allocation does.
    """
    monthly = Fraction(plan.per_year) / 12
    begins = max(plan.starts_on, plan.joined_on)
    ends = min(plan.ends_on, plan.last_day or plan.ends_on)
    earned, credited = Fraction(0), Decimal(0)
    made = []
    for period, period_end in _periods(plan):
        first, last = max(period, begins), min(period_end, ends)
        if first > min(last, as_of):
            continue
        earned += monthly * _months(first, last)
        total = _rounded_down(earned, plan.step or FINEST)
        if total > credited:
            made.append(Credit(period, first, total - credited))
        credited = total
    return made


def _periods(plan: Plan) -> Iterator[tuple[date, date]]:
    start = plan.starts_on.replace(day=1)
    while start <= plan.ends_on:
        following = _later(start, _MONTHS[plan.frequency])
        yield start, following - _DAY
        start = following


def _months(first: date, last: date) -> Fraction:
    """How many months lie between two days, both included; a part of a month by its days."""
    whole = (last.year - first.year) * 12 + last.month - first.month
    return whole + Fraction(last.day, _length(last)) - Fraction(first.day - 1, _length(first))


def _length(day: date) -> int:
    """Days of the month."""
    return monthrange(day.year, day.month)[1]


def _later(first: date, months: int) -> date:
    """The first of a month, so many months after another."""
    count = first.year * 12 + first.month - 1 + months
    return date(count // 12, count % 12 + 1, 1)


def _rounded_down(exact: Fraction, step: Decimal) -> Decimal:
    return int(exact / Fraction(step)) * step
