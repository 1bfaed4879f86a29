from datetime import date
from typing import Literal, Self
from uuid import UUID

from pydantic import Field, model_validator
from servicekit.pagination import ListQuery, Page
from servicekit.schemas import Day, Output

from business_hrms.rules.leave_words import LeaveStatus
from business_hrms.schemas.holiday_list import HolidayRead, Weekday

LONGEST = 100  # days


class CalendarQuery(ListQuery):
    """The days `from` to `to`; a department includes those below it."""

    starts_on: Day = Field(alias="from")
    ends_on: Day = Field(alias="to")
    department_id: UUID | None = None
    sort: Literal["name"] = "name"

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if not 0 <= (self.ends_on - self.starts_on).days < LONGEST:
            raise ValueError(f"from one day to the same or a later one, {LONGEST} at most")
        return self


class Away(Output):
    """Somebody's absence; `days` are those of the calendar that it costs.

    Of colleagues one sees only that they are away: what is approved, and no more of it.
    """

    starts_on: date = Field(alias="from")
    ends_on: date = Field(alias="to")
    half_day: Literal["morning", "afternoon"] | None
    days: list[date]
    request_id: UUID | None
    leave_type_id: UUID | None
    leave_type: str | None
    status: LeaveStatus | None


class CalendarPerson(Output):
    """`holiday_list_id` is that of `holidays` which holds for them, their own or the default one."""

    employee_id: UUID
    first_name: str
    last_name: str
    holiday_list_id: UUID | None
    away: list[Away]


class CalendarHolidays(Output):
    holiday_list_id: UUID
    weekly_off: list[Weekday]
    days: list[HolidayRead]


class TeamCalendar(Page[CalendarPerson]):
    """People by name with their absences, and the holiday lists that they have."""

    holidays: list[CalendarHolidays]
