from fastapi import Response
from servicekit.access import needs
from servicekit.edge import ExpectedVersion, ReadSession, Router, TenantSession, etag
from servicekit.errors import documented

from business_hrms.schemas.leave_settings import LeaveSettingsRead, LeaveSettingsWish
from business_hrms.services import leave_settings
from business_hrms.services.department import DepartmentUnknown

router = Router("hrms", tags=["leave settings"])


@router.get("/leave-settings", dependencies=[needs("hrms.leave.use")])
async def get_leave_settings(session: ReadSession, response: Response) -> LeaveSettingsRead:
    """Who decides on leave whose type does not say, and when leave years begin."""
    settings = await leave_settings.current(session)
    response.headers["ETag"] = etag(settings.version)
    return LeaveSettingsRead.model_validate(settings)


@router.put(
    "/leave-settings",
    dependencies=[needs("hrms.leave.manage")],
    responses=documented(DepartmentUnknown),
)
async def change_leave_settings(
    wish: LeaveSettingsWish, version: ExpectedVersion, session: TenantSession, response: Response
) -> LeaveSettingsRead:
    """Say who decides on leave and when its years begin, from now on."""
    settings = await leave_settings.change(session, wish, version)
    response.headers["ETag"] = etag(settings.version)
    return LeaveSettingsRead.model_validate(settings)
