from typing import Literal
from uuid import UUID

from servicekit.schemas import Output

from school_libraries.schemas.loan import LoanFilter

Dimension = Literal["branch", "patron_category", "item_type"]


class StatisticsQuery(LoanFilter):
    """Of the loans that the filter leaves, counted `by`."""

    by: Dimension = "branch"


class StatisticsRow(Output):
    """`loans` lists the loans that were counted. `overdue` and `lost` are those that still run."""

    key: UUID | str
    name: str
    count: int
    renewals: int
    running: int
    overdue: int
    lost: int
    loans: str


class StatisticsRead(Output):
    items: list[StatisticsRow]
