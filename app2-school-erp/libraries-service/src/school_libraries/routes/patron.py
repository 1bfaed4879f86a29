from typing import Annotated
from uuid import UUID

from fastapi import Query, Response
from servicekit.access import needs
from servicekit.edge import ExpectedVersion, ReadSession, Router, TenantSession, answer, etag
from servicekit.errors import documented
from servicekit.pagination import Page

from school_libraries.schemas.patron import (
    AccountQuery,
    AccountRead,
    Booked,
    ChargeWish,
    PatronChanges,
    PatronQuery,
    PatronRead,
    PatronWish,
    PaymentWish,
    WaiverWish,
)
from school_libraries.services import account as accounts
from school_libraries.services import patron as patrons
from school_libraries.services.account import ChargeUnknown, LoanUnknown, PaysTooMuch
from school_libraries.services.patron import CardTaken

router = Router("libraries", tags=["patrons"])


@router.get("/patrons", dependencies=[needs("libraries.loan.manage")], response_model=Page[PatronRead])
async def list_patrons(query: Annotated[PatronQuery, Query()], session: ReadSession) -> Response:
    return answer(await patrons.listing(session, query))


@router.post(
    "/patrons",
    status_code=201,
    dependencies=[needs("libraries.loan.manage")],
    responses=documented(CardTaken),
)
async def enter_patron(wish: PatronWish, session: TenantSession, response: Response) -> PatronRead:
    """Enter a patron who has no account. Every account is a patron without this."""
    patron = await patrons.enter(session, wish)
    response.headers["Location"] = f"/libraries/patrons/{patron.id}"
    response.headers["ETag"] = etag(patron.version)
    return PatronRead.model_validate(patron)


@router.get("/patrons/{patron_id}", dependencies=[needs("libraries.loan.use")])
async def get_patron(patron_id: UUID, session: ReadSession, response: Response) -> PatronRead:
    """Oneself, or anybody where one serves. An account's patron has the account's id."""
    patron = await patrons.one(session, patron_id)
    response.headers["ETag"] = etag(patron.version)
    return PatronRead.model_validate(patron)


@router.patch(
    "/patrons/{patron_id}", dependencies=[needs("libraries.loan.manage")], responses=documented(CardTaken)
)
async def amend_patron(
    patron_id: UUID,
    changes: PatronChanges,
    version: ExpectedVersion,
    session: TenantSession,
    response: Response,
) -> PatronRead:
    """Change category, card, guardian and end of membership; block, or lift a block."""
    patron = await patrons.amend(session, patron_id, changes, version)
    response.headers["ETag"] = etag(patron.version)
    return PatronRead.model_validate(patron)


@router.get("/patrons/{patron_id}/account", dependencies=[needs("libraries.loan.use")])
async def get_account(
    patron_id: UUID, query: Annotated[AccountQuery, Query()], session: ReadSession
) -> AccountRead:
    """What a patron owes, and how it came about, the newest first."""
    return await accounts.read(session, patron_id, query)


@router.post(
    "/patrons/{patron_id}/charges",
    status_code=201,
    dependencies=[needs("libraries.account.manage")],
    responses=documented(LoanUnknown),
)
async def charge_patron(patron_id: UUID, wish: ChargeWish, session: TenantSession) -> Booked:
    """Charge for damage, or something else. Fines and lost copies are charged by themselves."""
    return await accounts.charge_by_hand(session, patron_id, wish)


@router.post(
    "/patrons/{patron_id}/payments",
    status_code=201,
    dependencies=[needs("libraries.account.manage")],
    responses=documented(PaysTooMuch),
)
async def take_payment(patron_id: UUID, wish: PaymentWish, session: TenantSession) -> Booked:
    return await accounts.pay(session, patron_id, wish)


@router.post(
    "/patrons/{patron_id}/waivers",
    status_code=201,
    dependencies=[needs("libraries.account.manage")],
    responses=documented(ChargeUnknown, PaysTooMuch),
)
async def waive_charge(patron_id: UUID, wish: WaiverWish, session: TenantSession) -> Booked:
    """Waive a charge, or a part of it."""
    return await accounts.waive(session, patron_id, wish)
