"""People as chat knows them: from the facts that the user-service tells."""

from uuid import UUID

from contracts.facts import AccountActivated
from servicekit.db import ReadSession, TenantSession, advisory_lock
from servicekit.errors import Unprocessable
from sqlalchemy import select

from business_chat.models.person import Person
from business_chat.rules import mention


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
