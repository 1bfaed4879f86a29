"""What is done every morning: notices about loans, and what comes after too long.

Each loan and hold that something becomes of is a job and a transaction of its own,
so that one that fails holds up no other.
"""

from datetime import timedelta
from typing import ClassVar
from uuid import UUID

from contracts.facts import LoanOverdue
from contracts.jobs import Job
from servicekit import facts, jobs
from servicekit.db import TenantSession
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from school_libraries.models.book import Book, Copy
from school_libraries.models.hold import Hold
from school_libraries.models.loan import Loan, Notice
from school_libraries.models.patron import Patron
from school_libraries.rules.notices import DUE_SOON, SOON, notice_due
from school_libraries.rules.words import HoldState
from school_libraries.schemas.loan_rule import RuleRead
from school_libraries.services import hold as holds
from school_libraries.services import loan as loans
from school_libraries.services import message, returning
from school_libraries.services.current import now

_AT_ONCE = 200  # loans


class SendNotices(Job):
    """Send the notices of the loans after `after`."""

    name: ClassVar[str] = "libraries.send_notices"

    after: UUID = UUID(int=0)


class TakeForLost(Job):
    name: ClassVar[str] = "libraries.take_for_lost"

    loan_id: UUID


class ExpireHolds(Job):
    name: ClassVar[str] = "libraries.expire_holds"


class ExpireHold(Job):
    name: ClassVar[str] = "libraries.expire_hold"

    hold_id: UUID


async def send(session: TenantSession, portion: SendNotices) -> None:
    """Send each notice once per due date; nothing is said of what is lost, or about to be taken for it."""
    today = (await now(session)).today
    rows = (
        await session.execute(
            select(Loan, Patron, Book.title)
            .join(Patron, Patron.id == Loan.patron_id)
            .join(Book, Book.id == Loan.book_id)
            .where(loans.RUNNING, Loan.due_on <= today + timedelta(days=SOON))
            .where(Loan.id > portion.after)
            .order_by(Loan.id)
            .limit(_AT_ONCE)
        )
    ).all()
    for loan, patron, title in rows:
        lost_after = RuleRead.model_validate(loan.rule).lost_after
        if lost_after is not None and (today - loan.due_on).days >= lost_after:
            jobs.add(session, TakeForLost(loan_id=loan.id))
        else:
            await _send_one(session, loan, patron, title, notice_due(loan.due_on, today))
    if len(rows) == _AT_ONCE:
        jobs.add(session, SendNotices(after=rows[-1][0].id))


async def _send_one(session: TenantSession, loan: Loan, patron: Patron, title: str, kind: str | None) -> None:
    sent = select(Notice.kind).where(Notice.loan_id == loan.id, Notice.due_on == loan.due_on)
    before = set(await session.scalars(sent))
    if kind is None or kind in before:
        return
    statement = insert(Notice).values(loan_id=loan.id, due_on=loan.due_on, kind=kind)
    await session.execute(statement.on_conflict_do_nothing())
    late = kind != DUE_SOON
    message.tell(
        session,
        patron,
        "loan_overdue" if late else "loan_due_soon",
        title=title,
        day=loan.due_on.isoformat(),
    )
    if late and not before - {DUE_SOON}:
        fact = LoanOverdue(loan_id=loan.id, patron_id=loan.patron_id, due_on=loan.due_on)
        facts.add(session, fact, about=loan)


async def take_for_lost(session: TenantSession, loan_id: UUID) -> None:
    """Take for lost what a loan has kept for too long, unless it came back or was renewed meanwhile."""
    lent = select(Copy.barcode, Loan.due_on, Loan.rule).join(Loan, Loan.copy_id == Copy.id)
    row = (await session.execute(lent.where(Loan.id == loan_id, loans.RUNNING))).one_or_none()
    if row is None:
        return
    lost_after = RuleRead.model_validate(row.rule).lost_after
    late = ((await now(session)).today - row.due_on).days
    if lost_after is not None and late >= lost_after:
        await returning.lose(session, row.barcode)


async def expire_holds(session: TenantSession) -> None:
    today = (await now(session)).today
    over = select(Hold.id).where(Hold.state == HoldState.READY, Hold.expires_on < today)
    for hold_id in await session.scalars(over):
        jobs.add(session, ExpireHold(hold_id=hold_id))


async def expire_hold(session: TenantSession, hold_id: UUID) -> None:
    await holds.expire(session, hold_id, (await now(session)).today)
