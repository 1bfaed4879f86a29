"""What patrons owe: entries are added to an account and never changed."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from contracts.facts import ChargePaid, ChargeRaised, ChargeWaived
from servicekit import facts
from servicekit.db import ReadSession, TenantSession, locked
from servicekit.errors import Conflict, Unprocessable
from servicekit.pagination import page
from sqlalchemy import func, select

from school_libraries.models.entry import Entry
from school_libraries.models.loan import Loan
from school_libraries.models.patron import Patron
from school_libraries.rules.words import CHARGES, EntryKind
from school_libraries.schemas.explain import DayRead
from school_libraries.schemas.patron import (
    AccountQuery,
    AccountRead,
    Booked,
    ChargeWish,
    EntryRead,
    PaymentWish,
    WaiverWish,
)
from school_libraries.services import patron as patrons
from school_libraries.services.current import Session, now

ZERO = Decimal("0.00")


class PaysTooMuch(Conflict):
    code = "libraries.pays_too_much"

    def __init__(self, owed: Decimal) -> None:
        super().__init__("This is more than what is owed.", owed=str(owed))


class ChargeUnknown(Unprocessable):
    code = "libraries.charge_unknown"

    def __init__(self) -> None:
        super().__init__("The patron has no such charge.")


class LoanUnknown(Unprocessable):
    code = "libraries.loan_unknown"

    def __init__(self) -> None:
        super().__init__("The patron has no such loan.")


async def owed(session: Session, patron_id: UUID) -> Decimal:
    total = await session.scalar(select(func.sum(Entry.amount)).where(Entry.patron_id == patron_id))
    return total or ZERO


async def read(session: ReadSession, patron_id: UUID, query: AccountQuery) -> AccountRead:
    patron = await patrons.one(session, patron_id)
    entries = Entry.__table__.c
    statement = select(*(entries[name] for name in EntryRead.model_fields))
    statement = statement.where(entries.patron_id == patron.id)
    if query.kind is not None:
        statement = statement.where(entries.kind == query.kind)
    found = await page(session, statement, query, key=entries.id, id_=entries.id, descending=True)
    currency = (await now(session)).currency
    return AccountRead(owed=await owed(session, patron_id), currency=currency, **found)


async def charge(
    session: TenantSession,
    patron_id: UUID,
    kind: EntryKind,
    amount: Decimal,
    *,
    loan_id: UUID | None = None,
    note: str | None = None,
    explain: list[DayRead] | None = None,
) -> None:
    """Have a patron owe an amount; nothing happens where it is zero."""
    if amount:
        days = None if explain is None else [day.model_dump(mode="json") for day in explain]
        await _raise(
            session,
            Entry(patron_id=patron_id, kind=kind, amount=amount, loan_id=loan_id, note=note, explain=days),
        )


async def charge_by_hand(session: TenantSession, patron_id: UUID, wish: ChargeWish) -> Booked:
    patron = await locked(session, Patron, patron_id)
    if wish.loan_id is not None:
        loan = await session.get(Loan, wish.loan_id)
        if loan is None or loan.patron_id != patron.id:
            raise LoanUnknown
    values = wish.model_dump(exclude={"kind"})
    entry = Entry(patron_id=patron.id, kind=EntryKind(wish.kind), **values)
    await _raise(session, entry)
    return await _booked(session, entry)


async def pay(session: TenantSession, patron_id: UUID, wish: PaymentWish) -> Booked:
    """Take a payment.

    Raises:
        PaysTooMuch
    """
    patron = await locked(session, Patron, patron_id)
    if wish.amount > (debt := await owed(session, patron.id)):
        raise PaysTooMuch(debt)
    entry = Entry(patron_id=patron.id, kind=EntryKind.PAYMENT, amount=-wish.amount, note=wish.note)
    await _add(session, entry)
    fact = ChargePaid(payment_id=entry.id, patron_id=patron.id, amount=wish.amount)
    facts.add(session, fact, about=entry)
    return await _booked(session, entry)


async def waive(session: TenantSession, patron_id: UUID, wish: WaiverWish) -> Booked:
    """Waive a charge, or a part of it.

    Raises:
        ChargeUnknown
        PaysTooMuch: less is left of the charge.
    """
    patron = await locked(session, Patron, patron_id)
    waived = await session.get(Entry, wish.charge_id)
    if waived is None or waived.patron_id != patron.id or waived.kind not in CHARGES:
        raise ChargeUnknown
    left = await _left(session, waived)
    amount = wish.amount or left
    if not ZERO < amount <= left:
        raise PaysTooMuch(left)
    entry = await _lower(session, waived, EntryKind.WAIVER, amount, wish.note)
    return await _booked(session, entry)


async def refund(session: TenantSession, loan_id: UUID, kinds: set[EntryKind]) -> Decimal:
    """Give back what a loan was charged for, less what was waived; once, whatever is asked later."""
    charges = select(Entry).where(Entry.loan_id == loan_id, Entry.kind.in_(kinds))
    given = ZERO
    for charged in (await session.scalars(charges)).all():
        if left := await _left(session, charged):
            await _lower(session, charged, EntryKind.REFUND, left, None)
            given += left
    return given


async def _left(session: TenantSession, charged: Entry) -> Decimal:
    """What of a charge was not waived or refunded, whether or not it was paid."""
    lowered = await session.scalar(select(func.sum(Entry.amount)).where(Entry.charge_id == charged.id))
    return charged.amount + (lowered or ZERO)


async def _raise(session: TenantSession, entry: Entry) -> None:
    await _add(session, entry)
    raised: Any = entry.kind.value
    fact = ChargeRaised(
        charge_id=entry.id,
        patron_id=entry.patron_id,
        loan_id=entry.loan_id,
        kind=raised,
        amount=entry.amount,
    )
    facts.add(session, fact, about=entry)


async def _lower(
    session: TenantSession, charged: Entry, kind: EntryKind, amount: Decimal, note: str | None
) -> Entry:
    entry = Entry(
        patron_id=charged.patron_id,
        loan_id=charged.loan_id,
        charge_id=charged.id,
        kind=kind,
        amount=-amount,
        note=note,
    )
    await _add(session, entry)
    fact = ChargeWaived(charge_id=charged.id, patron_id=charged.patron_id, amount=amount)
    facts.add(session, fact, about=entry)
    return entry


async def _add(session: TenantSession, entry: Entry) -> None:
    entry.by = session.context.user_id
    session.add(entry)
    await session.flush()


async def _booked(session: TenantSession, entry: Entry) -> Booked:
    return Booked(
        entry=EntryRead.model_validate(entry),
        owed=await owed(session, entry.patron_id),
        currency=(await now(session)).currency,
    )
