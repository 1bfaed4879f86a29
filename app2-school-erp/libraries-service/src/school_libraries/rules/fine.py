"""What is owed for bringing something back late."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from school_libraries.rules.calendar import Calendar, Opening

ZERO = Decimal(0)


@dataclass(frozen=True)
class FineTerms:
    """`amount` is owed for every `every` charged days.

    The first `grace` open days after the due date are never charged. `cap` is the most
    that is owed.
    """

    amount: Decimal
    every: int = 1
    grace: int = 0
    cap: Decimal | None = None


class Verdict(StrEnum):
    CLOSED = "closed"
    GRACE = "grace"
    CHARGED = "charged"


@dataclass(frozen=True)
class LateDay:
    """One day after the due date; `opening` says why it is closed or open."""

    day: date
    opening: Opening
    verdict: Verdict


@dataclass(frozen=True)
class Fine:
    """`explain` has each day after the due date, up to the day from which the cap leaves nothing to add."""

    amount: Decimal
    explain: tuple[LateDay, ...]


def fine(due_on: date, returned_on: date, terms: FineTerms, calendar: Calendar) -> Fine:
    """What is owed on `returned_on`. Closed days, and the due day itself, cost nothing."""
    explain: list[LateDay] = []
    graced = charged = 0
    day = due_on
    while day < returned_on and not _capped(charged, terms):
        day += timedelta(days=1)
        opening = calendar.opening(day)
        if not opening.is_open:
            verdict = Verdict.CLOSED
        elif graced < terms.grace:
            graced += 1
            verdict = Verdict.GRACE
        else:
            charged += 1
            verdict = Verdict.CHARGED
        explain.append(LateDay(day, opening, verdict))
    return Fine(_owed(charged, terms), tuple(explain))


def _owed(charged: int, terms: FineTerms) -> Decimal:
    uncapped = charged // terms.every * terms.amount
    return uncapped if terms.cap is None else min(uncapped, terms.cap)


def _capped(charged: int, terms: FineTerms) -> bool:
    """Whether more days would add nothing."""
    return not terms.amount or (terms.cap is not None and _owed(charged, terms) == terms.cap)
