"""Patrons: accounts of the tenant, and those whom staff enters."""

from typing import Any
from uuid import UUID

from contracts.facts import AccountActivated
from servicekit import audit
from servicekit.db import ReadSession, TenantSession, found, locked, refusing
from servicekit.errors import Conflict, Forbidden, NotFound, Unavailable
from servicekit.pagination import page
from sqlalchemy import func, or_, select, text
from sqlalchemy.dialects.postgresql import insert

from school_libraries.models.patron import CARD_NUMBERS, Patron
from school_libraries.rules.categories import category_of
from school_libraries.schemas.patron import PatronChanges, PatronQuery, PatronRead, PatronWish
from school_libraries.services.current import Session

SERVES = "libraries.loan.manage"


class CardTaken(Conflict):
    code = "libraries.card_taken"

    def __init__(self) -> None:
        super().__init__("Another patron has this card number.")


class PatronUnknown(NotFound):
    code = "libraries.patron_unknown"

    def __init__(self) -> None:
        super().__init__("There is no such patron.")


class PatronPending(Unavailable):
    code = "libraries.patron_pending"

    def __init__(self) -> None:
        super().__init__("Your account is being entered here.", headers={"Retry-After": "1"})


class NotYours(Forbidden):
    code = "libraries.not_yours"

    def __init__(self) -> None:
        super().__init__("You may do this for yourself only.")


_CARD_TAKEN = {"uq_patrons_card": CardTaken}


def serves(session: Session) -> bool:
    """Whether the session's user serves patrons."""
    return SERVES in session.context.permissions


def require_own(session: Session, patron_id: UUID) -> None:
    """Pass those who serve patrons, and the patron.

    Raises:
        NotYours
    """
    if not serves(session) and patron_id != session.context.user_id:
        raise NotYours


async def listing(session: ReadSession, query: PatronQuery) -> dict[str, Any]:
    patrons = Patron.__table__.c
    key = patrons.sort_name.label("_name")
    statement = select(*(patrons[name] for name in PatronRead.model_fields), key)
    if query.category is not None:
        statement = statement.where(patrons.category == query.category)
    if query.q is not None:
        part = func.strpos(patrons.sort_name, func.lower(func.unaccent(query.q))) > 0
        statement = statement.where(or_(part, func.lower(patrons.card) == query.q.lower()))
    return await page(session, statement, query, key=key, id_=patrons.id)


async def one(session: Session, patron_id: UUID) -> Patron:
    """A patron, for those who serve and for the patron.

    Raises:
        NotFound
    """
    if not serves(session) and patron_id != session.context.user_id:
        raise NotFound
    return await found(session, Patron, patron_id)


async def enter(session: TenantSession, wish: PatronWish) -> Patron:
    """Enter a patron who has no account."""
    values = wish.model_dump(exclude={"card"})
    return await _insert(session, card=wish.card, has_account=False, active=True, **values)


async def enter_account(session: TenantSession, fact: AccountActivated, *, version: int) -> None:
    """Have an account among the patrons. Told again, it is what it was told to be last."""
    account = {"name": fact.display_name, "email": fact.email, "active": True}
    category = category_of(fact.roles)
    patron = await _account(session, fact.user_id)
    if patron is None:
        await _insert(
            session,
            id=fact.user_id,
            card=None,
            has_account=True,
            status_version=version,
            roles_version=version,
            category=category,
            **account,
        )
        return
    if patron.status_version < version:
        for name, value in (account | {"status_version": version}).items():
            setattr(patron, name, value)
    if patron.roles_version < version:
        patron.category, patron.roles_version = category, version
    await session.flush()


async def set_roles(session: TenantSession, account_id: UUID, roles: list[str], *, version: int) -> None:
    patron = await _known_account(session, account_id)
    if patron.roles_version < version:
        patron.category, patron.roles_version = category_of(roles), version
        await session.flush()


async def set_active(session: TenantSession, account_id: UUID, *, active: bool, version: int) -> None:
    """Let an account borrow again, or no more. What it has stays on loan."""
    patron = await _known_account(session, account_id)
    if patron.status_version < version:
        patron.active, patron.status_version = active, version
        await session.flush()


async def _account(session: TenantSession, account_id: UUID) -> Patron | None:
    return await session.get(Patron, account_id, with_for_update={"key_share": True})


async def _known_account(session: TenantSession, account_id: UUID) -> Patron:
    patron = await _account(session, account_id)
    if patron is None:
        raise PatronPending  # the fact that tells of the account is still on its way
    return patron


async def _insert(session: TenantSession, *, card: str | None, **values: Any) -> Patron:
    """Insert a patron, under the next number that nobody has where no card is given."""
    while True:
        number = card or f"P{await session.scalar(select(CARD_NUMBERS.next_value())):05}"
        statement = (
            insert(Patron)
            .values(card=number, version=1, **values)
            .on_conflict_do_nothing(index_elements=[text("lower(card)")])
            .returning(Patron)
        )
        if (patron := await session.scalar(statement)) is not None:
            return patron
        if card is not None:
            raise CardTaken


async def amend(session: TenantSession, patron_id: UUID, changes: PatronChanges, version: int) -> Patron:
    patron = await locked(session, Patron, patron_id, version=version)
    given = changes.model_dump(exclude_unset=True, mode="json")
    before = PatronRead.model_validate(patron).model_dump(mode="json")
    for name, value in changes.model_dump(exclude_unset=True).items():
        setattr(patron, name, value)
    async with refusing(_CARD_TAKEN):
        await session.flush()
    audit.add(
        session,
        "libraries.patron_changed",
        target=f"patron:{patron_id}",
        before={name: before[name] for name in given},
        after=given,
    )
    return patron


async def chosen(session: Session, patron_id: UUID | None, card: str | None = None) -> Patron:
    """The patron named, or else the session's user.

    Raises:
        NotYours: somebody else was named by a user who does not serve patrons.
        PatronUnknown
        PatronPending: the user's account has not arrived here yet.
    """
    mine = session.context.user_id
    wanted = Patron.id == (patron_id or mine) if card is None else func.lower(Patron.card) == card.lower()
    patron = await session.scalar(select(Patron).where(wanted))
    if not serves(session) and (patron_id or card) and (patron is None or patron.id != mine):
        raise NotYours
    if patron is None:
        raise PatronUnknown if patron_id or card else PatronPending
    return patron
