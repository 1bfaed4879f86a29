"""Holds as they are read."""

from typing import Any
from uuid import UUID

from servicekit.db import ReadSession
from servicekit.errors import NotFound
from servicekit.pagination import page
from sqlalchemy import select

from school_libraries.models.book import Book, Copy
from school_libraries.models.hold import Hold
from school_libraries.models.patron import Patron
from school_libraries.rules.words import OPEN
from school_libraries.schemas.hold import HoldQuery, HoldRead
from school_libraries.services import patron as patrons
from school_libraries.services.current import Session, Statement


async def one(session: Session, hold_id: UUID) -> HoldRead:
    """A hold, for those who serve and for its patron.

    Raises:
        NotFound
    """
    row = (await session.execute(_holds(session).where(Hold.id == hold_id))).one_or_none()
    if row is None:
        raise NotFound
    return HoldRead.model_validate(row)


async def listing(session: ReadSession, query: HoldQuery) -> dict[str, Any]:
    statement = _holds(session)
    for name in ("book_id", "patron_id", "branch_id"):
        if (value := getattr(query, name)) is not None:
            statement = statement.where(Hold.__table__.c[name] == value)
    if query.state is not None:
        states = OPEN if query.state == "open" else (query.state,)
        statement = statement.where(Hold.state.in_(states))
    return await page(session, statement, query, key=Hold.__table__.c.id, id_=Hold.__table__.c.id)


def _holds(session: Session) -> Statement:
    """Those that the session's user sees; columns as in `HoldRead`."""
    holds = Hold.__table__.c
    joined = {"title": Book.title, "patron": Patron.name, "ready_barcode": Copy.barcode}
    columns = (joined[name].label(name) if name in joined else holds[name] for name in HoldRead.model_fields)
    statement = (
        select(*columns)
        .join(Book, Book.id == Hold.book_id)
        .join(Patron, Patron.id == Hold.patron_id)
        .outerjoin(Copy, Copy.id == Hold.ready_copy_id)
    )
    if patrons.serves(session):
        return statement
    return statement.where(Hold.patron_id == session.context.user_id)
