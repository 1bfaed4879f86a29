"""Loans as they are read."""

from datetime import date
from typing import Any
from uuid import UUID

from servicekit.db import ReadSession, TenantSession, found
from servicekit.errors import NotFound
from servicekit.pagination import page
from servicekit.records import Tenant
from sqlalchemy import ColumnElement, Date, and_, cast, func, select, true

from school_libraries.models.book import Book, Copy
from school_libraries.models.loan import Loan
from school_libraries.models.patron import Patron
from school_libraries.rules.fine import Fine, FineTerms, fine
from school_libraries.rules.words import EntryKind
from school_libraries.schemas.explain import DayRead, fine_read, late_days
from school_libraries.schemas.loan import LoanExplained, LoanFilter, LoanQuery, LoanRead
from school_libraries.schemas.loan_rule import RuleRead
from school_libraries.services import account as accounts
from school_libraries.services import branch as branches
from school_libraries.services.current import TODAY, Session, Statement, now

loan = Loan.__table__.c

RUNNING = and_(loan.returned_at.is_(None), loan.lost_at.is_(None))


async def listing(session: ReadSession, query: LoanQuery) -> dict[str, Any]:
    key = loan[query.sort.removeprefix("-")]
    return await page(
        session,
        wanted(session, query),
        query,
        key=key,
        id_=loan.id,
        descending=query.sort.startswith("-"),
    )


async def one(session: Session, loan_id: UUID) -> LoanRead:
    """One loan, for those who serve and for its patron.

    Raises:
        NotFound
    """
    row = (await session.execute(loans(session).where(loan.id == loan_id))).one_or_none()
    if row is None:
        raise NotFound
    return LoanRead.model_validate(row)


def wanted(session: Session, filters: LoanFilter) -> Statement:
    """The loans that a filter leaves of those that the session's user sees."""
    statement = loans(session)
    for name in ("patron_id", "book_id", "branch_id", "patron_category", "item_type"):
        if (value := getattr(filters, name)) is not None:
            statement = statement.where(loan[name] == value)
    states: dict[str, ColumnElement[bool]] = {
        "running": RUNNING,
        "overdue": and_(RUNNING, loan.due_on < TODAY),
        "lost": and_(loan.returned_at.is_(None), loan.lost_at.is_not(None)),
        "returned": loan.returned_at.is_not(None),
    }
    if filters.state is not None:
        statement = statement.where(states[filters.state])
    if filters.since is not None:
        statement = statement.where(out_on() >= filters.since)
    if filters.until is not None:
        statement = statement.where(out_on() <= filters.until)
    return statement


def out_on() -> ColumnElement[date]:
    """The day of a loan in the tenant's time zone, in statements that have the tenant's row."""
    return cast(func.timezone(Tenant.time_zone, loan.out_at), Date)


_SEE_ALL = {"libraries.loan.manage", "libraries.statistics.read"}


def loans(session: Session) -> Statement:
    """Those that the session's user sees, with the tenant's row; columns as in `LoanRead`.

    A job sees all.
    """
    joined: dict[str, ColumnElement[Any]] = {
        "barcode": Copy.barcode.expression,
        "title": Book.title.expression,
        "patron": Patron.name.expression,
        "overdue": and_(RUNNING, loan.due_on < TODAY),
    }
    columns = (joined[name].label(name) if name in joined else loan[name] for name in LoanRead.model_fields)
    statement = (
        select(*columns)
        .join_from(Loan, Tenant, true())
        .join(Copy, Copy.id == loan.copy_id)
        .join(Book, Book.id == loan.book_id)
        .join(Patron, Patron.id == loan.patron_id)
        .where(Tenant.id == session.tenant)
    )
    context = session.context
    if context.kind == "user" and not _SEE_ALL & context.permissions:
        statement = statement.where(loan.patron_id == session.context.user_id)
    return statement


async def explained(session: Session, loan_id: UUID) -> LoanExplained:
    """The days of a loan. What is owed is the same as what would be charged, or was.

    Raises:
        NotFound
    """
    await one(session, loan_id)
    row = await found(session, Loan, loan_id)
    await session.refresh(row, ["explain"])
    at = row.returned_at or row.lost_at
    ended = TODAY if at is None else cast(func.timezone(Tenant.time_zone, at), Date)
    until = await session.scalar(select(ended).where(Tenant.id == session.tenant))
    rule = RuleRead.model_validate(row.rule)
    late = await fine_until(session, row, until or row.due_on)
    return LoanExplained(
        due_on=row.due_on,
        rule=rule,
        explain=[DayRead.model_validate(day) for day in row.explain],
        fine=fine_read(late, rule.id, (await now(session)).currency),
    )


async def charge_overdue(session: TenantSession, late: Loan, day: date) -> Fine:
    """Charge what a loan that ends on a day, or is renewed then, owes for being late."""
    owed = await fine_until(session, late, day)
    rule = RuleRead.model_validate(late.rule)
    await accounts.charge(
        session,
        late.patron_id,
        EntryKind.OVERDUE,
        owed.amount,
        loan_id=late.id,
        explain=late_days(owed, rule.id),
    )
    return owed


async def fine_until(session: Session, late: Loan, day: date) -> Fine:
    """What is owed for a loan that ends on a day, by the calendar of the branch that lent it."""
    rule = RuleRead.model_validate(late.rule)
    caps = [] if rule.cap is None else [rule.cap]
    if rule.cap_at_price:
        price = await session.scalar(select(Copy.price).where(Copy.id == late.copy_id))
        caps += [] if price is None else [price]
    terms = FineTerms(rule.fine, rule.every, rule.grace, min(caps, default=None))
    return fine(late.due_on, day, terms, await branches.calendar(session, late.branch_id))
