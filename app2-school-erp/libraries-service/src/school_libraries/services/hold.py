"""Holds: the queue for a book.

All of it happens under the book's lock. While somebody waits for a book and is not
suspended, no copy that would do stays on the shelf.
"""

from datetime import date
from uuid import UUID

from contracts.facts import HoldCancelled, HoldExpired, HoldReady
from servicekit import audit, facts
from servicekit.db import TenantSession, locked, refusing
from servicekit.errors import Conflict, Forbidden, NotFound
from sqlalchemy import func, select

from school_libraries.models.book import Book, Copy
from school_libraries.models.hold import Hold
from school_libraries.models.loan import Loan
from school_libraries.models.patron import Patron
from school_libraries.rules.calendar import Mode, due
from school_libraries.rules.limits import Reason, too_many
from school_libraries.rules.words import OPEN, QUEUE, CopyStatus, HoldState
from school_libraries.schemas.hold import HoldRead, HoldWish, Move
from school_libraries.services import branch as branches
from school_libraries.services import loan_rule as rules
from school_libraries.services import message, queue, shelf
from school_libraries.services import patron as patrons
from school_libraries.services.current import Session, now
from school_libraries.services.refusal import overridden
from school_libraries.services.standing import restrictions


class HoldExists(Conflict):
    code = "libraries.hold_exists"

    def __init__(self) -> None:
        super().__init__("The patron waits for this book already.")


class HoldRefused(Conflict):
    code = "libraries.hold_refused"

    def __init__(self, reasons: list[Reason]) -> None:
        super().__init__("The patron may not reserve this book.", reasons=reasons)


class HoldClosed(Conflict):
    """What is asked of a hold does not go with its state."""

    code = "libraries.hold_closed"

    def __init__(self, state: HoldState) -> None:
        super().__init__(f"The hold is {state}.", state=state.value)


class HoldLiesReady(Forbidden):
    code = "libraries.hold_lies_ready"

    def __init__(self) -> None:
        super().__init__("A copy lies ready: ask at the desk.")


async def place(session: TenantSession, wish: HoldWish) -> HoldRead:
    """Put a patron at the end of the queue. Where a copy is on the shelf, it lies ready at once.

    Raises:
        HoldExists
        HoldRefused: a limit, a restriction, or a book that has no copies.
    """
    patron = await patrons.chosen(session, wish.patron_id)
    await locked(session, Book, wish.book_id)
    await locked(session, Patron, patron.id)
    branch_id = await branches.chosen(session, wish.branch_id)
    copy = None if wish.barcode is None else await shelf.scanned(session, wish.barcode)
    if copy is not None and copy.book_id != wish.book_id:
        raise shelf.CopyUnknown
    reasons = await _reasons(session, patron, wish.book_id, branch_id)
    override = overridden(session, reasons, wish.override, HoldRefused(reasons))
    last = select(func.count()).where(Hold.book_id == wish.book_id, Hold.position.is_not(None))
    hold = Hold(
        book_id=wish.book_id,
        copy_id=copy and copy.id,
        patron_id=patron.id,
        branch_id=branch_id,
        state=HoldState.QUEUED,
        position=(await session.scalar(last) or 0) + 1,
    )
    session.add(hold)
    async with refusing({"uq_holds_book_id_patron_id": HoldExists}):
        await session.flush()
    if override:
        audit.add(session, "libraries.hold_overridden", target=f"hold:{hold.id}", after=override)
    await hand_out(session, wish.book_id)
    return await queue.one(session, hold.id)


