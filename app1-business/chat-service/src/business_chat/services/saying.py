"""What saying something writes, in one statement: thousands of people may wait for it to be over."""

from uuid import UUID

from servicekit.db import TenantSession
from sqlalchemy import Select, Uuid, bindparam, func, insert, literal, select, true, update
from sqlalchemy.orm import aliased

from business_chat.models.channel import Channel, ChannelEvent
from business_chat.models.draft import Draft
from business_chat.models.message import Message
from business_chat.rules.words import EventKind
from business_chat.schemas.message import MessageWish
from business_chat.services.access import me
from business_chat.services.mention import Named


async def say(
    session: TenantSession, channel_id: UUID, wish: MessageWish, named: Named
) -> tuple[Message, int | None]:
    """Take the channel's next place, put the message and its event there, and empty the draft it was.

    Answers with the message, and with the draft's version if there was one.
    """
    values = {
        "channel": channel_id,
        "author": me(session),
        "client_msg": wish.client_msg_id,
        "said": wish.text,
        "root": wish.thread_root_id,
        "everybody": named.everybody,
        "there": named.there,
    }
    message, emptied = (await session.execute(_SAY, values)).one()
    return message, emptied


def _say() -> Select[Message, int | None]:
    message, event = Message.__table__.c, ChannelEvent.__table__.c
    channel_id, author, root = (bindparam(name, type_=Uuid) for name in ("channel", "author", "root"))
    place = (
        update(Channel)
        .where(Channel.id == channel_id)
        .values(last_seq=Channel.last_seq + 1, updated_at=Channel.updated_at)
        .returning(Channel.id, Channel.last_seq)
        .cte("place")
    )
    given = {
        "channel_id": place.c.id,
        "seq": place.c.last_seq,
        "author_id": author,
        "client_msg_id": bindparam("client_msg", type_=Uuid),
        "text": bindparam("said", type_=message.text.type),
        "thread_root_id": root,
        "mentions_channel": bindparam("everybody", type_=message.mentions_channel.type),
        "here": bindparam("there", type_=message.here.type),
        "version": literal(1),
    }
    said = (
        insert(Message)
        .from_select(list(given), select(*given.values()))
        .returning(*(column for column in message if column is not message.words))
        .cte("said")
    )
    told = {
        "channel_id": said.c.channel_id,
        "seq": said.c.seq,
        "kind": literal(EventKind.MESSAGE_CREATED, event.kind.type),
        "actor_id": said.c.author_id,
        "message_id": said.c.id,
        "data": literal({}, event.data.type),
    }
    emptied = (
        update(Draft)
        .where(
            Draft.user_id == author,
            Draft.channel_id == channel_id,
            Draft.thread_root_id.is_not_distinct_from(root),
            Draft.text != "",
        )
        .values(text="", version=Draft.version + 1, updated_at=func.now())
        .returning(Draft.version)
        .cte("emptied")
    )
    return (
        select(aliased(Message, said), emptied.c.version)
        .select_from(said.outerjoin(emptied, true()))
        .add_cte(insert(ChannelEvent).from_select(list(told), select(*told.values())).cte("told"))
    )


_SAY = _say()
