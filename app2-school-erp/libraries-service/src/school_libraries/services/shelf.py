"""Copies, as everything that happens to them finds them."""

from typing import Any
from uuid import UUID

from servicekit.db import ReadSession, TenantSession, found, locked
from servicekit.errors import NotFound
from servicekit.pagination import page
from sqlalchemy import func, select

from school_libraries.models.book import Book, Copy
from school_libraries.schemas.book import CopyQuery, CopyRead
from school_libraries.services.current import Session, Statement


class CopyUnknown(NotFound):
    code = "libraries.copy_unknown"

    def __init__(self) -> None:
        super().__init__("No copy has this barcode.")


async def scanned(session: Session, barcode: str) -> Copy:
    """The copy with a barcode, whatever its case.

    Raises:
        CopyUnknown
    """
    copy = await session.scalar(select(Copy).where(func.lower(Copy.barcode) == barcode.lower()))
    if copy is None:
        raise CopyUnknown
    return copy


async def taken_in_hand(session: TenantSession, barcode: str) -> Copy:
    """The copy with a barcode, its book locked, so that nothing else happens to either meanwhile.

    Raises:
        CopyUnknown
    """
    copy = await scanned(session, barcode)
    await locked(session, Book, copy.book_id)
    await session.refresh(copy)
    return copy


async def one(session: Session, copy_id: UUID) -> CopyRead:
    return CopyRead.model_validate((await session.execute(_copies().where(Copy.id == copy_id))).one())


async def listing(session: ReadSession, book_id: UUID, query: CopyQuery) -> dict[str, Any]:
    """The copies of a book.

    Raises:
        NotFound: there is no such book.
    """
    await found(session, Book, book_id)
    copies = Copy.__table__.c
    statement = _copies().where(Copy.book_id == book_id)
    if query.status is not None:
        statement = statement.where(Copy.status == query.status)
    return await page(session, statement, query, key=copies.id, id_=copies.id)


def _copies() -> Statement:
    copies = Copy.__table__.c
    plain = (copies[name] for name in CopyRead.model_fields if name != "title")
    return select(*plain, Book.title).join(Book, Book.id == Copy.book_id)
