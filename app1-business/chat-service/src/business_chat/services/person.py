"""People as chat knows them: from the facts that the user-service tells."""

from typing import Any
from uuid import UUID

from contracts.facts import AccountActivated
from servicekit.db import ReadSession, TenantSession, advisory_lock
from servicekit.errors import Unprocessable
from servicekit.pagination import page
from sqlalchemy import func, select

from business_chat.models.person import Person
from business_chat.rules import mention
from business_chat.schemas.person import PersonQuery


class PersonUnknown(Unprocessable):
    code = "chat.person_unknown"

    def __init__(self) -> None:
        super().__init__("There is no such person.")


async def require(session: TenantSession | ReadSession, user_ids: set[UUID]) -> None:
    """Pass where all of them can be written to.

    Raises:
        PersonUnknown: one has no account here, or one that is not in use.
    """
    known = select(Person.user_id).where(Person.user_id.in_(user_ids), Person.active)
    if set(await session.scalars(known)) != user_ids:
        raise PersonUnknown


async def listing(session: ReadSession, query: PersonQuery) -> dict[str, Any]:
    """People by handle: those asked for by id, else those with an account in use."""
    columns = Person.__table__.c
    statement = select(columns.user_id, columns.handle, columns.display_name, columns.active)
    statement = statement.where(columns.user_id.in_(query.id) if query.id else columns.active)
    if query.q:
        words = func.lower(columns.handle + " " + columns.display_name)
        statement = statement.where((" " + words).contains(f" {query.q.lower()}", autoescape=True))
    return await page(session, statement, query, key=columns.handle, id_=columns.user_id)


async def enter(session: TenantSession, fact: AccountActivated, version: int) -> bool:
    """Get to know an account; says whether it is new here. Its handle stays what it was at first."""
    await advisory_lock(session, "handles")
    person = await session.get(Person, fact.user_id)
    if person is not None:
        if version >= person.version:
            person.display_name, person.active, person.version = fact.display_name, True, version
        return False
    base = mention.handle_base(fact.email)
    alike = select(Person.handle).where(Person.handle.startswith(base, autoescape=True))
    handle = mention.handle_for(base, set(await session.scalars(alike)))
    session.add(Person(user_id=fact.user_id, handle=handle, display_name=fact.display_name, version=version))
    await session.flush()
    return True


async def set_active(session: TenantSession, user_id: UUID, version: int, *, active: bool) -> None:
    """An account was closed, or opened again. Facts older than what is known are passed over.

    Raises:
        PersonUnknown
    """
    person = await session.get(Person, user_id, with_for_update=True)
    if person is None:
        raise PersonUnknown  # the fact that tells of the account is still on its way
    if version >= person.version:
        person.active, person.version = active, version
