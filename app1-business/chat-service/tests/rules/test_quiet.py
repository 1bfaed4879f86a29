from datetime import UTC, datetime, time

import pytest
from business_chat.rules.quiet import QuietHours, quiet_until

NIGHT = QuietHours(time(22), time(7), "Europe/London")
LUNCH = QuietHours(time(12), time(13), "Asia/Tokyo")


def at(moment: str) -> datetime:
    return datetime.fromisoformat(moment).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "hours", "until"),
    [
        ("2026-01-10 21:59", NIGHT, None),
        ("2026-01-10 22:00", NIGHT, "2026-01-11 07:00"),
        ("2026-01-11 06:59", NIGHT, "2026-01-11 07:00"),
        ("2026-01-11 07:00", NIGHT, None),
        ("2026-07-10 21:00", NIGHT, "2026-07-11 06:00"),  # summer time
        ("2026-03-28 22:30", NIGHT, "2026-03-29 06:00"),  # the clocks go forward in the night
        ("2026-10-24 21:30", NIGHT, "2026-10-25 07:00"),  # and back
        ("2026-01-10 02:59", LUNCH, None),
        ("2026-01-10 03:00", LUNCH, "2026-01-10 04:00"),
        ("2026-01-10 04:00", LUNCH, None),
    ],
)
def test_quiet_hours_follow_the_clocks_of_their_zone(now: str, hours: QuietHours, until: str | None) -> None:
    assert quiet_until(at(now), None, hours) == (until and at(until))


def test_of_a_snooze_and_quiet_hours_the_later_end_counts_and_a_past_snooze_not_at_all() -> None:
    now, later = at("2026-01-10 22:30"), at("2026-01-11 09:00")
    assert quiet_until(now, later, NIGHT) == later
    assert quiet_until(now, at("2026-01-10 23:00"), NIGHT) == at("2026-01-11 07:00")
    assert quiet_until(now, at("2026-01-10 22:00"), None) is None
