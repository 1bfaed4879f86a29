from typing import Annotated
from uuid import UUID

from fastapi import Query, Response
from servicekit.access import needs
from servicekit.db import found
from servicekit.edge import ExpectedVersion, ReadSession, Router, TenantSession, answer, etag
from servicekit.errors import documented
from servicekit.pagination import Page

from business_hrms.models.department import Department
from business_hrms.schemas.department import (
    DepartmentChanges,
    DepartmentQuery,
    DepartmentRead,
    DepartmentWish,
)
from business_hrms.services import department as departments
from business_hrms.services.department import (
    DepartmentCycle,
    DepartmentInUse,
    DepartmentNameTaken,
    DepartmentUnknown,
)

router = Router("hrms", tags=["departments"])


@router.get("/departments", dependencies=[needs("hrms.structure.read")], response_model=Page[DepartmentRead])
async def list_departments(query: Annotated[DepartmentQuery, Query()], session: ReadSession) -> Response:
    """All departments, by name; `parent_id` makes the tree."""
    return answer(await departments.listing(session, query))


@router.post(
    "/departments",
    status_code=201,
    dependencies=[needs("hrms.structure.write")],
    responses=documented(DepartmentNameTaken, DepartmentUnknown),
)
async def create_department(
    wish: DepartmentWish, session: TenantSession, response: Response
) -> DepartmentRead:
    """Add a department, below another where `parent_id` names one."""
    department = await departments.create(session, wish)
    response.headers["Location"] = f"/hrms/departments/{department.id}"
    response.headers["ETag"] = etag(department.version)
    return DepartmentRead.model_validate(department)


@router.get("/departments/{department_id}", dependencies=[needs("hrms.structure.read")])
async def get_department(department_id: UUID, session: ReadSession, response: Response) -> DepartmentRead:
    department = await found(session, Department, department_id)
    response.headers["ETag"] = etag(department.version)
    return DepartmentRead.model_validate(department)


@router.patch(
    "/departments/{department_id}",
    dependencies=[needs("hrms.structure.write")],
    responses=documented(DepartmentNameTaken, DepartmentUnknown, DepartmentCycle),
)
async def change_department(
    department_id: UUID,
    changes: DepartmentChanges,
    version: ExpectedVersion,
    session: TenantSession,
    response: Response,
) -> DepartmentRead:
    """Rename a department, or move it with all that is below it."""
    department = await departments.change(session, department_id, changes, version)
    response.headers["ETag"] = etag(department.version)
    return DepartmentRead.model_validate(department)


@router.delete(
    "/departments/{department_id}",
    status_code=204,
    dependencies=[needs("hrms.structure.write")],
    responses=documented(DepartmentInUse),
)
async def delete_department(department_id: UUID, session: TenantSession) -> None:
    """Remove a department that nothing lies in."""
    await departments.remove(session, department_id)
