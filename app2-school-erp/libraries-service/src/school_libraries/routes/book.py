from typing import Annotated
from uuid import UUID

from fastapi import Query, Response
from servicekit.access import needs
from servicekit.edge import ExpectedVersion, ReadSession, Router, TenantSession, answer, etag
from servicekit.errors import documented
from servicekit.pagination import Page

from school_libraries.schemas.book import BookChanges, BookItem, BookQuery, BookWish
from school_libraries.services import book as books
from school_libraries.services import search
from school_libraries.services.book import BookInUse, IsbnTaken

router = Router("libraries", tags=["catalogue"])


@router.get("/search", dependencies=[needs("libraries.catalogue.read")], response_model=Page[BookItem])
@router.get(
    "/books",
    name="list_books",
    dependencies=[needs("libraries.catalogue.read")],
    response_model=Page[BookItem],
)
async def search_books(query: Annotated[BookQuery, Query()], session: ReadSession) -> Response:
    """The catalogue: by title, author, subject or ISBN, without regard to accents and case.

    Where few books have the words as such, those in which words begin so are found, too. Of
    what is common, five hundred are ranked, and titles that begin with it before all.
    """
    return answer(await search.listing(session, query))


@router.post(
    "/books",
    status_code=201,
    dependencies=[needs("libraries.catalogue.write")],
    responses=documented(IsbnTaken),
)
async def create_book(wish: BookWish, session: TenantSession, response: Response) -> BookItem:
    """Enter a book. Its copies follow."""
    book = await search.one(session, (await books.create(session, wish)).id)
    response.headers["Location"] = f"/libraries/books/{book.id}"
    response.headers["ETag"] = etag(book.version)
    return book


@router.get("/books/{book_id}", dependencies=[needs("libraries.catalogue.read")])
async def get_book(book_id: UUID, session: ReadSession, response: Response) -> BookItem:
    book = await search.one(session, book_id)
    response.headers["ETag"] = etag(book.version)
    return book


@router.patch(
    "/books/{book_id}",
    dependencies=[needs("libraries.catalogue.write")],
    responses=documented(IsbnTaken),
)
async def change_book(
    book_id: UUID,
    changes: BookChanges,
    version: ExpectedVersion,
    session: TenantSession,
    response: Response,
) -> BookItem:
    await books.change(session, book_id, changes, version)
    book = await search.one(session, book_id)
    response.headers["ETag"] = etag(book.version)
    return book


@router.delete(
    "/books/{book_id}",
    status_code=204,
    dependencies=[needs("libraries.catalogue.write")],
    responses=documented(BookInUse),
)
async def delete_book(book_id: UUID, session: TenantSession) -> None:
    """Remove a book that never had a copy, a loan or a hold."""
    await books.remove(session, book_id)
