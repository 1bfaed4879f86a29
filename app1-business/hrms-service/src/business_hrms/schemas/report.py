from datetime import date
from typing import Literal, Self
from uuid import UUID

from contracts.facts import EmploymentType
from pydantic import Field, model_validator
from servicekit.schemas import Day, Input, Output

from business_hrms.schemas.day_count import DayCount

Form = Literal["json", "csv", "xlsx"]
Group = Literal["department", "position", "employment_type"]
_LONGEST = 3660  # days


class _Formed(Input):
    form: Form = Field("json", alias="format")


class HeadcountQuery(_Formed):
    """`on` is today where it is left out."""

    on: Day | None = None
    by: Group = "department"


class Period(_Formed):
    first: Day = Field(alias="from")
    last: Day = Field(alias="to")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not 0 <= (self.last - self.first).days <= _LONGEST:
            raise ValueError("A period ends after it begins, and within ten years.")
        return self


class MonthsQuery(Period):
    by: Group = "department"


class LeaveBalanceQuery(_Formed):
    as_of: Day | None = None


class HeadcountLine(Output):
    """How many are employed at the end of a day; `name` is null for those without such a group."""

    day: date
    id: UUID | None
    name: str | None
    employees: int


class Headcount(Output):
    items: list[HeadcountLine]


class Movement(Output):
    """Somebody's first or last day, with the job of that day."""

    day: date
    kind: Literal["joined", "left"]
    employee_no: str
    first_name: str
    last_name: str
    department: str | None
    position: str | None
    employment_type: EmploymentType
    leaving_reason: str | None


class Movements(Output):
    joined: int
    left: int
    items: list[Movement]


class LeaveBalanceLine(Output):
    employee_no: str
    leave_type: str
    allocated: DayCount
    carried: DayCount
    taken: DayCount
    pending: DayCount
    expired: DayCount
    available: DayCount


class LeaveBalances(Output):
    items: list[LeaveBalanceLine]
