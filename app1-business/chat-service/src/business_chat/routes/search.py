from typing import Annotated

from fastapi import Query, Response
from servicekit.edge import ReadSession, Router, answer
from servicekit.errors import documented
from servicekit.pagination import Page

from business_chat.routes.channel import USES
from business_chat.schemas.message import MessageRead
from business_chat.schemas.search import SearchQuery
from business_chat.services import search
from business_chat.services.search import NameUnknown

router = Router("chat", tags=["search"])


@router.get(
    "/search", dependencies=[USES], response_model=Page[MessageRead], responses=documented(NameUnknown)
)
async def search_messages(query: Annotated[SearchQuery, Query()], session: ReadSession) -> Response:
    """Messages by their words, of the channels that one may read, the newest first."""
    return answer(await search.messages(session, query))
