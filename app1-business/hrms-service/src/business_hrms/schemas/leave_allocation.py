from datetime import date
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import Field, StringConstraints, model_validator
from servicekit.pagination import ListQuery
from servicekit.schemas import Day, Input, Output

from business_hrms.rules.accrual import Frequency
from business_hrms.rules.leave_words import EntryKind
from business_hrms.schemas.day_count import DayCount, GivenDays

Note = Annotated[str, StringConstraints(max_length=1000, pattern=r"^[^\x00]*$")]


class Accrual(Input):
    per_year: GivenDays
    frequency: Frequency


class AllocationWish(Input):
    """Days granted at once, or earned over the time: exactly one of `days` and `accrual`."""

    employee_id: UUID
    leave_type_id: UUID
    starts_on: Day = Field(alias="from")
    ends_on: Day = Field(alias="to")
    days: GivenDays | None = None
    accrual: Accrual | None = None

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if self.ends_on < self.starts_on:
            raise ValueError("`to` lies before `from`")
        if (self.days is None) == (self.accrual is None):
            raise ValueError("either `days` or `accrual`")
        return self


class Adjustment(Input):
    days: Annotated[DayCount, Field(ge=-3660, le=3660, decimal_places=4)]
    day: Day | None = None
    note: Note


class AllocationRead(Output):
    """Either `days` are granted or `per_year` are earned; `carried` came from the allocation before.

    `policy_id` is the policy that it was made for, null where people made it.
    """

    id: UUID
    version: int
    employee_id: UUID
    employee: str
    leave_type_id: UUID
    starts_on: date = Field(alias="from")
    ends_on: date = Field(alias="to")
    days: DayCount | None
    per_year: DayCount | None
    frequency: Frequency | None
    policy_id: UUID | None
    carried: DayCount


class AllocationMade(AllocationRead):
    """`capped` was left of the allocation before and could not be carried."""

    capped: DayCount


class AllocationQuery(ListQuery):
    employee_id: UUID | None = None
    leave_type_id: UUID | None = None
    sort: Literal["from", "-from"] = "-from"


class BalanceQuery(ListQuery):
    """Without `employee_id`, everybody whom the asker sees. Without `as_of`, today."""

    employee_id: UUID | None = None
    as_of: Day | None = None


class BalanceRead(Output):
    """A balance of the allocation that holds on a day.

    `available` = `allocated` + `carried` - `expired` - `taken` - `pending`. Leave
    counts from when it is asked for, whenever it lies; the rest up to that day.
    """

    employee_id: UUID
    allocation_id: UUID
    leave_type_id: UUID
    leave_type: str
    allocated: DayCount
    carried: DayCount
    taken: DayCount
    pending: DayCount
    expired: DayCount
    available: DayCount


class BalanceExportQuery(Input):
    as_of: Day | None = None


class EntriesQuery(Input):
    employee_id: UUID
    leave_type_id: UUID
    as_of: Day | None = None


class EntryRead(Output):
    """One entry of the ledger; `source_id` is the allocation, request or adjustment that caused it."""

    id: UUID
    kind: EntryKind
    day: date
    days: DayCount
    source_id: UUID
    note: str | None


class Entries(Output):
    items: list[EntryRead]
