from fastapi import Response
from servicekit.access import needs
from servicekit.edge import Router, TenantSession, etag
from servicekit.errors import documented

from business_hrms.schemas.department import DepartmentRead, DepartmentWish
from business_hrms.services import department as departments
from business_hrms.services.department import DepartmentNameTaken

router = Router("hrms", tags=["departments"])


@router.post(
    "/departments",
    status_code=201,
    dependencies=[needs("hrms.structure.write")],
    responses=documented(DepartmentNameTaken),
)
async def create_department(
    wish: DepartmentWish, session: TenantSession, response: Response
) -> DepartmentRead:
    """Add a department, below another where `parent_id` names one."""
    department = await departments.create(session, wish)
    response.headers["Location"] = f"/hrms/departments/{department.id}"
    response.headers["ETag"] = etag(department.version)
    return DepartmentRead.model_validate(department)
