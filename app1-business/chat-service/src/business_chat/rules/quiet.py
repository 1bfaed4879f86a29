"""When somebody does not want to be disturbed."""

from datetime import datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo


class QuietHours(NamedTuple):
    """Every day on the clocks of an IANA zone; over midnight where `ends` is before `begins`."""

    begins: time
    ends: time
    zone: str


def quiet_until(now: datetime, snooze_until: datetime | None, hours: QuietHours | None) -> datetime | None:
    """The moment until which nothing is to disturb; None where something may now.

    Where an hour is left out or comes twice, the end is as `zoneinfo` has it: the earlier one.
    """
    ends = [] if snooze_until is None else [snooze_until]
    if hours is not None:
        local = now.astimezone(ZoneInfo(hours.zone))
        clock = local.time()
        begun, ended = clock >= hours.begins, clock >= hours.ends
        if (begun and not ended) if hours.begins < hours.ends else (begun or not ended):
            day = local.date() + timedelta(days=ended)
            ends.append(datetime.combine(day, hours.ends, ZoneInfo(hours.zone)))
    return max((end for end in ends if end > now), default=None)
