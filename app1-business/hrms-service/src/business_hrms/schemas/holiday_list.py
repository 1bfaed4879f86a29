from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints
from servicekit.pagination import ListQuery
from servicekit.schemas import LEFT_OUT, Day, Input, Name, Output

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


class HolidayWish(Input):
    date: Day
    name: Name


def _each_once(days: list[HolidayWish]) -> list[HolidayWish]:
    if len({day.date for day in days}) < len(days):
        raise ValueError("each date stands once")
    return days


Holidays = Annotated[list[HolidayWish], Field(max_length=1000), AfterValidator(_each_once)]
WeeklyOff = Annotated[frozenset[Weekday], Field(max_length=6)]


class SuggestionQuery(Input):
    """ISO 3166: a country, and a subdivision such as `ENG` or `BY`."""

    country: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
    subdivision: Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{1,3}$")] | None = None
    year: int = Field(ge=1950, le=2100)


class HolidayListWish(Input):
    """With `is_default`, the list of every employee who has none of their own.

    `seed` adds a country's public holidays of a year to `days`.
    """

    name: Name
    weekly_off: WeeklyOff = frozenset()
    days: Holidays = Field(default=[])
    seed: SuggestionQuery | None = None
    is_default: bool = False


class HolidayListChanges(Input):
    """What is left out stays; `days` replaces all days."""

    name: Name = LEFT_OUT
    weekly_off: WeeklyOff = LEFT_OUT
    days: Holidays = LEFT_OUT
    is_default: bool = LEFT_OUT


class HolidayRead(Output):
    date: date
    name: str


class HolidayListItem(Output):
    id: UUID
    version: int
    name: str
    weekly_off: list[Weekday]
    is_default: bool


class HolidayListRead(HolidayListItem):
    days: list[HolidayRead]


class HolidayListQuery(ListQuery):
    sort: Literal["name", "-name"] = "name"


class Suggestion(Output):
    days: list[HolidayRead]