async def _reasons(session: TenantSession, patron: Patron, book_id: UUID, branch_id: UUID) -> list[Reason]:
    copies = select(Copy.item_type, Copy.status).where(Copy.book_id == book_id)
    had = [
        kind
        for kind, status in await session.execute(copies.order_by(Copy.id))
        if status not in {CopyStatus.LOST, CopyStatus.WITHDRAWN}
    ]
    rule = await rules.applying(
        session,
        branch_id=branch_id,
        patron_category=patron.category,
        item_type=had[0] if had else "book",
    )
    reasons = await restrictions(session, patron, rule)
    waiting = select(func.count()).where(Hold.patron_id == patron.id, Hold.state.in_(OPEN))
    reasons += too_many(await session.scalar(waiting) or 0, rule.max_holds, "too_many_holds")
    lent = select(Loan.id).where(
        Loan.book_id == book_id, Loan.patron_id == patron.id, Loan.returned_at.is_(None)
    )
    if await session.scalar(lent.limit(1)):
        reasons.append({"code": "has_it"})
    if not had:
        reasons.append({"code": "no_copies"})
    return reasons


async def suspend(session: TenantSession, hold_id: UUID) -> HoldRead:
    """Let others go before, the place in the queue kept."""
    hold = await _taken_in_hand(session, hold_id, HoldState.QUEUED)
    hold.state = HoldState.SUSPENDED
    await session.flush()
    return await queue.one(session, hold_id)


async def resume(session: TenantSession, hold_id: UUID) -> HoldRead:
    hold = await _taken_in_hand(session, hold_id, HoldState.SUSPENDED)
    hold.state = HoldState.QUEUED
    await session.flush()
    await hand_out(session, hold.book_id)
    return await queue.one(session, hold_id)


async def cancel(session: TenantSession, hold_id: UUID) -> HoldRead:
    """Leave the queue. What lies ready is for those who serve to cancel."""
    hold = await _taken_in_hand(session, hold_id, *OPEN)
    if hold.state is HoldState.READY and not patrons.serves(session):
        raise HoldLiesReady
    await _end(session, hold, HoldState.CANCELLED)
    fact = HoldCancelled(hold_id=hold.id, book_id=hold.book_id, patron_id=hold.patron_id)
    facts.add(session, fact, about=hold)
    return await queue.one(session, hold_id)


async def expire(session: TenantSession, hold_id: UUID, today: date) -> None:
    """End a hold that nobody fetched; the copy goes to the next."""
    hold = await _taken_in_hand(session, hold_id, *HoldState)
    if hold.state is not HoldState.READY or hold.expires_on is None or hold.expires_on >= today:
        return
    await _end(session, hold, HoldState.EXPIRED)
    fact = HoldExpired(hold_id=hold.id, book_id=hold.book_id, patron_id=hold.patron_id)
    facts.add(session, fact, about=hold)


async def move(session: TenantSession, hold_id: UUID, wish: Move) -> HoldRead:
    """Put a hold at another place of its queue; a place beyond the end is the end."""
    hold = await _taken_in_hand(session, hold_id, *QUEUE)
    others = [other for other in await _queue(session, hold.book_id) if other.id != hold.id]
    others.insert(wish.position - 1, hold)
    _count_off(others)
    await session.flush()
    return await queue.one(session, hold_id)


async def fulfil(session: TenantSession, book_id: UUID, patron_id: UUID, copy_id: UUID) -> None:
    """A patron who waits for a book got a copy of it, be it the one that lay ready or another."""
    mine = Hold.book_id == book_id, Hold.patron_id == patron_id, Hold.state.in_(OPEN)
    hold = await session.scalar(select(Hold).where(*mine))
    if hold is not None:
        await _end(session, hold, HoldState.FULFILLED, borrowed=copy_id)


async def not_there(session: TenantSession, copy: Copy) -> None:
    """The patron for whom a copy lay ready is the first in the queue again: the copy cannot be had."""
    hold = await ready_for(session, copy.id)
    if hold is not None:
        others = await _queue(session, copy.book_id)
        hold.state, hold.ready_copy_id, hold.expires_on = HoldState.QUEUED, None, None
        _count_off([hold, *others])
        await session.flush()


