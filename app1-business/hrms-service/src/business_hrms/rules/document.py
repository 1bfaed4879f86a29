"""Who may do what with documents, and when to tell that one expires."""

from collections.abc import Iterable
from enum import StrEnum


class EmployeeMay(StrEnum):
    """What employees may do with their own documents; to upload is to replace and to see, too."""

    NOTHING = "nothing"
    SEE = "see"
    UPLOAD = "upload"


class ManagerMay(StrEnum):
    """What those above may do with the documents of their team."""

    NOTHING = "nothing"
    SEE = "see"


def alert_due(days_left: int, alert_days: Iterable[int], alerted: int | None) -> int | None:
    """Which alert is to be sent now, if any.

    Of several that are due, because the document came late or nobody looked for a
    while, only the nearest to the end is sent.

    Args:
        days_left: until the day of expiry; negative after it.
        alert_days: how many days before it to tell.
        alerted: the nearest alert that was sent for this day of expiry.
    """
    reached = min((days for days in alert_days if days >= days_left), default=None)
    if reached is None or (alerted is not None and alerted <= reached):
        return None
    return reached
