"""In-app notifications: made by any service's job, read by whom they are for."""

from typing import Any

from contracts.context import TenantContext
from contracts.jobs import Notify
from servicekit.db import ReadSession, TenantSession
from servicekit.pagination import page
from sqlalchemy import func, select, update

from identity_kit.models.account import User
from identity_kit.models.notification import Notification
from identity_kit.schemas.notification import NotificationQuery, NotificationRead, Reading


async def add(session: TenantSession, wish: Notify) -> None:
    """Put a notification before an account. One for an account that is gone is dropped."""
    if await session.get(User, wish.account_id) is not None:
        session.add(Notification(user_id=wish.account_id, kind=wish.kind, data=wish.data))
        await session.flush()


async def listing(session: ReadSession, actor: TenantContext, query: NotificationQuery) -> dict[str, Any]:
    """The actor's own, the newest first."""
    columns = Notification.__table__.c
    statement = select(*(columns[name] for name in NotificationRead.model_fields)).where(
        columns.user_id == actor.user_id
    )
    if query.unread:
        statement = statement.where(columns.read_at.is_(None))
    return await page(session, statement, query, key=columns.created_at, id_=columns.id, descending=True)


async def mark_read(session: TenantSession, actor: TenantContext, reading: Reading) -> None:
    """Mark the actor's own as read. One read already keeps its time; anybody else's is passed over."""
    unread = update(Notification).where(Notification.user_id == actor.user_id, Notification.read_at.is_(None))
    if reading.ids is not None:
        unread = unread.where(Notification.id.in_(reading.ids))
    await session.execute(unread.values(read_at=func.now()).execution_options(synchronize_session=False))
