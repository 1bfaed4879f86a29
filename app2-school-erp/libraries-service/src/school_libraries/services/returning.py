"""What comes back, goes missing, breaks, and is found."""

from decimal import Decimal

from contracts.facts import LoanLost, LoanReturned
from servicekit import facts
from servicekit.db import TenantSession, locked
from servicekit.errors import Conflict
from sqlalchemy import func, select

from school_libraries.models.book import Copy
from school_libraries.models.loan import Loan
from school_libraries.models.patron import Patron
from school_libraries.rules.fine import Fine
from school_libraries.rules.words import CopyStatus, EntryKind, FoundPolicy
from school_libraries.schemas.book import CopyRead
from school_libraries.schemas.explain import FineRead, fine_read
from school_libraries.schemas.loan import Returned, ReturnWish
from school_libraries.schemas.loan_rule import RuleRead
from school_libraries.services import account as accounts
from school_libraries.services import branch as branches
from school_libraries.services import hold as holds
from school_libraries.services import loan as loans
from school_libraries.services import patron as patrons
from school_libraries.services import queue, shelf
from school_libraries.services.current import now
from school_libraries.services.lending import CopyNotAvailable, CopyOnLoan

_REFUNDED = {
    FoundPolicy.NOTHING: set[EntryKind](),
    FoundPolicy.PRICE: {EntryKind.REPLACEMENT},
    FoundPolicy.ALL: {EntryKind.REPLACEMENT, EntryKind.PROCESSING},
}


class CopyNotOnLoan(Conflict):
    code = "libraries.copy_not_on_loan"

    def __init__(self, status: CopyStatus) -> None:
        super().__init__("The copy is not on loan.", status=status.value)


async def give_back(session: TenantSession, wish: ReturnWish) -> Returned:
    """Take a copy back, and lay it ready for the first who waits.

    A copy that was lost is found; one that was in transit has arrived.

    Raises:
        CopyNotOnLoan
        NotYours: the user does not serve patrons, and it is another's loan.
    """
    copy = await shelf.taken_in_hand(session, wish.barcode)
    loan = await _running(session, copy)
    if loan is None and copy.status not in {CopyStatus.IN_TRANSIT, CopyStatus.LOST}:
        raise CopyNotOnLoan(copy.status)
    if loan is not None:
        patrons.require_own(session, loan.patron_id)
    here = copy.branch_id if wish.branch_id is None else await branches.chosen(session, wish.branch_id)
    arrived = CopyStatus.AVAILABLE if here == copy.branch_id else CopyStatus.IN_TRANSIT
    return await _take_in(session, copy, loan, CopyStatus.DAMAGED if wish.damaged else arrived)


async def find(session: TenantSession, barcode: str) -> Returned:
    """Have a copy on the shelf that was lost, damaged, withdrawn, on order or in transit.

    Raises:
        CopyOnLoan: it has to be returned.
    """
    copy = await shelf.taken_in_hand(session, barcode)
    if copy.status is CopyStatus.ON_LOAN:
        raise CopyOnLoan
    return await _take_in(session, copy, await _running(session, copy), CopyStatus.AVAILABLE)


async def lose(session: TenantSession, barcode: str) -> CopyRead:
    """Take a copy for lost. Who has it owes what is overdue, the price and the processing fee."""
    copy = await shelf.taken_in_hand(session, barcode)
    if copy.status is CopyStatus.LOST:
        raise CopyNotAvailable(copy.status)
    loan = await _running(session, copy)
    if loan is not None:
        await locked(session, Patron, loan.patron_id)
        rule = RuleRead.model_validate(loan.rule)
        await loans.charge_overdue(session, loan, (await now(session)).today)
        for kind, amount in (
            (EntryKind.REPLACEMENT, copy.price),
            (EntryKind.PROCESSING, rule.processing_fee),
        ):
            await accounts.charge(session, loan.patron_id, kind, amount or Decimal(0), loan_id=loan.id)
        loan.lost_at = func.now()
        await session.flush()
        fact = LoanLost(loan_id=loan.id, copy_id=copy.id, patron_id=loan.patron_id)
        facts.add(session, fact, about=loan)
    return await _out_of_use(session, copy, CopyStatus.LOST)


async def set_aside(session: TenantSession, barcode: str, status: CopyStatus) -> CopyRead:
    """Have a copy damaged or withdrawn.

    Raises:
        CopyOnLoan: it has to be returned, or lost.
    """
    copy = await shelf.taken_in_hand(session, barcode)
    if await _running(session, copy) is not None:
        raise CopyOnLoan
    return await _out_of_use(session, copy, status)


async def _running(session: TenantSession, copy: Copy) -> Loan | None:
    running = select(Loan).where(Loan.copy_id == copy.id, Loan.returned_at.is_(None))
    loan: Loan | None = await session.scalar(running.with_for_update(key_share=True))
    return loan


async def _take_in(session: TenantSession, copy: Copy, loan: Loan | None, status: CopyStatus) -> Returned:
    late, refunded = None, accounts.ZERO
    if loan is not None:
        late, refunded = await _end(session, loan)
    copy.status = status
    await session.flush()
    await holds.hand_out(session, copy.book_id)
    hold = await holds.ready_for(session, copy.id)
    return Returned(
        item=await shelf.one(session, copy.id),
        loan=None if loan is None else await loans.one(session, loan.id),
        fine=late,
        refunded=refunded,
        hold=None if hold is None or not patrons.serves(session) else await queue.one(session, hold.id),
    )


async def _end(session: TenantSession, loan: Loan) -> tuple[FineRead | None, Decimal]:
    """End a loan; says what was charged for being late, and what a lost copy that is found gives back."""
    await locked(session, Patron, loan.patron_id)
    rule = RuleRead.model_validate(loan.rule)
    loan.returned_at = func.now()
    late, refunded = Fine(accounts.ZERO, ()), accounts.ZERO
    if loan.lost_at is None:
        late = await loans.charge_overdue(session, loan, (await now(session)).today)
    else:  # what was overdue was charged when it was lost
        refunded = await accounts.refund(session, loan.id, _REFUNDED[rule.found])
    await session.flush()
    fact = LoanReturned(
        loan_id=loan.id, copy_id=loan.copy_id, patron_id=loan.patron_id, overdue_fine=late.amount
    )
    facts.add(session, fact, about=loan)
    currency = (await now(session)).currency
    return fine_read(late, rule.id, currency) if late.amount else None, refunded


async def _out_of_use(session: TenantSession, copy: Copy, status: CopyStatus) -> CopyRead:
    copy.status = status
    await session.flush()
    await holds.not_there(session, copy)
    await holds.hand_out(session, copy.book_id)
    return await shelf.one(session, copy.id)
