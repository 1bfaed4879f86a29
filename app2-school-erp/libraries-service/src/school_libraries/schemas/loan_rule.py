from datetime import date
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field
from servicekit.schemas import Day, Input, Output

from school_libraries.rules.calendar import Mode
from school_libraries.rules.words import FoundPolicy
from school_libraries.schemas.amount import Amount
from school_libraries.schemas.explain import DayRead
from school_libraries.schemas.names import Barcode, Kind

Count = Annotated[int, Field(ge=0, le=1000)]


class RuleWish(Input):
    """On what terms a category of patrons gets a type of item at a branch; null is every one.

    `fine` is owed for every `every` open days overdue, after `grace` open days, up to
    `cap` and, with `cap_at_price`, the copy's price. A loan is lost `lost_after` days
    after its due date. `no_renew_before` counts days before it. `max_loans` counts loans
    of the rule's item type and branch.
    """

    branch_id: UUID | None = None
    patron_category: Kind | None = None
    item_type: Kind | None = None

    days: int = Field(14, ge=1, le=1000)
    mode: Mode = Mode.DATEDUE
    max_loans: Count = 5
    renewals: Count = 2
    no_renew_before: Count | None = None
    max_holds: Count = 5
    pickup_days: int = Field(7, ge=1, le=100)
    fine: Amount = Decimal(0)
    every: int = Field(1, ge=1, le=100)
    grace: Count = 0
    cap: Amount | None = None
    cap_at_price: bool = True
    processing_fee: Amount = Decimal(0)
    lost_after: int | None = Field(None, ge=1, le=1000)
    found: FoundPolicy = FoundPolicy.PRICE
    max_debt: Amount | None = None


def _each_scope_once(rules: list[RuleWish]) -> list[RuleWish]:
    if len({(rule.branch_id, rule.patron_category, rule.item_type) for rule in rules}) < len(rules):
        raise ValueError("two rules have the same scope")
    return rules


RulesWish = Annotated[list[RuleWish], Field(min_length=1, max_length=500), AfterValidator(_each_scope_once)]


class RuleRead(Output):
    id: UUID
    branch_id: UUID | None
    patron_category: str | None
    item_type: str | None
    days: int
    mode: Mode
    max_loans: int
    renewals: int
    no_renew_before: int | None
    max_holds: int
    pickup_days: int
    fine: Decimal
    every: int
    grace: int
    cap: Decimal | None
    cap_at_price: bool
    processing_fee: Decimal
    lost_after: int | None
    found: FoundPolicy
    max_debt: Decimal | None


class RulesRead(Output):
    """Amounts are in `currency`."""

    currency: str
    items: list[RuleRead]


class PreviewWish(Input):
    barcode: Barcode
    patron_id: UUID
    starts_on: Day = Field(alias="from")


class Preview(Output):
    """What lending would come to; `reasons` would be in the way."""

    due_on: date
    explain: list[DayRead]
    rule: RuleRead
    reasons: list[dict[str, str | int]]
