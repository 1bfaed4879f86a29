from datetime import date
from typing import Annotated, Literal, Self
from uuid import UUID

from contracts.facts import EmploymentType
from pydantic import AfterValidator, Field, model_validator
from servicekit.pagination import ListQuery
from servicekit.schemas import LEFT_OUT, Day, Input, Name, Output

from business_hrms.rules.accrual import Frequency
from business_hrms.schemas.day_count import DayCount, GivenDays


class LineWish(Input):
    """`days` for a full year: earned at a `frequency`, or granted at once without one."""

    leave_type_id: UUID
    days: GivenDays
    frequency: Frequency | None = None


def _each_type_once(lines: list[LineWish]) -> list[LineWish]:
    if len({line.leave_type_id for line in lines}) < len(lines):
        raise ValueError("each leave type stands once")
    return lines


Lines = Annotated[list[LineWish], Field(min_length=1, max_length=100), AfterValidator(_each_type_once)]


class PolicyWish(Input):
    """On what terms days are carried from year to year is the leave type's."""

    name: Name
    lines: Lines


class PolicyChanges(Input):
    """What is left out stays; `lines` replaces all lines, for leave years that are made from now on."""

    name: Name = LEFT_OUT
    lines: Lines = LEFT_OUT


class LineRead(Output):
    leave_type_id: UUID
    days: DayCount
    frequency: Frequency | None


class PolicyItem(Output):
    id: UUID
    version: int
    name: str


class PolicyRead(PolicyItem):
    lines: list[LineRead]


class PolicyQuery(ListQuery):
    sort: Literal["name", "-name"] = "name"


class AssignmentWish(Input):
    """For one employee, a department and those below it, a type of employment, or, naming none, everybody.

    It decides on the leave years that begin on `from` or later, and on the rest of the
    one that `from` lies in where there is no leave of the type yet.
    """

    starts_on: Day = Field(alias="from")
    employee_id: UUID | None = None
    department_id: UUID | None = None
    employment_type: EmploymentType | None = None

    @model_validator(mode="after")
    def _names_one(self) -> Self:
        if sum(one is not None for one in (self.employee_id, self.department_id, self.employment_type)) > 1:
            raise ValueError("one of employee_id, department_id and employment_type at most")
        return self


class AssignmentRead(Output):
    id: UUID
    policy_id: UUID
    starts_on: date = Field(alias="from")
    employee_id: UUID | None
    department_id: UUID | None
    employment_type: EmploymentType | None


class AssignmentQuery(ListQuery):
    sort: Literal["from", "-from"] = "-from"


class PolicyRun(Input):
    """A day of the leave year to make."""

    as_of: Day
