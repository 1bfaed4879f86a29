"""The catalogue as it is searched."""

from typing import Any
from uuid import UUID

from servicekit.db import ReadSession
from servicekit.errors import NotFound
from servicekit.pagination import page
from servicekit.words import words
from sqlalchemy import ColumnElement, Float, case, cast, func, literal, select, union

from school_libraries.models.book import Book, Copy
from school_libraries.models.hold import Hold
from school_libraries.rules.isbn import isbn13
from school_libraries.rules.words import QUEUE, CopyStatus
from school_libraries.schemas.book import BookItem, BookQuery
from school_libraries.services.current import Session, Statement

book = Book.__table__.c
_RANKED = 500  # matches at most: a word that half of all titles have says little of any
_BEGINNING = 100  # titles that begin with the words, besides
_LAST = "\U0010ffff"  # sorts after every letter
_ENOUGH = 20  # matches of whole words; where there are fewer, what begins with the words is found, too


async def listing(session: ReadSession, query: BookQuery) -> dict[str, Any]:
    """Books by title, or those that have every word of `q`, the best first."""
    if query.q is None:
        statement = _only_available(books().add_columns(book.sort_title.label("_key")), query.available)
        return await page(session, statement, query, key=book.sort_title.label("_key"), id_=book.id)
    found = _matches(query.q).subquery("found")
    statement = books().add_columns(found.c.rank.label("_rank")).join(found, found.c.id == book.id)
    statement = _only_available(statement, query.available)
    return await page(
        session, statement, query, key=found.c.rank.label("_rank"), id_=book.id, descending=True
    )


async def one(session: Session, book_id: UUID) -> BookItem:
    """A book with its availability.

    Raises:
        NotFound
    """
    row = (await session.execute(books().where(book.id == book_id))).one_or_none()
    if row is None:
        raise NotFound
    return BookItem.model_validate(row)


def books() -> Statement:
    """Books with what there is of them now; columns as in `BookItem`."""
    gone = CopyStatus.LOST, CopyStatus.WITHDRAWN
    counted: dict[str, ColumnElement[Any]] = {
        "copies": _count(Copy.book_id, Copy.status.not_in(gone)),
        "available": _count(Copy.book_id, Copy.status == CopyStatus.AVAILABLE),
        "waiting": _count(Hold.book_id, Hold.state.in_(QUEUE)),
    }
    return select(
        *(counted[name].label(name) if name in counted else book[name] for name in BookItem.model_fields)
    )


def _count(of: Any, condition: ColumnElement[bool]) -> ColumnElement[int]:
    counted = select(func.count()).where(of == book.id, condition)
    return counted.correlate(Book.__table__).scalar_subquery()


def _only_available(statement: Statement, available: bool | None) -> Statement:
    if available is None:
        return statement
    there = select(Copy.id).where(Copy.book_id == book.id, Copy.status == CopyStatus.AVAILABLE).exists()
    return statement.where(there if available else ~there)


def _matches(q: str) -> Statement:
    """Ids of books that have every word of `q`, and how well they do."""
    if (isbn := isbn13(q)) is not None:
        return select(book.id, literal(1.0, Float).label("rank")).where(book.isbn13 == isbn)
    wanted = words(q)
    # A range, because LIKE uses an index only where the planner knows the pattern.
    begins = book.sort_title.between(wanted, wanted + _LAST)
    whole = func.to_tsquery("simple", func.replace(wanted, " ", " & "))
    some = select(book.id).where(book.search.bool_op("@@")(whole)).limit(_RANKED).cte("some")
    # To look for beginnings costs many times as much, and is seldom needed.
    few = select(func.count()).select_from(some).scalar_subquery() < _ENOUGH
    started = book.search.bool_op("@@")(func.to_tsquery("simple", _beginnings(wanted)))
    found = union(
        select(some.c.id),
        select(book.id).where(begins).limit(_BEGINNING).subquery().select(),
        select(book.id).where(few, started).limit(_RANKED).subquery().select(),
    ).subquery("found_ids")
    rank = func.ts_rank(book.search, whole) + case((begins, 1), else_=0)
    return select(book.id, cast(rank, Float).label("rank")).where(book.id.in_(select(found.c.id)))


def _beginnings(wanted: ColumnElement[str]) -> ColumnElement[str]:
    """All of the words; those of three letters and more may be beginnings."""
    beginnings = func.regexp_replace(wanted, r"(\S{3,})", r"\1:*", "g")
    return func.replace(beginnings, " ", " & ")
