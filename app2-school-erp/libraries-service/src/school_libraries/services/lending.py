"""Lending and renewing."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from contracts.facts import LoanIssued, LoanRenewed
from servicekit import audit, facts
from servicekit.db import TenantSession, locked, refusing
from servicekit.errors import Conflict, NotFound
from sqlalchemy import func, select

from school_libraries.models.book import Book, Copy
from school_libraries.models.hold import Hold
from school_libraries.models.loan import Loan
from school_libraries.models.patron import Patron
from school_libraries.rules.calendar import due
from school_libraries.rules.limits import Reason, against_renewal, too_many
from school_libraries.rules.words import CopyStatus, HoldState
from school_libraries.schemas.explain import DayRead, days_to
from school_libraries.schemas.loan import BorrowWish, Lent, RenewWish
from school_libraries.schemas.loan_rule import Preview, PreviewWish, RuleRead
from school_libraries.services import branch as branches
from school_libraries.services import hold as holds
from school_libraries.services import loan as loans
from school_libraries.services import loan_rule as rules
from school_libraries.services import patron as patrons
from school_libraries.services import shelf
from school_libraries.services.current import Session, now
from school_libraries.services.refusal import overridden
from school_libraries.services.standing import restrictions


class CopyOnLoan(Conflict):
    code = "libraries.copy_on_loan"

    def __init__(self) -> None:
        super().__init__("The copy is on loan.")


class CopyOnHold(Conflict):
    code = "libraries.copy_on_hold"

    def __init__(self) -> None:
        super().__init__("The copy lies ready for another patron.")


class CopyNotAvailable(Conflict):
    code = "libraries.copy_not_available"

    def __init__(self, status: CopyStatus) -> None:
        super().__init__("The copy is not for loan now.", status=status.value)


class LoanRefused(Conflict):
    """`reasons` has a `code` for each: too_many, inactive, restriction, expired, debt."""

    code = "libraries.loan_refused"

    def __init__(self, reasons: list[Reason]) -> None:
        super().__init__("The patron may not borrow this copy.", reasons=reasons)


class RenewalRefused(Conflict):
    """`reasons` has a `code` for each: too_many, too_soon, on_reserve, overdue, restriction and the like."""

    code = "libraries.renewal_refused"

    def __init__(self, reasons: list[Reason]) -> None:
        super().__init__("The loan is not renewed.", reasons=reasons)


class LoanEnded(Conflict):
    code = "libraries.loan_ended"

    def __init__(self) -> None:
        super().__init__("The copy was returned, or is lost.")


@dataclass(frozen=True)
class Terms:
    """What lending comes to: the rule, the due date with its days, and what stands against it."""

    rule: RuleRead
    due_on: date
    explain: list[DayRead]
    reasons: list[Reason]


async def borrow(session: TenantSession, wish: BorrowWish) -> Lent:
    """Lend a copy.

    Raises:
        CopyOnLoan
        CopyOnHold
        CopyNotAvailable
        LoanRefused: a limit or a restriction; who may override lends all the same.
    """
    patron = await patrons.chosen(session, wish.patron_id, wish.card)
    copy = await shelf.taken_in_hand(session, wish.barcode)
    patron = await locked(session, Patron, patron.id)
    await _require_free(session, copy, patron)
    branch_id = await branches.chosen(session, wish.branch_id or copy.branch_id)
    terms = await _terms(session, patron, copy, branch_id, (await now(session)).today)
    override = overridden(session, terms.reasons, wish.override, LoanRefused(terms.reasons))
    loan = Loan(
        copy_id=copy.id,
        book_id=copy.book_id,
        patron_id=patron.id,
        branch_id=branch_id,
        patron_category=patron.category,
        item_type=copy.item_type,
        out_at=func.now(),
        due_on=terms.due_on,
        renewals=0,
        rule=terms.rule.model_dump(mode="json"),
        explain=[day.model_dump(mode="json") for day in terms.explain],
    )
    session.add(loan)
    copy.status = CopyStatus.ON_LOAN
    async with refusing({"uq_loans_copy_id": CopyOnLoan}):
        await session.flush()
    await holds.fulfil(session, copy.book_id, patron.id, copy.id)
    fact = LoanIssued(
        loan_id=loan.id,
        copy_id=copy.id,
        book_id=copy.book_id,
        patron_id=patron.id,
        branch_id=branch_id,
        due_on=loan.due_on,
    )
    facts.add(session, fact, about=loan)
    if override:
        audit.add(session, "libraries.loan_overridden", target=f"loan:{loan.id}", after=override)
    return Lent(loan=await loans.one(session, loan.id), explain=terms.explain, overridden=terms.reasons)


async def preview(session: Session, wish: PreviewWish) -> Preview:
    """What lending a copy on a day would come to, computed as it would be."""
    patron = await patrons.chosen(session, wish.patron_id)
    copy = await shelf.scanned(session, wish.barcode)
    terms = await _terms(session, patron, copy, copy.branch_id, wish.starts_on)
    return Preview(due_on=terms.due_on, explain=terms.explain, rule=terms.rule, reasons=terms.reasons)


async def renew(session: TenantSession, wish: RenewWish) -> Lent:
    """Give a loan another period from its due date on, or from today where that has passed.

    What was owed for being late until then is charged.

    Raises:
        NotFound
        LoanEnded
        RenewalRefused
    """
    book_id = await session.scalar(select(Loan.book_id).where(Loan.id == wish.loan_id))
    if book_id is None:
        raise NotFound
    await locked(session, Book, book_id)
    loan = await locked(session, Loan, wish.loan_id)
    if not patrons.serves(session) and loan.patron_id != session.context.user_id:
        raise NotFound
    if loan.returned_at is not None or loan.lost_at is not None:
        raise LoanEnded
    patron = await locked(session, Patron, loan.patron_id)
    today = (await now(session)).today
    rule = RuleRead.model_validate(loan.rule)
    reasons = against_renewal(
        today,
        loan.due_on,
        renewals=loan.renewals,
        max_renewals=rule.renewals,
        no_renew_before=rule.no_renew_before,
        waiting=await _waiting(session, loan),
    )
    reasons += await restrictions(session, patron, rule)
    override = overridden(session, reasons, wish.override, RenewalRefused(reasons))
    await loans.charge_overdue(session, loan, today)
    calendar = await branches.calendar(session, loan.branch_id)
    later = due(max(today, loan.due_on), rule.days, rule.mode, calendar, latest=patron.until)
    explain = days_to(later, rule.id)
    loan.due_on, loan.renewals = later.on, loan.renewals + 1
    loan.explain = [day.model_dump(mode="json") for day in explain]
    await session.flush()
    fact = LoanRenewed(loan_id=loan.id, patron_id=loan.patron_id, due_on=loan.due_on, renewals=loan.renewals)
    facts.add(session, fact, about=loan)
    if override:
        audit.add(session, "libraries.renewal_overridden", target=f"loan:{loan.id}", after=override)
    return Lent(loan=await loans.one(session, loan.id), explain=explain, overridden=reasons)


async def _require_free(session: TenantSession, copy: Copy, patron: Patron) -> None:
    """Pass where the copy is on the shelf, or lies ready for the patron."""
    if copy.status is CopyStatus.ON_LOAN:
        raise CopyOnLoan
    if copy.status is CopyStatus.HOLD_SHELF:
        hold = await holds.ready_for(session, copy.id)
        if hold is not None and hold.patron_id != patron.id:
            raise CopyOnHold
    elif copy.status is not CopyStatus.AVAILABLE:
        raise CopyNotAvailable(copy.status)


async def _terms(session: Session, patron: Patron, copy: Copy, branch_id: UUID, start: date) -> Terms:
    rule = await rules.applying(
        session, branch_id=branch_id, patron_category=patron.category, item_type=copy.item_type
    )
    calendar = await branches.calendar(session, branch_id)
    found = due(start, rule.days, rule.mode, calendar, latest=patron.until)
    counted = select(func.count()).where(Loan.patron_id == patron.id, loans.RUNNING)
    if rule.item_type is not None:
        counted = counted.where(Loan.item_type == rule.item_type)
    if rule.branch_id is not None:
        counted = counted.where(Loan.branch_id == rule.branch_id)
    reasons = too_many(await session.scalar(counted) or 0, rule.max_loans)
    reasons += await restrictions(session, patron, rule)
    return Terms(rule, found.on, days_to(found, rule.id), reasons)


async def _waiting(session: TenantSession, loan: Loan) -> int:
    """How many wait for the copy of a loan, by name or by title."""
    queue = Hold.book_id == loan.book_id, Hold.state == HoldState.QUEUED
    this = Hold.copy_id.is_(None) | (Hold.copy_id == loan.copy_id)
    return await session.scalar(select(func.count()).where(*queue, this)) or 0
