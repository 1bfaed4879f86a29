from typing import Annotated
from uuid import UUID

from fastapi import Query, Response
from servicekit.access import needs
from servicekit.edge import ExpectedVersion, ReadSession, Router, TenantSession, answer, etag
from servicekit.errors import documented
from servicekit.pagination import Page

from school_libraries.rules.words import CopyStatus
from school_libraries.schemas.book import CopyChanges, CopyQuery, CopyRead, CopyWish
from school_libraries.schemas.loan import Returned
from school_libraries.services import copy as copies
from school_libraries.services import returning, shelf
from school_libraries.services.branch import BranchUnknown
from school_libraries.services.copy import BarcodeTaken
from school_libraries.services.lending import CopyNotAvailable, CopyOnLoan
from school_libraries.services.shelf import CopyUnknown

router = Router("libraries", tags=["copies"])


@router.get(
    "/books/{book_id}/copies",
    dependencies=[needs("libraries.catalogue.read")],
    response_model=Page[CopyRead],
)
async def list_copies(book_id: UUID, query: Annotated[CopyQuery, Query()], session: ReadSession) -> Response:
    return answer(await shelf.listing(session, book_id, query))


@router.post(
    "/books/{book_id}/copies",
    status_code=201,
    dependencies=[needs("libraries.catalogue.write")],
    responses=documented(BarcodeTaken, BranchUnknown),
)
async def add_copy(book_id: UUID, wish: CopyWish, session: TenantSession, response: Response) -> CopyRead:
    """Add a copy. Where somebody waits for the book, it lies ready for them at once."""
    copy = await copies.add(session, book_id, wish)
    response.headers["Location"] = f"/libraries/copies/{copy.barcode}"
    response.headers["ETag"] = etag(copy.version)
    return copy


@router.get(
    "/copies/{barcode}", dependencies=[needs("libraries.catalogue.read")], responses=documented(CopyUnknown)
)
async def get_copy(barcode: str, session: ReadSession, response: Response) -> CopyRead:
    copy = await shelf.one(session, (await shelf.scanned(session, barcode)).id)
    response.headers["ETag"] = etag(copy.version)
    return copy


@router.patch(
    "/copies/{barcode}",
    dependencies=[needs("libraries.catalogue.write")],
    responses=documented(CopyUnknown, BarcodeTaken, BranchUnknown),
)
async def change_copy(
    barcode: str,
    changes: CopyChanges,
    version: ExpectedVersion,
    session: TenantSession,
    response: Response,
) -> CopyRead:
    copy = await copies.change(session, barcode, changes, version)
    response.headers["ETag"] = etag(copy.version)
    return copy


@router.post(
    "/copies/{barcode}/lost",
    dependencies=[needs("libraries.loan.manage")],
    responses=documented(CopyUnknown, CopyNotAvailable),
)
async def lose_copy(barcode: str, session: TenantSession) -> CopyRead:
    """Take a copy for lost. Who has it owes what is overdue, its price and the processing fee."""
    return await returning.lose(session, barcode)


@router.post(
    "/copies/{barcode}/damaged",
    dependencies=[needs("libraries.loan.manage")],
    responses=documented(CopyUnknown, CopyOnLoan),
)
async def set_copy_damaged(barcode: str, session: TenantSession) -> CopyRead:
    """Keep a copy from being lent until it is found again, mended."""
    return await returning.set_aside(session, barcode, CopyStatus.DAMAGED)


@router.post(
    "/copies/{barcode}/withdrawn",
    dependencies=[needs("libraries.catalogue.write")],
    responses=documented(CopyUnknown, CopyOnLoan),
)
async def withdraw_copy(barcode: str, session: TenantSession) -> CopyRead:
    """Take a copy out of the stock."""
    return await returning.set_aside(session, barcode, CopyStatus.WITHDRAWN)


@router.post(
    "/copies/{barcode}/found",
    dependencies=[needs("libraries.loan.manage")],
    responses=documented(CopyUnknown, CopyOnLoan),
)
async def find_copy(barcode: str, session: TenantSession) -> Returned:
    """Have a copy back on the shelf that was lost, damaged, withdrawn, on order or in transit.

    A lost loan ends; what it gives back of the charges is its rule's `found`.
    """
    return await returning.find(session, barcode)
