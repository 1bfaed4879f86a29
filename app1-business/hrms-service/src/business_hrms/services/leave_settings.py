"""What an organisation has decided about leave of every type."""

from typing import Any

from servicekit import audit
from servicekit.db import EditConflict, ReadSession, TenantSession
from sqlalchemy import func, select

from business_hrms.models.department import Department
from business_hrms.models.leave_settings import LeaveSettings
from business_hrms.schemas.leave_approval import ApprovalLevel
from business_hrms.schemas.leave_settings import LeaveSettingsWish
from business_hrms.services.department import DepartmentUnknown


async def current(session: TenantSession | ReadSession) -> LeaveSettings:
    return (await session.scalars(select(LeaveSettings))).one()


async def change(session: TenantSession, wish: LeaveSettingsWish, version: int) -> LeaveSettings:
    settings = (await session.scalars(select(LeaveSettings).with_for_update())).one()
    if settings.version != version:
        raise EditConflict
    before = {"approval": settings.approval, "year_starts_in": settings.year_starts_in}
    settings.approval = await stored(session, wish.approval)
    settings.year_starts_in = wish.year_starts_in
    await session.flush()
    audit.add(
        session,
        "hrms.leave_settings_changed",
        target="leave_settings",
        before=before,
        after={"approval": settings.approval, "year_starts_in": settings.year_starts_in},
    )
    return settings


async def stored(session: TenantSession, approval: list[ApprovalLevel]) -> list[dict[str, Any]]:
    """Levels as they are kept.

    Raises:
        DepartmentUnknown: one names a department that is not there.
    """
    wanted = {level.department_id for level in approval if level.department_id is not None}
    there = select(func.count()).select_from(Department).where(Department.id.in_(wanted))
    if wanted and await session.scalar(there) != len(wanted):
        raise DepartmentUnknown
    return [level.model_dump(mode="json") for level in approval]
