from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Response
from servicekit.access import needs
from servicekit.edge import ExpectedVersion, ReadSession, Router, TenantSession, answer, etag
from servicekit.errors import documented
from servicekit.pagination import Page

from business_chat.schemas.channel import (
    ChannelChanges,
    ChannelQuery,
    ChannelRead,
    ChannelWish,
    DirectWish,
    EventQuery,
    Events,
    NotifyWish,
    PointerRead,
    ReadWish,
)
from business_chat.services import access, log, reading
from business_chat.services import channel as channels
from business_chat.services import member as members
from business_chat.services.access import NotAMember, NotAnOwner
from business_chat.services.channel import ChannelNameTaken
from business_chat.services.log import EventsTrimmed
from business_chat.services.member import DirectIsFixed
from business_chat.services.person import PersonUnknown

router = Router("chat", tags=["channels"])
USES = needs("chat.channel.use")


@router.get("/channels", dependencies=[USES], response_model=Page[ChannelRead])
async def list_channels(query: Annotated[ChannelQuery, Query()], session: ReadSession) -> Response:
    """One's own channels and all public ones, with what one has not read of them."""
    return answer(await channels.listing(session, query))


@router.post("/channels", status_code=201, dependencies=[USES], responses=documented(ChannelNameTaken))
async def create_channel(wish: ChannelWish, session: TenantSession, response: Response) -> ChannelRead:
    """Open a channel and be its first owner."""
    channel_id = await channels.create(session, wish)
    return _located(await channels.shown(session, channel_id), response)


@router.post("/dms", dependencies=[USES], responses=documented(PersonUnknown))
async def open_direct(wish: DirectWish, session: TenantSession, response: Response) -> ChannelRead:
    """The one direct conversation between oneself and others, made where it was not there."""
    channel_id = await channels.open_direct(session, set(wish.user_ids))
    return _located(await channels.shown(session, channel_id), response)


@router.get("/channels/{channel_id}", dependencies=[USES])
async def get_channel(channel_id: UUID, session: ReadSession, response: Response) -> ChannelRead:
    return _tagged(await channels.shown(session, channel_id), response)


@router.patch(
    "/channels/{channel_id}",
    dependencies=[USES],
    responses=documented(ChannelNameTaken, NotAnOwner, DirectIsFixed),
)
async def change_channel(
    channel_id: UUID,
    changes: ChannelChanges,
    version: ExpectedVersion,
    session: TenantSession,
    response: Response,
) -> ChannelRead:
    """Rename a channel or change its topic, as one of its owners."""
    await channels.change(session, channel_id, changes, version)
    return _tagged(await channels.shown(session, channel_id), response)


@router.get(
    "/channels/{channel_id}/events",
    dependencies=[USES],
    response_model=Events,
    responses=documented(EventsTrimmed),
)
async def list_events(
    channel_id: UUID, query: Annotated[EventQuery, Query()], session: ReadSession
) -> Response:
    """What happened in a channel after `after_seq`, in order and without gaps."""
    channel = await access.seen(session, channel_id)
    items = await log.events(session, channel_id, query.after_seq, query.limit)
    return answer({"items": items, "last_seq": channel.last_seq})


@router.post("/channels/{channel_id}/read", dependencies=[USES], responses=documented(NotAMember))
async def read_channel(channel_id: UUID, wish: ReadWish, session: TenantSession) -> PointerRead:
    """Count what is there up to `seq` as read, on all of one's devices."""
    return PointerRead(last_read_seq=await reading.read(session, channel_id, wish.seq))


@router.put(
    "/channels/{channel_id}/notify", status_code=204, dependencies=[USES], responses=documented(NotAMember)
)
async def set_notify(channel_id: UUID, wish: NotifyWish, session: TenantSession) -> None:
    """Say what of a channel one wants to be told of; `nothing` mutes it."""
    await members.set_notify(session, channel_id, wish.notify)


def _tagged(channel: dict[str, Any], response: Response) -> ChannelRead:
    response.headers["ETag"] = etag(channel["version"])
    return ChannelRead.model_validate(channel)


def _located(channel: dict[str, Any], response: Response) -> ChannelRead:
    response.headers["Location"] = f"/chat/channels/{channel['id']}"
    return _tagged(channel, response)
