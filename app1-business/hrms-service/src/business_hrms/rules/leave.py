"""What leave costs, what is carried from year to year, and what expires.

An employee's allocations of one leave type follow each other in time. Each has
days of its own, and days carried from the one before, which may expire earlier.
Leave uses the days that expire first.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import accumulate

ZERO = Decimal(0)
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Policy:
    """On what terms days are carried into an allocation.

    `carry_forward_cap` bounds the days that are carried, `max_balance` carried and
    new ones together; where both are None, nothing is carried. Carried days last
    for `carry_forward_expires_after_days` from the start of the allocation.
    """

    carry_forward_cap: Decimal | None = None
    max_balance: Decimal | None = None
    carry_forward_expires_after_days: int | None = None


@dataclass(frozen=True)
class Term:
    """One allocation: its first and last day, and what was put in and used, by day.

    `entitled` is what the whole term will bring without what is carried.
    """

    policy: Policy
    starts_on: date
    ends_on: date
    entitled: Decimal
    grants: Mapping[date, Decimal]
    uses: Mapping[date, Decimal]


@dataclass(frozen=True)
class Settled:
    """What follows for one allocation.

    What was left of the allocation before is `carried` or `capped`; of what is carried,
    `expired` goes on the day `expires_on`. `lowest` is the least that was
    there on any day, `closing` what is left at the end.
    """

    carried: Decimal
    capped: Decimal
    expires_on: date | None
    expired: Decimal
    lowest: Decimal
    closing: Decimal


@dataclass(frozen=True)
class DaysOff:
    """When somebody does not work: weekdays by name, and holidays."""

    weekly_off: Collection[str] = ()
    holidays: Collection[date] = ()

    def __contains__(self, day: date) -> bool:
        return WEEKDAYS[day.weekday()] in self.weekly_off or day in self.holidays


def cost(
    first: date, last: date, *, half: bool, off: DaysOff, includes_holidays: bool
) -> dict[date, Decimal]:
    """The leave days from `first` to `last`, both included, each 1, or 0.5 where `half`.

    Days off cost nothing, unless the leave type includes them.
    """
    days = (first + n * _DAY for n in range((last - first).days + 1))
    share = Decimal("0.5") if half else Decimal(1)
    return {day: share for day in days if includes_holidays or day not in off}


def at_a_time(asked: Mapping[date, Decimal], others: Mapping[date, Decimal], off: DaysOff) -> Decimal:
    """Leave days without a working day in between: those asked for, and other leave that they extend."""
    total = sum(asked.values(), ZERO)
    for day, step in ((min(asked), -_DAY), (max(asked), _DAY)):
        while (day := day + step) in others or day in off:
            total += others.get(day, ZERO)
    return total


def settle(terms: Iterable[Term]) -> list[Settled]:
    """Carry and expire through all allocations of an employee and leave type, the first one first."""
    results: list[Settled] = []
    for term in terms:
        left = max(ZERO, results[-1].closing) if results else ZERO
        carried = min(left, _room(term))
        results.append(_settle_one(term, carried, left - carried))
    return results


def available(term: Term, settled: Settled, as_of: date) -> Decimal:
    """What can be asked for on a day: leave counts from when it is asked for, whenever it lies."""
    granted = sum((days for day, days in term.grants.items() if day <= as_of), ZERO)
    gone = settled.expired if settled.expires_on is not None and settled.expires_on <= as_of else ZERO
    return granted + settled.carried - gone - sum(term.uses.values(), ZERO)


def _room(term: Term) -> Decimal:
    """How many days may be carried into an allocation at most."""
    policy, bounds = term.policy, []
    if policy.carry_forward_cap is not None:
        bounds.append(policy.carry_forward_cap)
    if policy.max_balance is not None:
        bounds.append(max(ZERO, policy.max_balance - term.entitled))
    return min(bounds, default=ZERO)


def _settle_one(term: Term, carried: Decimal, capped: Decimal) -> Settled:
    changes = [(term.starts_on, carried), *term.grants.items()]
    changes += [(day, -days) for day, days in term.uses.items()]
    expires_on, expired = _expiry(term), ZERO
    if expires_on is not None:
        used_before = sum((days for day, days in term.uses.items() if day < expires_on), ZERO)
        expired = max(ZERO, carried - used_before)
        changes.append((expires_on, -expired))
    by_day: dict[date, Decimal] = {}
    for day, days in sorted(changes):
        by_day[day] = by_day.get(day, ZERO) + days
    balances = list(accumulate(by_day.values()))
    return Settled(carried, capped, expires_on, expired, lowest=min(balances), closing=balances[-1])


def _expiry(term: Term) -> date | None:
    """The first day without the carried days, where that comes before the end of the allocation."""
    after = term.policy.carry_forward_expires_after_days
    if after is None:
        return None
    day = term.starts_on + after * _DAY
    return day if day <= term.ends_on else None
