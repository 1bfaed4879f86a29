from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from school_libraries.rules.calendar import WEEKDAYS, Calendar, Mode, Opening, due

SCHOOL = Calendar(
    weekly_closed=frozenset({"saturday", "sunday"}),
    yearly_closed=frozenset({"01-01", "12-25"}),
    closed=frozenset({date(2011, 6, 1), date(2012, 7, 4)}),
    open=frozenset({date(2012, 11, 11)}),
)
WEEKDAY_CLOSURES = st.frozensets(st.sampled_from(WEEKDAYS), max_size=6)
NEAR = st.dates(date(2011, 12, 1), date(2012, 3, 31))
YEARLY = st.frozensets(NEAR.map(lambda day: f"{day:%m-%d}"), max_size=20)
SINGLE = st.frozensets(NEAR, max_size=20)
CALENDARS = st.builds(
    Calendar, weekly_closed=WEEKDAY_CLOSURES, yearly_closed=YEARLY, closed=SINGLE, open=SINGLE
)


@pytest.mark.parametrize(
    ("day", "opening"),
    [
        (date(2012, 11, 24), Opening.CLOSED_WEEKLY),
        (date(2012, 11, 26), Opening.OPEN),
        (date(2013, 1, 1), Opening.CLOSED_YEARLY),
        (date(2012, 7, 4), Opening.CLOSED),
        (date(2012, 11, 11), Opening.OPEN_BY_EXCEPTION),
    ],
)
def test_a_day_is_open_or_closed_for_a_reason(day: date, opening: Opening) -> None:
    assert SCHOOL.opening(day) is opening


@pytest.mark.parametrize(
    ("start", "days", "mode", "expected"),
    [
        (date(2012, 7, 3), 1, Mode.DAYS, date(2012, 7, 4)),
        (date(2012, 7, 3), 1, Mode.DATEDUE, date(2012, 7, 5)),
        (date(2012, 7, 3), 1, Mode.CALENDAR, date(2012, 7, 5)),
        (date(2012, 7, 23), 7, Mode.DAYS, date(2012, 7, 30)),
        (date(2012, 7, 23), 7, Mode.DATEDUE, date(2012, 7, 30)),
        (date(2012, 7, 23), 7, Mode.CALENDAR, date(2012, 8, 1)),
        (date(2012, 6, 27), 7, Mode.DAYWEEK, date(2012, 7, 11)),
        (date(2012, 6, 28), 6, Mode.DAYWEEK, date(2012, 7, 5)),
        (date(2012, 7, 7), 7, Mode.DAYWEEK, date(2012, 7, 16)),
        (date(2012, 11, 4), 7, Mode.DATEDUE, date(2012, 11, 11)),
    ],
)
def test_a_due_date_minds_closures_by_its_mode(start: date, days: int, mode: Mode, expected: date) -> None:
    assert due(start, days, mode, SCHOOL).on == expected


def test_a_due_date_is_explained_day_by_day() -> None:
    assert [
        (step.day.day, step.opening, step.counted)
        for step in due(date(2012, 7, 3), 1, Mode.DATEDUE, SCHOOL).explain
    ] == [
        (4, Opening.CLOSED, True),
        (5, Opening.OPEN, False),
    ]


@pytest.mark.parametrize("mode", Mode)
def test_nothing_is_due_after_the_latest_day(mode: Mode) -> None:
    ended = due(date(2012, 7, 3), 28, mode, SCHOOL, latest=date(2012, 7, 6))
    assert ended.on == date(2012, 7, 6)
    assert ended.explain[-1].day == date(2012, 7, 6)
    assert due(date(2012, 7, 3), 28, mode, SCHOOL, latest=date(2012, 7, 1)).on == date(2012, 7, 3)


def slowly_open(calendar: Calendar, day: date) -> bool:
    if day in calendar.open:
        return True
    weekday = day.strftime("%A").lower() in calendar.weekly_closed
    yearly = any((day.month, day.day) == tuple(map(int, when.split("-"))) for when in calendar.yearly_closed)
    return not (weekday or yearly or day in calendar.closed)


def slowly_due(start: date, days: int, mode: Mode, calendar: Calendar) -> date:
    """The definitions, one day at a time."""
    day, used = start, 0
    while used < days:
        day += timedelta(days=1)
        used += mode is not Mode.CALENDAR or slowly_open(calendar, day)
    if mode in {Mode.DAYS, Mode.CALENDAR} or slowly_open(calendar, day):
        return day
    weeks = (
        mode is Mode.DAYWEEK and days % 7 == 0 and day.strftime("%A").lower() not in calendar.weekly_closed
    )
    moved = day + timedelta(days=1)
    while not slowly_open(calendar, moved) or (weeks and moved.weekday() != day.weekday()):
        moved += timedelta(days=1)
    return moved


@given(NEAR, st.integers(1, 60), st.sampled_from(Mode), CALENDARS)
def test_due_dates_agree_with_a_day_by_day_oracle(
    start: date, days: int, mode: Mode, calendar: Calendar
) -> None:
    found = due(start, days, mode, calendar)
    assert found.on == slowly_due(start, days, mode, calendar)
    assert [step.day for step in found.explain] == [
        start + timedelta(days=n) for n in range(1, (found.on - start).days + 1)
    ]
    assert sum(step.counted for step in found.explain) == days
    assert all(step.opening.is_open == slowly_open(calendar, step.day) for step in found.explain)


@given(NEAR, st.integers(1, 60), CALENDARS)
def test_only_the_plain_mode_ends_on_a_closed_day(start: date, days: int, calendar: Calendar) -> None:
    for mode in (Mode.CALENDAR, Mode.DATEDUE, Mode.DAYWEEK):
        assert slowly_open(calendar, due(start, days, mode, calendar).on)