async def ready_for(session: Session, copy_id: UUID) -> Hold | None:
    """Whom a copy lies ready for."""
    ready = Hold.ready_copy_id == copy_id, Hold.state == HoldState.READY
    found: Hold | None = await session.scalar(select(Hold).where(*ready))
    return found


async def hand_out(session: TenantSession, book_id: UUID) -> None:
    """Give the copies on the shelf to those who wait, the first one first. The book is locked."""
    waiting = [hold for hold in await _queue(session, book_id) if hold.state is HoldState.QUEUED]
    free = (
        await session.scalars(
            select(Copy).where(Copy.book_id == book_id, Copy.status == CopyStatus.AVAILABLE).order_by(Copy.id)
        )
    ).all()
    left = list(free) if waiting else []
    for hold in waiting:
        fitting = [copy for copy in left if hold.copy_id in {None, copy.id}]
        fitting.sort(key=lambda copy: copy.branch_id != hold.branch_id)
        if fitting:
            left.remove(fitting[0])
            await _lay_ready(session, hold, fitting[0])
    if len(left) < len(free):
        _count_off(await _queue(session, book_id))
        await session.flush()


async def _lay_ready(session: TenantSession, hold: Hold, copy: Copy) -> None:
    patron = await session.get_one(Patron, hold.patron_id)
    rule = await rules.applying(
        session, branch_id=hold.branch_id, patron_category=patron.category, item_type=copy.item_type
    )
    calendar = await branches.calendar(session, hold.branch_id)
    today = (await now(session)).today
    hold.expires_on = due(today, rule.pickup_days, Mode.CALENDAR, calendar).on
    hold.state, hold.ready_copy_id, hold.position = HoldState.READY, copy.id, None
    copy.status = CopyStatus.HOLD_SHELF
    await session.flush()
    facts.add(
        session,
        HoldReady(
            hold_id=hold.id,
            book_id=hold.book_id,
            copy_id=copy.id,
            patron_id=hold.patron_id,
            expires_on=hold.expires_on,
        ),
        about=hold,
    )
    title = (await session.get_one(Book, hold.book_id)).title
    message.tell(session, patron, "hold_ready", title=title, day=hold.expires_on.isoformat())


async def _end(session: TenantSession, hold: Hold, state: HoldState, *, borrowed: UUID | None = None) -> None:
    """Close a hold; the copy that lay ready, unless it is the one borrowed, goes to the next."""
    ready = hold.ready_copy_id if hold.state is HoldState.READY else None
    hold.state, hold.position = state, None
    if ready not in {None, borrowed}:
        (await session.get_one(Copy, ready)).status = CopyStatus.AVAILABLE
    await session.flush()
    _count_off(await _queue(session, hold.book_id))
    await session.flush()
    await hand_out(session, hold.book_id)


async def _queue(session: TenantSession, book_id: UUID) -> list[Hold]:
    waiting = select(Hold).where(Hold.book_id == book_id, Hold.state.in_(QUEUE))
    return list(await session.scalars(waiting.order_by(Hold.position)))


def _count_off(waiting: list[Hold]) -> None:
    """Number a queue from 1, without a gap."""
    for position, hold in enumerate(waiting, 1):
        if hold.position != position:
            hold.position = position


async def _taken_in_hand(session: TenantSession, hold_id: UUID, *states: HoldState) -> Hold:
    """A hold with its book locked, where it is the user's own, or the user serves.

    Raises:
        NotFound
        HoldClosed: it is in none of the states.
    """
    book_id = await session.scalar(select(Hold.book_id).where(Hold.id == hold_id))
    if book_id is None:
        raise NotFound
    await locked(session, Book, book_id)
    hold = await locked(session, Hold, hold_id)
    if (
        session.context.kind == "user"
        and hold.patron_id != session.context.user_id
        and not patrons.serves(session)
    ):
        raise NotFound
    if hold.state not in states:
        raise HoldClosed(hold.state)
    return hold
