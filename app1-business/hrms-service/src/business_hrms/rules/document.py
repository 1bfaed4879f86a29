"""When to tell that a document expires."""

from collections.abc import Iterable


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
