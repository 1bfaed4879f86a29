from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Response
from servicekit.edge import ExpectedVersion, ReadSession, Router, TenantSession, answer, etag
from servicekit.errors import documented
from servicekit.pagination import ListQuery, Page

from business_chat.routes.channel import USES
from business_chat.schemas.channel import PointerRead
from business_chat.schemas.message import (
    Emoji,
    MessageChanges,
    MessageQuery,
    MessageRead,
    MessageWish,
    ReactionWish,
    RevisionRead,
)
from business_chat.services import mention, reading
from business_chat.services import message as messages
from business_chat.services.access import NotAMember
from business_chat.services.mention import MentionUnconfirmed
from business_chat.services.message import (
    ClientMsgIdReused,
    MessageDeleted,
    NotTheAuthor,
    TooManyReactions,
)
from business_chat.services.thread import NotARoot

router = Router("chat", tags=["messages"])


@router.get("/channels/{channel_id}/messages", dependencies=[USES], response_model=Page[MessageRead])
async def list_messages(
    channel_id: UUID, query: Annotated[MessageQuery, Query()], session: ReadSession
) -> Response:
    """What was said in a channel, the newest first; replies are in their threads."""
    return answer(await messages.history(session, channel_id, query))


@router.post(
    "/channels/{channel_id}/messages",
    status_code=201,
    dependencies=[USES],
    responses=documented(NotAMember, ClientMsgIdReused, MentionUnconfirmed, NotARoot),
)
async def send_message(
    channel_id: UUID, wish: MessageWish, session: TenantSession, response: Response
) -> MessageRead:
    """Say something. The same `client_msg_id` again is answered with the message that was sent first."""
    return _tagged(await messages.send(session, channel_id, wish), response)


@router.get("/mentions", dependencies=[USES], response_model=Page[MessageRead])
async def list_mentions(query: Annotated[ListQuery, Query()], session: ReadSession) -> Response:
    """Messages that name oneself, alone or with everybody, the newest first."""
    return answer(await mention.listing(session, query))


@router.get("/messages/{message_id}", dependencies=[USES])
async def get_message(message_id: UUID, session: ReadSession, response: Response) -> MessageRead:
    return _tagged(await messages.shown(session, message_id), response)


@router.patch(
    "/messages/{message_id}",
    dependencies=[USES],
    responses=documented(NotAMember, NotTheAuthor, MessageDeleted, MentionUnconfirmed),
)
async def edit_message(
    message_id: UUID,
    changes: MessageChanges,
    version: ExpectedVersion,
    session: TenantSession,
    response: Response,
) -> MessageRead:
    """Change what one has said; what it was before is kept."""
    return _tagged(await messages.edit(session, message_id, changes, version), response)


@router.delete(
    "/messages/{message_id}",
    status_code=204,
    dependencies=[USES],
    responses=documented(NotAMember, NotTheAuthor),
)
async def delete_message(message_id: UUID, session: TenantSession) -> None:
    """Delete one's own message, or, as an owner of the channel, somebody's."""
    await messages.remove(session, message_id)


@router.get("/messages/{message_id}/revisions", dependencies=[USES], response_model=Page[RevisionRead])
async def list_revisions(
    message_id: UUID, query: Annotated[ListQuery, Query()], session: ReadSession
) -> Response:
    """What a message said before it was edited."""
    return answer(await messages.revisions(session, message_id, query))


@router.post(
    "/messages/{message_id}/reactions",
    status_code=204,
    dependencies=[USES],
    responses=documented(NotAMember, MessageDeleted, TooManyReactions),
)
async def add_reaction(message_id: UUID, wish: ReactionWish, session: TenantSession) -> None:
    await messages.react(session, message_id, wish.emoji)


@router.delete(
    "/messages/{message_id}/reactions/{emoji}",
    status_code=204,
    dependencies=[USES],
    responses=documented(NotAMember, MessageDeleted),
)
async def remove_reaction(message_id: UUID, emoji: Emoji, session: TenantSession) -> None:
    await messages.unreact(session, message_id, emoji)


@router.post("/messages/{message_id}/unread", dependencies=[USES], responses=documented(NotAMember))
async def mark_unread(message_id: UUID, session: TenantSession) -> PointerRead:
    """Count the message and all after it as unread."""
    return PointerRead(last_read_seq=await reading.unread(session, message_id))


def _tagged(message: dict[str, Any], response: Response) -> MessageRead:
    response.headers["ETag"] = etag(message["version"])
    return MessageRead.model_validate(message)
