"""Why a patron may not borrow, renew or reserve: all reasons at once, each with its numbers.

A reason is a member of the refusal as clients get it: `code`, and what it was measured by.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

Reason = dict[str, str | int]


@dataclass(frozen=True)
class Standing:
    """How a patron stands with the library today. `blocked` says why, where somebody blocked the patron."""

    active: bool
    blocked: str | None
    until: date | None
    owed: Decimal

    def restrictions(self, today: date, max_debt: Decimal | None) -> list[Reason]:
        reasons: list[Reason] = []
        if not self.active:
            reasons.append({"code": "inactive"})
        if self.blocked is not None:
            reasons.append({"code": "restriction", "note": self.blocked})
        if self.until is not None and self.until < today:
            reasons.append({"code": "expired", "until": self.until.isoformat()})
        if max_debt is not None and self.owed > max_debt:
            reasons.append({"code": "debt", "owed": str(self.owed), "max_allowed": str(max_debt)})
        return reasons


def too_many(count: int, max_allowed: int, code: str = "too_many") -> list[Reason]:
    """The refusal of one more, where there are `count`."""
    return [{"code": code, "count": count, "max_allowed": max_allowed}] if count >= max_allowed else []


def against_renewal(
    today: date, due_on: date, *, renewals: int, max_renewals: int, no_renew_before: int | None, waiting: int
) -> list[Reason]:
    """Why a loan is not renewed.

    Args:
        no_renew_before: days before the due date from which it can be.
        waiting: patrons who wait for the copy.
    """
    reasons = too_many(renewals, max_renewals)
    if no_renew_before is not None and today < (first := due_on - timedelta(days=no_renew_before)):
        reasons.append({"code": "too_soon", "from": first.isoformat()})
    if today > due_on:
        reasons.append({"code": "overdue", "due_on": due_on.isoformat()})
    if waiting:
        reasons.append({"code": "on_reserve", "count": waiting})
    return reasons
