"""Messages found by their words, among those that one may read when one asks."""

from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from servicekit.db import ReadSession
from servicekit.errors import FieldError, Unprocessable
from servicekit.pagination import page
from servicekit.records import Tenant
from servicekit.words import words
from sqlalchemy import ColumnElement, DateTime, func, literal, not_, select

from business_chat.models.channel import Channel
from business_chat.models.message import Message, Reaction
from business_chat.models.person import Person
from business_chat.rules.search import Term
from business_chat.schemas.search import SearchQuery
from business_chat.services import access, shape
from business_chat.services.access import me

message = Message.__table__.c


class NameUnknown(Unprocessable):
    code = "chat.name_unknown"

    def __init__(self, operator: str) -> None:
        detail = (
            "There is nobody of that name." if operator == "from" else "There is no channel of that name."
        )
        super().__init__(detail, errors=[FieldError(pointer=f"?{operator}", code=self.code, detail=detail)])


async def messages(session: ReadSession, query: SearchQuery) -> dict[str, Any]:
    """What fits, the newest first. Who is no member of a channel any more finds nothing of it.

    Raises:
        NameUnknown: of a person, or of a channel that one may read.
    """
    fits: list[ColumnElement[bool]] = [_has(term) for term in query.terms]
    if query.from_:
        fits.append(message.author_id.in_([await _person(session, name) for name in query.from_]))
    if query.in_:
        fits.append(message.channel_id.in_([await _channel(session, name) for name in query.in_]))
    if query.before is not None:
        fits.append(message.created_at < _start_of(session, query.before))
    if query.after is not None:
        fits.append(message.created_at >= _start_of(session, query.after + timedelta(days=1)))
    if "link" in query.has:
        fits.append(message.text.regexp_match("https?://"))
    if "reaction" in query.has:
        fits.append(select(Reaction.emoji).where(Reaction.message_id == message.id).exists())
    statement = (
        select(*shape.MESSAGE)
        .join(Channel, Channel.id == message.channel_id)
        .where(access.visible(me(session)), message.deleted_at.is_(None), *fits)
    )
    return await page(session, statement, query, key=message.id, id_=message.id, descending=True)


def _has(term: Term) -> ColumnElement[bool]:
    wanted = words(term.text)
    asked = (
        func.to_tsquery("simple", func.replace(wanted, " ", " <-> ") + ":*")
        if term.begins
        else func.phraseto_tsquery("simple", wanted)
    )
    there = message.words.bool_op("@@")(asked)
    return not_(there) if term.excluded else there


def _start_of(session: ReadSession, day: date) -> ColumnElement[datetime]:
    """When a day begins where the organisation is."""
    zone = select(Tenant.time_zone).where(Tenant.id == session.tenant).scalar_subquery()
    return func.timezone(zone, literal(datetime.combine(day, time()), DateTime()))


async def _person(session: ReadSession, name: str) -> UUID:
    if name == "me":
        return me(session)
    by = _id(name)
    who = Person.handle == name.removeprefix("@").lower() if by is None else Person.user_id == by
    if (user_id := await session.scalar(select(Person.user_id).where(who))) is None:
        raise NameUnknown("from")
    return user_id


async def _channel(session: ReadSession, name: str) -> UUID:
    by = _id(name)
    which = func.lower(Channel.name) == func.lower(name.removeprefix("#")) if by is None else Channel.id == by
    seen = select(Channel.id).where(which, access.visible(me(session)))
    if (channel_id := await session.scalar(seen)) is None:
        raise NameUnknown("in")
    return channel_id


def _id(name: str) -> UUID | None:
    try:
        return UUID(name)
    except ValueError:
        return None
