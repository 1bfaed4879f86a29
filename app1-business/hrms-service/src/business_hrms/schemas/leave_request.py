from datetime import date
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BeforeValidator, Field, model_validator
from servicekit.pagination import ListQuery
from servicekit.schemas import Day, Input, Output

from business_hrms.rules.leave_words import LeaveStatus
from business_hrms.schemas.day_count import DayCount
from business_hrms.schemas.leave_allocation import Note
from business_hrms.schemas.leave_approval import AskedRead, StepRead

LONGEST = 366  # days from the first to the last


def _as_half(value: object) -> object:
    """True is a morning, false a whole day."""
    return {True: "morning", False: None}.get(value, value) if isinstance(value, bool) else value


HalfDay = Annotated[Literal["morning", "afternoon"] | None, BeforeValidator(_as_half)]


class LeaveWish(Input):
    """Without `employee_id`, for oneself. A half day is a request for that day alone."""

    employee_id: UUID | None = None
    leave_type_id: UUID
    starts_on: Day = Field(alias="from")
    ends_on: Day = Field(alias="to")
    half_day: HalfDay = None
    reason: Note | None = None

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if self.ends_on < self.starts_on:
            raise ValueError("`to` lies before `from`")
        if (self.ends_on - self.starts_on).days >= LONGEST:
            raise ValueError(f"a request covers {LONGEST} days at most")
        if self.half_day is not None and self.ends_on != self.starts_on:
            raise ValueError("half a day is one day")
        return self


class Decision(Input):
    comment: Note | None = None


class LeaveItem(Output):
    id: UUID
    version: int
    employee_id: UUID
    employee: str
    leave_type_id: UUID
    starts_on: date = Field(alias="from")
    ends_on: date = Field(alias="to")
    half_day: Literal["morning", "afternoon"] | None
    days: DayCount
    reason: str | None
    status: LeaveStatus


class LeaveRead(LeaveItem):
    """`asked` is null where who manages leave is to decide, or nothing is."""

    approval: list[StepRead]
    asked: AskedRead | None


class LeaveQuery(ListQuery):
    """Requests of those whom the asker sees that touch the days `from` to `to`.

    `awaits_me` leaves those that the asker is to decide on next.
    """

    employee_id: UUID | None = None
    leave_type_id: UUID | None = None
    status: LeaveStatus | None = None
    awaits_me: bool = False
    starts_on: Day | None = Field(None, alias="from")
    ends_on: Day | None = Field(None, alias="to")
    sort: Literal["from", "-from"] = "-from"
