"""Telling patrons, and those who answer for them."""

from typing import Literal

from contracts.jobs import Notify, SendMail
from servicekit import jobs
from servicekit.db import TenantSession

from school_libraries.models.patron import Patron

Kind = Literal["loan_due_soon", "loan_overdue", "hold_ready"]


def tell(session: TenantSession, patron: Patron, kind: Kind, *, title: str, day: str) -> None:
    """Mail the patron and the guardian, where there are addresses, and tell an account in the application.

    Args:
        title: of the book.
        day: when it is due, or until when it lies ready, ISO 8601.
    """
    about = {"kind": kind, "title": title, "day": day, "patron": patron.name}
    if patron.has_account:
        jobs.add(session, Notify(account_id=patron.id, kind=f"libraries.{kind}", data=about))
        jobs.add(session, SendMail(purpose="library_notice", account_id=patron.id, data=about))
    for address in {None if patron.has_account else patron.email, patron.guardian_email} - {None}:
        jobs.add(session, SendMail(purpose="library_notice", address=address, data=about))
