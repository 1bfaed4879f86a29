"""Copies: added, changed."""

from uuid import UUID

from servicekit.db import TenantSession, locked, refusing
from servicekit.errors import Conflict

from school_libraries.models.book import Book, Copy
from school_libraries.schemas.book import CopyChanges, CopyRead, CopyWish
from school_libraries.services import branch as branches
from school_libraries.services import hold as holds
from school_libraries.services import shelf


class BarcodeTaken(Conflict):
    code = "libraries.barcode_taken"

    def __init__(self) -> None:
        super().__init__("Another copy has this barcode.")


_BARCODE_TAKEN = {"uq_copies_barcode": BarcodeTaken}


async def add(session: TenantSession, book_id: UUID, wish: CopyWish) -> CopyRead:
    """Add a copy; where somebody waits for the book, it lies ready at once.

    Raises:
        NotFound: there is no such book.
        BarcodeTaken
    """
    await locked(session, Book, book_id)
    branch_id = await branches.chosen(session, wish.branch_id)
    copy = Copy(**wish.model_dump(exclude={"branch_id"}), book_id=book_id, branch_id=branch_id)
    session.add(copy)
    async with refusing(_BARCODE_TAKEN):
        await session.flush()
    await holds.hand_out(session, book_id)
    return await shelf.one(session, copy.id)


async def change(session: TenantSession, barcode: str, changes: CopyChanges, version: int) -> CopyRead:
    copy = await locked(session, Copy, (await shelf.scanned(session, barcode)).id, version=version)
    given = changes.model_dump(exclude_unset=True)
    if "branch_id" in given:
        await branches.chosen(session, changes.branch_id)
    for name, value in given.items():
        setattr(copy, name, value)
    async with refusing(_BARCODE_TAKEN):
        await session.flush()
    return await shelf.one(session, copy.id)
