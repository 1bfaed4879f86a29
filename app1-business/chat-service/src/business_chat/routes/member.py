from typing import Annotated
from uuid import UUID

from fastapi import Query, Response
from servicekit.edge import ReadSession, Router, TenantSession, answer
from servicekit.errors import documented
from servicekit.pagination import Page

from business_chat.routes.channel import USES
from business_chat.schemas.channel import MemberChanges, MemberQuery, MemberRead, MemberWish
from business_chat.services import member as members
from business_chat.services.access import NotAMember, NotAnOwner, me
from business_chat.services.member import DirectIsFixed
from business_chat.services.person import PersonUnknown

router = Router("chat", tags=["members"])


@router.get("/channels/{channel_id}/members", dependencies=[USES], response_model=Page[MemberRead])
async def list_members(
    channel_id: UUID, query: Annotated[MemberQuery, Query()], session: ReadSession
) -> Response:
    """Who is in a channel, in the order of joining."""
    return answer(await members.listing(session, channel_id, query))


@router.post(
    "/channels/{channel_id}/members",
    status_code=204,
    dependencies=[USES],
    responses=documented(NotAMember, DirectIsFixed, PersonUnknown),
)
async def add_member(channel_id: UUID, wish: MemberWish, session: TenantSession) -> None:
    """Bring somebody into a channel that one is in."""
    await members.add(session, channel_id, wish.user_id)


@router.patch(
    "/channels/{channel_id}/members/{user_id}",
    status_code=204,
    dependencies=[USES],
    responses=documented(NotAnOwner, DirectIsFixed),
)
async def change_member(
    channel_id: UUID, user_id: UUID, changes: MemberChanges, session: TenantSession
) -> None:
    """Make somebody an owner of the channel, or no longer one."""
    await members.set_role(session, channel_id, user_id, changes.role)


@router.delete(
    "/channels/{channel_id}/members/{user_id}",
    status_code=204,
    dependencies=[USES],
    responses=documented(NotAnOwner, DirectIsFixed),
)
async def remove_member(channel_id: UUID, user_id: UUID, session: TenantSession) -> None:
    """Put somebody out of a channel that one owns."""
    await members.remove(session, channel_id, user_id)


@router.post("/channels/{channel_id}/join", status_code=204, dependencies=[USES])
async def join_channel(channel_id: UUID, session: TenantSession) -> None:
    """Become a member of a public channel."""
    await members.join(session, channel_id)


@router.post(
    "/channels/{channel_id}/leave", status_code=204, dependencies=[USES], responses=documented(DirectIsFixed)
)
async def leave_channel(channel_id: UUID, session: TenantSession) -> None:
    await members.remove(session, channel_id, me(session))
