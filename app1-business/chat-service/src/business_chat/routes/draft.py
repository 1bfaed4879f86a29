from typing import Annotated
from uuid import UUID

from fastapi import Query, Response
from servicekit.edge import ExpectedVersion, ReadSession, Router, TenantSession, answer, etag
from servicekit.errors import documented
from servicekit.pagination import ListQuery, Page

from business_chat.routes.channel import USES
from business_chat.schemas.draft import DraftRead, DraftWish
from business_chat.services import draft as drafts
from business_chat.services.access import NotAMember
from business_chat.services.thread import NotARoot

router = Router("chat", tags=["drafts"])


@router.get("/drafts", dependencies=[USES], response_model=Page[DraftRead])
async def list_drafts(query: Annotated[ListQuery, Query()], session: ReadSession) -> Response:
    """What one has begun to write, the latest first."""
    return answer(await drafts.listing(session, query))


@router.put("/drafts", dependencies=[USES], responses=documented(NotAMember, NotARoot))
async def keep_draft(
    wish: DraftWish, version: ExpectedVersion, session: TenantSession, response: Response
) -> DraftRead:
    """Keep what one is writing in a place. If-Match is `"0"` where the device knows of no draft there."""
    kept = await drafts.keep(session, wish, version)
    response.headers["ETag"] = etag(kept["version"])
    return DraftRead.model_validate(kept)


@router.delete("/drafts/{draft_id}", status_code=204, dependencies=[USES])
async def drop_draft(draft_id: UUID, version: ExpectedVersion, session: TenantSession) -> None:
    await drafts.drop(session, draft_id, version)
