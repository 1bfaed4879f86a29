from typing import Annotated

from fastapi import Query, Response
from servicekit.access import signed_in
from servicekit.edge import Actor, ReadSession, Router, TenantSession, answer
from servicekit.pagination import Page

from identity_kit.schemas.notification import NotificationQuery, NotificationRead, Reading
from identity_kit.services import notification as notifications

router = Router("user", tags=["notifications"])


@router.get("/notifications", dependencies=[signed_in()], response_model=Page[NotificationRead])
async def list_notifications(
    session: ReadSession, actor: Actor, query: Annotated[NotificationQuery, Query()]
) -> Response:
    """Your notifications, the newest first; how many are unread: `?unread=true&total=true`."""
    return answer(await notifications.listing(session, actor, query))


@router.post("/notifications/read", status_code=204, dependencies=[signed_in()])
async def read_notifications(reading: Reading, session: TenantSession, actor: Actor) -> None:
    """Mark notifications as read."""
    await notifications.mark_read(session, actor, reading)
