from datetime import date
from decimal import Decimal
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import AwareDatetime, Field, model_validator
from servicekit.pagination import ListQuery
from servicekit.schemas import Day, Input, Name, Output

from school_libraries.schemas.book import CopyRead
from school_libraries.schemas.explain import DayRead, FineRead
from school_libraries.schemas.hold import HoldRead
from school_libraries.schemas.loan_rule import RuleRead
from school_libraries.schemas.names import Barcode, Kind

Reasons = list[dict[str, str | int]]


class BorrowWish(Input):
    """Without `patron_id` or `card`, for oneself. `branch_id` is where it is lent, by default the copy's own.

    `override` says why staff lends against the rules.
    """

    barcode: Barcode
    patron_id: UUID | None = None
    card: Barcode | None = None
    branch_id: UUID | None = None
    override: Name | None = None

    @model_validator(mode="after")
    def _one_patron(self) -> Self:
        if self.patron_id is not None and self.card is not None:
            raise ValueError("patron_id or card, not both")
        return self


class ReturnWish(Input):
    """A copy that is brought back to another branch than its own is in transit until it is scanned there."""

    barcode: Barcode
    branch_id: UUID | None = None
    damaged: bool = False


class RenewWish(Input):
    loan_id: UUID
    override: Name | None = None


class LoanRead(Output):
    """`overdue` is told by the date in the tenant's time zone."""

    id: UUID
    version: int
    copy_id: UUID
    barcode: str
    book_id: UUID
    title: str
    patron_id: UUID
    patron: str
    patron_category: str
    item_type: str
    branch_id: UUID
    out_at: AwareDatetime
    due_on: date
    renewals: int
    returned_at: AwareDatetime | None
    lost_at: AwareDatetime | None
    overdue: bool


class Lent(Output):
    """A loan made or renewed, with each day up to its due date; `overridden` stood against it."""

    loan: LoanRead
    explain: list[DayRead]
    overridden: Reasons


class Returned(Output):
    """`loan` ended, `hold` is for whom the copy lies ready now, `refunded` what a found copy gave back."""

    item: CopyRead
    loan: LoanRead | None
    fine: FineRead | None
    refunded: Decimal
    hold: HoldRead | None


class LoanExplained(Output):
    """The due date's days, and what is owed for being late if the copy comes back today, or when it came."""

    due_on: date
    rule: RuleRead
    explain: list[DayRead]
    fine: FineRead


class LoanFilter(Input):
    """Loans made from the day `from` to the day `to`; one's own, where one does not serve patrons."""

    patron_id: UUID | None = None
    book_id: UUID | None = None
    branch_id: UUID | None = None
    patron_category: Kind | None = None
    item_type: Kind | None = None
    state: Literal["running", "overdue", "lost", "returned"] | None = None
    since: Day | None = Field(None, alias="from")
    until: Day | None = Field(None, alias="to")


class LoanQuery(ListQuery, LoanFilter):
    sort: Literal["out_at", "-out_at", "due_on", "-due_on"] = "-out_at"


class RunningLoan(Input):
    """A loan that another system began."""

    barcode: Barcode
    patron_id: UUID | None = None
    card: Barcode | None = None
    out_on: Day
    due_on: Day

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if (self.patron_id is None) == (self.card is None):
            raise ValueError("patron_id or card")
        if self.due_on < self.out_on:
            raise ValueError("`due_on` lies before `out_on`")
        return self


class RunningLoans(Input):
    loans: Annotated[list[RunningLoan], Field(min_length=1, max_length=500)]


class LoansTaken(Output):
    taken: int
