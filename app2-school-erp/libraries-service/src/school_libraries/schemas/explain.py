"""Due dates and fines, explained day by day."""

from datetime import date
from decimal import Decimal
from typing import Literal
from uuid import UUID

from servicekit.schemas import Output

from school_libraries.rules.calendar import Due, Opening
from school_libraries.rules.fine import Fine, Verdict


class DayRead(Output):
    """`because` says why the library was open or closed, `rule_id` whose terms counted the day.

    `counted` days use up the loan period, or are charged.
    """

    day: date
    verdict: Literal["open", "closed", "grace", "charged"]
    because: Opening
    counted: bool
    rule_id: UUID


class FineRead(Output):
    """What is owed for being late, in `currency`; the days after the cap is reached are not listed."""

    amount: Decimal
    currency: str
    explain: list[DayRead]


def days_to(due: Due, rule_id: UUID) -> list[DayRead]:
    return [
        DayRead(
            day=step.day,
            verdict="open" if step.opening.is_open else "closed",
            because=step.opening,
            counted=step.counted,
            rule_id=rule_id,
        )
        for step in due.explain
    ]


def late_days(fine: Fine, rule_id: UUID) -> list[DayRead]:
    return [
        DayRead(
            day=step.day,
            verdict=step.verdict.value,
            because=step.opening,
            counted=step.verdict is Verdict.CHARGED,
            rule_id=rule_id,
        )
        for step in fine.explain
    ]


def fine_read(fine: Fine, rule_id: UUID, currency: str) -> FineRead:
    return FineRead(amount=fine.amount, currency=currency, explain=late_days(fine, rule_id))
