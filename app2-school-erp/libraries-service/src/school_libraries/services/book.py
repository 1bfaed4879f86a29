"""Books: made, changed, removed."""

from uuid import UUID

from servicekit import audit
from servicekit.db import TenantSession, locked, refusing
from servicekit.errors import Conflict
from sqlalchemy import select

from school_libraries.models.book import Book
from school_libraries.rules.isbn import isbn13
from school_libraries.schemas.book import BookChanges, BookWish


class IsbnTaken(Conflict):
    code = "libraries.isbn_taken"

    def __init__(self, book_id: UUID | None = None) -> None:
        super().__init__("Another book has this ISBN: a further copy belongs to that one.", book_id=book_id)


class BookInUse(Conflict):
    code = "libraries.book_in_use"

    def __init__(self) -> None:
        super().__init__("There are copies of it, or it was lent or reserved.")


_IN_USE = {f"fk_{table}_book_id": BookInUse for table in ("copies", "loans", "holds")}


async def create(session: TenantSession, wish: BookWish) -> Book:
    book = Book(**wish.model_dump(), isbn13=isbn13(wish.isbn or ""))
    await _require_free(session, book)
    session.add(book)
    async with refusing({"uq_books_isbn13": IsbnTaken}):
        await session.flush()
    return book


async def change(session: TenantSession, book_id: UUID, changes: BookChanges, version: int) -> Book:
    book = await locked(session, Book, book_id, version=version)
    for name, value in changes.model_dump(exclude_unset=True).items():
        setattr(book, name, value)
    book.isbn13 = isbn13(book.isbn or "")
    await _require_free(session, book)
    async with refusing({"uq_books_isbn13": IsbnTaken}):
        await session.flush()
    return book


async def _require_free(session: TenantSession, book: Book) -> None:
    """Name the book that has the ISBN, which the constraint could only refuse."""
    if book.isbn13 is None:
        return
    with session.no_autoflush:
        other = await session.scalar(select(Book.id).where(Book.isbn13 == book.isbn13))
    if other not in {None, book.id}:
        raise IsbnTaken(other)


async def remove(session: TenantSession, book_id: UUID) -> None:
    book = await locked(session, Book, book_id)
    audit.add(session, "libraries.book_removed", target=f"book:{book_id}", before={"title": book.title})
    await session.delete(book)
    async with refusing(_IN_USE):
        await session.flush()
