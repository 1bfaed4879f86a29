"""How messages look from outside: the columns of `MessageRead`, each statement's own."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, literal, select
from sqlalchemy.dialects.postgresql import JSONB, aggregate_order_by
from sqlalchemy.orm import InstrumentedAttribute, aliased

from business_chat.models.message import Mention, Message, Reaction

_NONE = literal([], JSONB)


def thread_of(root_id: InstrumentedAttribute[Any]) -> list[ColumnElement[Any]]:
    """The root's id, how many replies it has, and the newest one's place."""
    reply = aliased(Message)
    replies = (
        select(reply).where(reply.thread_root_id == root_id, reply.deleted_at.is_(None)).correlate(Message)
    )
    return [
        root_id.label("root_id"),
        replies.with_only_columns(func.count()).scalar_subquery().label("replies"),
        replies.with_only_columns(func.max(reply.seq)).scalar_subquery().label("last_reply_seq"),
    ]


_mentions = (
    select(func.coalesce(func.jsonb_agg(aggregate_order_by(Mention.user_id, Mention.user_id)), _NONE))
    .where(Mention.message_id == Message.id)
    .correlate(Message)
    .scalar_subquery()
)
_reaction = func.jsonb_build_object("emoji", Reaction.emoji, "user_id", Reaction.user_id)
_reactions = (
    select(
        func.coalesce(
            func.jsonb_agg(
                aggregate_order_by(_reaction, Reaction.created_at, Reaction.user_id, Reaction.emoji)
            ),
            _NONE,
        )
    )
    .where(Reaction.message_id == Message.id)
    .correlate(Message)
    .scalar_subquery()
)
_of_message = Message.__table__.c

MESSAGE: tuple[ColumnElement[Any], ...] = (
    _of_message.id,
    _of_message.channel_id,
    _of_message.seq,
    _of_message.author_id,
    _of_message.client_msg_id,
    _of_message.text,
    _of_message.thread_root_id,
    _mentions.label("mentions"),
    _of_message.mentions_channel,
    _of_message.here.is_not(None).label("mentions_here"),
    _reactions.label("reactions"),
    *thread_of(Message.id)[1:],
    _of_message.created_at,
    _of_message.edited_at,
    _of_message.deleted_at,
    _of_message.version,
)


def said(message: Message, mentions: Sequence[UUID]) -> dict[str, Any]:
    """What `MESSAGE` reads of a message that was just said: nobody has reacted to it or replied yet."""
    none_yet = {
        "mentions": mentions,
        "mentions_here": message.here is not None,
        "reactions": (),
        "replies": 0,
        "last_reply_seq": None,
    }
    names = [str(column.key) for column in MESSAGE]
    return {name: none_yet[name] if name in none_yet else getattr(message, name) for name in names}
