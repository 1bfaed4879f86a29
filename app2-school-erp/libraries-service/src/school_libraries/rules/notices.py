"""Which notice about a loan is due."""

from datetime import date

SOON = 2  # days before the due date
_LATE = (28, 14, 7, 1)  # days after it, each a notice of its own
DUE_SOON = "due_soon"


def notice_due(due_on: date, today: date) -> str | None:
    """The kind of the notice that a loan is in for: `due_soon`, `overdue_1`, `overdue_7` and so on.

    After days on which nobody looked it is the latest one, and those that were missed are not sent.
    """
    late = (today - due_on).days
    if -SOON <= late <= 0:
        return DUE_SOON
    return next((f"overdue_{days}" for days in _LATE if late >= days), None)
