"""What one has decided about being told: when nothing may disturb, and mails."""

from datetime import datetime, time
from uuid import UUID

from servicekit import realtime
from servicekit.db import EditConflict, ReadSession, TenantSession
from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert

from business_chat.models.settings import PersonalSettings
from business_chat.rules import quiet
from business_chat.schemas.settings import SettingsWish
from business_chat.services.access import me


def undecided(user_id: UUID) -> PersonalSettings:
    return PersonalSettings(
        user_id=user_id, version=0, snooze_until=None, quiet_hours=None, mail=True, mail_after=10
    )


async def of(session: TenantSession | ReadSession, user_id: UUID) -> PersonalSettings:
    return await session.get(PersonalSettings, user_id) or undecided(user_id)


async def put(session: TenantSession, wish: SettingsWish, version: int) -> PersonalSettings:
    """Decide anew.

    Raises:
        EditConflict: another device has decided in the meantime.
    """
    decided = wish.model_dump(by_alias=True) | {"version": version + 1}
    first = insert(PersonalSettings).values(user_id=me(session), **decided).on_conflict_do_nothing()
    mine = (PersonalSettings.user_id == me(session), PersonalSettings.version == version)
    statement = update(PersonalSettings).where(*mine).values(decided) if version else first
    kept: PersonalSettings | None = await session.scalar(statement.returning(PersonalSettings))
    if kept is None:
        raise EditConflict
    realtime.tell(session, me(session), {"type": "settings", "version": kept.version})
    return kept


def quiet_until(settings: PersonalSettings, now: datetime, zone: str) -> datetime | None:
    """The moment until which nothing is to disturb; None where something may now.

    Args:
        zone: the organisation's.
    """
    hours, given = None, settings.quiet_hours
    if given is not None:
        begins, ends = (time.fromisoformat(given[name] or "") for name in ("from", "to"))
        hours = quiet.QuietHours(begins, ends, given["time_zone"] or zone)
    return quiet.quiet_until(now, settings.snooze_until, hours)
