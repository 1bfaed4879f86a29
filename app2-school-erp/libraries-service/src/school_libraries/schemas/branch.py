from datetime import date
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints, model_validator
from servicekit.pagination import ListQuery
from servicekit.schemas import LEFT_OUT, Day, Input, Name, Output

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


def _exists(day: str) -> str:
    date.fromisoformat(f"2000-{day}")  # a leap year
    return day


DayOfYear = Annotated[str, StringConstraints(pattern=r"^\d\d-\d\d$"), AfterValidator(_exists)]
SingleDays = Annotated[frozenset[Day], Field(max_length=2000)]


class BranchWish(Input):
    """With `is_default`, the branch that serves where no other is named, instead of the former."""

    name: Name
    is_default: bool = False


class BranchChanges(Input):
    name: Name = LEFT_OUT
    is_default: Literal[True] = LEFT_OUT


class BranchRead(Output):
    id: UUID
    version: int
    name: str
    is_default: bool


class BranchQuery(ListQuery):
    sort: Literal["name", "-name"] = "name"


class CalendarWish(Input):
    """All closures. `open` are single days that are open all the same."""

    weekly_closed: Annotated[frozenset[Weekday], Field(max_length=6)] = frozenset()
    yearly_closed: Annotated[frozenset[DayOfYear], Field(max_length=100)] = frozenset()
    closed: SingleDays = frozenset()
    open: SingleDays = frozenset()

    @model_validator(mode="after")
    def _decided(self) -> Self:
        if both := self.closed & self.open:
            raise ValueError(f"{min(both)} is closed or open, not both")
        return self


class CalendarRead(Output):
    """`branch_id` is whose calendar it is: the default branch's, where the one asked for has none."""

    branch_id: UUID
    weekly_closed: list[Weekday]
    yearly_closed: list[str]
    closed: list[date]
    open: list[date]


class CalendarQuery(Input):
    branch: UUID | None = None
