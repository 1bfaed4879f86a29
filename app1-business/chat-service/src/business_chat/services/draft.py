"""Drafts: what one has begun to write, the same on all of one's devices. Each place has one."""

from typing import Any
from uuid import UUID

from servicekit import realtime
from servicekit.db import EditConflict, ReadSession, TenantSession, locked
from servicekit.errors import NotFound
from servicekit.pagination import ListQuery, page
from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.dialects.postgresql import insert

from business_chat.models.channel import ChannelMember
from business_chat.models.draft import Draft
from business_chat.schemas.draft import DraftWish
from business_chat.services import access, thread
from business_chat.services.access import me

draft = Draft.__table__.c
_READ = (draft.id, draft.channel_id, draft.thread_root_id, draft.text, draft.version, draft.updated_at)


async def listing(session: ReadSession, query: ListQuery) -> dict[str, Any]:
    """One's drafts in channels that one is in, the latest first."""
    statement = (
        select(*_READ)
        .join(ChannelMember, ChannelMember.channel_id == draft.channel_id)
        .where(ChannelMember.user_id == me(session), draft.user_id == me(session), draft.text != "")
    )
    return await page(session, statement, query, key=draft.updated_at, id_=draft.id, descending=True)


async def keep(session: TenantSession, wish: DraftWish, version: int) -> dict[str, Any]:
    """Write a place's draft, as `DraftRead`'s members.

    Args:
        version: of the draft that the device knows there; 0 where it knows of none.

    Raises:
        NotFound: there is no such channel, or none for oneself.
        NotAMember, NotARoot
        EditConflict: another device has written or sent it in the meantime.
    """
    channel = await access.seen(session, wish.channel_id)
    if await access.role_in(session, channel) is None:
        raise access.NotAMember
    if wish.thread_root_id is not None:
        await thread.root(session, wish.channel_id, wish.thread_root_id)
    changed = {"text": wish.text, "version": Draft.version + 1, "updated_at": func.now()}
    if version:
        mine = _at(session, wish.channel_id, wish.thread_root_id)
        rows = await session.execute(
            update(Draft).where(mine, Draft.version == version).values(changed).returning(*_READ)
        )
    else:
        first = insert(Draft).values(user_id=me(session), version=1, **wish.model_dump())
        place = [Draft.user_id, Draft.channel_id, Draft.thread_root_id]
        rows = await session.execute(
            first.on_conflict_do_update(index_elements=place, set_=changed, where=Draft.text == "").returning(
                *_READ
            )
        )
    kept = rows.mappings().one_or_none()
    if kept is None:
        raise EditConflict
    tell(session, kept["channel_id"], kept["thread_root_id"], kept["version"])
    return dict(kept)


async def drop(session: TenantSession, draft_id: UUID, version: int) -> None:
    """Have one's draft be gone, on all of one's devices."""
    dropped = await locked(session, Draft, draft_id)
    if dropped.user_id != me(session):
        raise NotFound
    if dropped.version != version:
        raise EditConflict
    dropped.text = ""
    await session.flush()
    tell(session, dropped.channel_id, dropped.thread_root_id, dropped.version)


def _at(session: TenantSession, channel_id: UUID, thread_root_id: UUID | None) -> ColumnElement[bool]:
    return (
        (Draft.user_id == me(session))
        & (Draft.channel_id == channel_id)
        & Draft.thread_root_id.is_not_distinct_from(thread_root_id)
    )


def tell(session: TenantSession, channel_id: UUID, thread_root_id: UUID | None, version: int) -> None:
    """Tell one's other devices. The text stays in the database: they ask for it."""
    place = {"channel_id": channel_id, "thread_root_id": thread_root_id}
    realtime.tell(session, me(session), {"type": "draft", **place, "version": version})
