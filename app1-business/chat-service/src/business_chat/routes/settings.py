from fastapi import Response
from servicekit.edge import ExpectedVersion, ReadSession, Router, TenantSession, etag

from business_chat.models.settings import PersonalSettings
from business_chat.routes.channel import USES
from business_chat.schemas.settings import SettingsRead, SettingsWish
from business_chat.services import settings
from business_chat.services.access import me

router = Router("chat", tags=["settings"])


@router.get("/settings", dependencies=[USES])
async def get_settings(session: ReadSession, response: Response) -> SettingsRead:
    """When one does not want to be disturbed, and whether mails tell of what one missed."""
    return _tagged(await settings.of(session, me(session)), response)


@router.put("/settings", dependencies=[USES])
async def put_settings(
    wish: SettingsWish, version: ExpectedVersion, session: TenantSession, response: Response
) -> SettingsRead:
    """If-Match is `"0"` where nothing was decided yet."""
    return _tagged(await settings.put(session, wish, version), response)


def _tagged(decided: PersonalSettings, response: Response) -> SettingsRead:
    response.headers["ETag"] = etag(decided.version)
    return SettingsRead.model_validate(decided)
