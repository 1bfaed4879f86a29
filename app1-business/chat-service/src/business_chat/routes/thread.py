from typing import Annotated
from uuid import UUID

from fastapi import Query, Response
from servicekit.edge import ReadSession, Router, TenantSession, answer
from servicekit.errors import documented
from servicekit.pagination import ListQuery, Page

from business_chat.routes.channel import USES
from business_chat.schemas.channel import PointerRead, ReadWish
from business_chat.schemas.message import MessageQuery, MessageRead, ThreadRead
from business_chat.services import reading
from business_chat.services import thread as threads
from business_chat.services.thread import NotARoot

router = Router("chat", tags=["threads"])


@router.get("/threads", dependencies=[USES], response_model=Page[ThreadRead])
async def list_threads(query: Annotated[ListQuery, Query()], session: ReadSession) -> Response:
    """The threads that one follows, with what one has not read of them."""
    return answer(await threads.followed(session, query))


@router.get("/messages/{message_id}/thread", dependencies=[USES], response_model=Page[MessageRead])
async def list_replies(
    message_id: UUID, query: Annotated[MessageQuery, Query()], session: ReadSession
) -> Response:
    """What was said in reply to a message, the newest first."""
    return answer(await threads.replies(session, message_id, query))


@router.post("/messages/{message_id}/thread/read", dependencies=[USES])
async def read_thread(message_id: UUID, wish: ReadWish, session: TenantSession) -> PointerRead:
    """Count the replies up to `seq` as read, on all of one's devices."""
    return PointerRead(last_read_seq=await reading.read_thread(session, message_id, wish.seq))


@router.put(
    "/messages/{message_id}/thread/follow",
    status_code=204,
    dependencies=[USES],
    responses=documented(NotARoot),
)
async def follow_thread(message_id: UUID, session: TenantSession) -> None:
    await threads.follow(session, message_id)


@router.delete("/messages/{message_id}/thread/follow", status_code=204, dependencies=[USES])
async def unfollow_thread(message_id: UUID, session: TenantSession) -> None:
    await threads.unfollow(session, message_id)
