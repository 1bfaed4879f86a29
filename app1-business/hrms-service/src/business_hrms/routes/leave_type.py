from typing import Annotated
from uuid import UUID

from fastapi import Query, Response
from servicekit.access import needs
from servicekit.db import found
from servicekit.edge import ExpectedVersion, ReadSession, Router, TenantSession, answer, etag
from servicekit.errors import documented
from servicekit.pagination import Page

from business_hrms.models.leave_type import LeaveType
from business_hrms.schemas.leave_type import LeaveTypeChanges, LeaveTypeQuery, LeaveTypeRead, LeaveTypeWish
from business_hrms.services import leave_type as types
from business_hrms.services.department import DepartmentUnknown
from business_hrms.services.leave_type import LeaveTypeInUse, LeaveTypeNameTaken

router = Router("hrms", tags=["leave types"])


@router.get("/leave-types", dependencies=[needs("hrms.leave.use")], response_model=Page[LeaveTypeRead])
async def list_leave_types(query: Annotated[LeaveTypeQuery, Query()], session: ReadSession) -> Response:
    return answer(await types.listing(session, query))


@router.post(
    "/leave-types",
    status_code=201,
    dependencies=[needs("hrms.leave.manage")],
    responses=documented(LeaveTypeNameTaken, DepartmentUnknown),
)
async def create_leave_type(wish: LeaveTypeWish, session: TenantSession, response: Response) -> LeaveTypeRead:
    made = await types.create(session, wish)
    response.headers["Location"] = f"/hrms/leave-types/{made.id}"
    response.headers["ETag"] = etag(made.version)
    return LeaveTypeRead.model_validate(made)


@router.get("/leave-types/{type_id}", dependencies=[needs("hrms.leave.use")])
async def get_leave_type(type_id: UUID, session: ReadSession, response: Response) -> LeaveTypeRead:
    leave_type = await found(session, LeaveType, type_id)
    response.headers["ETag"] = etag(leave_type.version)
    return LeaveTypeRead.model_validate(leave_type)


@router.patch(
    "/leave-types/{type_id}",
    dependencies=[needs("hrms.leave.manage")],
    responses=documented(LeaveTypeNameTaken, DepartmentUnknown),
)
async def change_leave_type(
    type_id: UUID,
    changes: LeaveTypeChanges,
    version: ExpectedVersion,
    session: TenantSession,
    response: Response,
) -> LeaveTypeRead:
    """Change a type. Allocations keep the terms that they were made on."""
    leave_type = await types.change(session, type_id, changes, version)
    response.headers["ETag"] = etag(leave_type.version)
    return LeaveTypeRead.model_validate(leave_type)


@router.delete(
    "/leave-types/{type_id}",
    status_code=204,
    dependencies=[needs("hrms.leave.manage")],
    responses=documented(LeaveTypeInUse),
)
async def delete_leave_type(type_id: UUID, session: TenantSession) -> None:
    """Remove a type that nobody has had."""
    await types.remove(session, type_id)
