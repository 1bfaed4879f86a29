"""On which days a library is open, and when what is lent must be back.

Days are calendar days of the library; no clock is asked and no seconds are counted.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_DAY = timedelta(days=1)
_WEEK = 7


class Mode(StrEnum):
    """What closed days do to a due date.

    `days`: nothing. `calendar`: only open days are counted. `datedue`: a due date on a
    closed day moves to the next open day. `dayweek`: it moves by whole weeks, where the
    period is a multiple of a week and the weekday is not one that is closed every week,
    else to the next open day.
    """

    DAYS = "days"
    CALENDAR = "calendar"
    DATEDUE = "datedue"
    DAYWEEK = "dayweek"


class Opening(StrEnum):
    """Why a day is open or closed. The exception goes before everything else."""

    OPEN = "open"
    OPEN_BY_EXCEPTION = "open_by_exception"
    CLOSED = "closed"
    CLOSED_YEARLY = "closed_yearly"
    CLOSED_WEEKLY = "closed_weekly"

    @property
    def is_open(self) -> bool:
        return self in {Opening.OPEN, Opening.OPEN_BY_EXCEPTION}


@dataclass(frozen=True)
class Calendar:
    """Closures: names of weekdays, `MM-DD` of every year, single days; and single days open all the same."""

    weekly_closed: frozenset[str] = frozenset()
    yearly_closed: frozenset[str] = frozenset()
    closed: frozenset[date] = frozenset()
    open: frozenset[date] = frozenset()

    def opening(self, day: date) -> Opening:
        if day in self.open:
            return Opening.OPEN_BY_EXCEPTION
        if day in self.closed:
            return Opening.CLOSED
        if f"{day:%m-%d}" in self.yearly_closed:
            return Opening.CLOSED_YEARLY
        if WEEKDAYS[day.weekday()] in self.weekly_closed:
            return Opening.CLOSED_WEEKLY
        return Opening.OPEN

    def is_open(self, day: date) -> bool:
        return self.opening(day).is_open


@dataclass(frozen=True)
class DueDay:
    """One day on the way to a due date; `counted` where it uses up the period."""

    day: date
    opening: Opening
    counted: bool


@dataclass(frozen=True)
class Due:
    """`explain` has every day after the first up to `on`, the due date."""

    on: date
    explain: tuple[DueDay, ...]


def due(start: date, days: int, mode: Mode, calendar: Calendar, *, latest: date | None = None) -> Due:
    """When something lent on `start` for `days` must be back; never after `latest`.

    The calendar must have a weekday that is not closed every week.
    """
    if mode is Mode.CALENDAR:
        return _counting_open_days(start, days, calendar, latest)
    counted = start + days * _DAY
    end = _moved(counted, days, mode, calendar)
    if latest is not None and latest < end:
        end = max(latest, start)
    explain = (DueDay(day, calendar.opening(day), counted=day <= counted) for day in _after(start, end))
    return Due(end, tuple(explain))


def _counting_open_days(start: date, days: int, calendar: Calendar, latest: date | None) -> Due:
    explain: list[DueDay] = []
    day, left = start, days
    while left and (latest is None or day < latest):
        day += _DAY
        opening = calendar.opening(day)
        explain.append(DueDay(day, opening, counted=opening.is_open))
        left -= opening.is_open
    return Due(day, tuple(explain))


def _moved(day: date, period: int, mode: Mode, calendar: Calendar) -> date:
    """A due date as closed days leave it."""
    if mode is Mode.DAYS:
        return day
    always_closed = WEEKDAYS[day.weekday()] in calendar.weekly_closed
    by_weeks = mode is Mode.DAYWEEK and period % _WEEK == 0 and not always_closed
    step = _WEEK * _DAY if by_weeks else _DAY
    while not calendar.is_open(day):
        day += step
    return day


def _after(start: date, end: date) -> Iterator[date]:
    return (start + n * _DAY for n in range(1, (end - start).days + 1))
