"""Loans that began in another system."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from servicekit import audit
from servicekit.db import TenantSession, locked, refusing
from servicekit.errors import Unprocessable
from servicekit.records import Tenant

from school_libraries.models.book import Book, Copy
from school_libraries.models.loan import Loan
from school_libraries.rules.words import CopyStatus
from school_libraries.schemas.loan import RunningLoan, RunningLoans
from school_libraries.services import loan_rule as rules
from school_libraries.services import patron as patrons
from school_libraries.services import shelf
from school_libraries.services.current import now
from school_libraries.services.lending import CopyNotAvailable, CopyOnLoan


class LentInFuture(Unprocessable):
    code = "libraries.lent_in_future"

    def __init__(self, day: date) -> None:
        super().__init__("A running loan did not begin after today.", out_on=day.isoformat())


async def take_over(session: TenantSession, wish: RunningLoans) -> int:
    """Enter running loans; says how many."""
    copies = {loan.barcode: await shelf.scanned(session, loan.barcode) for loan in wish.loans}
    for book_id in sorted(
        {copy.book_id for copy in copies.values()}
    ):  # one order, so nobody waits in a circle
        await locked(session, Book, book_id)
    tenant = await session.get_one(Tenant, session.tenant)
    today = (await now(session)).today
    for running in wish.loans:
        if running.out_on > today:
            raise LentInFuture(running.out_on)
        copy = copies[running.barcode]
        await session.refresh(copy)
        await _enter(session, running, copy, ZoneInfo(tenant.time_zone))
    audit.add(session, "libraries.loans_taken_over", target="loans", after={"taken": len(wish.loans)})
    return len(wish.loans)


async def _enter(session: TenantSession, running: RunningLoan, copy: Copy, zone: ZoneInfo) -> None:
    if copy.status is CopyStatus.ON_LOAN:
        raise CopyOnLoan
    if copy.status is not CopyStatus.AVAILABLE:
        raise CopyNotAvailable(copy.status)
    patron = await patrons.chosen(session, running.patron_id, running.card)
    rule = await rules.applying(
        session, branch_id=copy.branch_id, patron_category=patron.category, item_type=copy.item_type
    )
    session.add(
        Loan(
            copy_id=copy.id,
            book_id=copy.book_id,
            patron_id=patron.id,
            branch_id=copy.branch_id,
            patron_category=patron.category,
            item_type=copy.item_type,
            out_at=datetime.combine(running.out_on, time(), zone),
            due_on=running.due_on,
            renewals=0,
            rule=rule.model_dump(mode="json"),
            explain=[],
        )
    )
    copy.status = CopyStatus.ON_LOAN
    async with refusing({"uq_loans_copy_id": CopyOnLoan}):
        await session.flush()
