"""Departments."""

from servicekit.db import TenantSession, refusing
from servicekit.errors import Conflict, Unprocessable

from business_hrms.models.department import Department
from business_hrms.schemas.department import DepartmentWish


class DepartmentNameTaken(Conflict):
    code = "hrms.department_name_taken"

    def __init__(self) -> None:
        super().__init__("Another department has this name.")


class DepartmentUnknown(Unprocessable):
    code = "hrms.department_unknown"

    def __init__(self) -> None:
        super().__init__("There is no such department.")


async def create(session: TenantSession, wish: DepartmentWish) -> Department:
    department = Department(name=wish.name, parent_id=wish.parent_id)
    session.add(department)
    problems = {
        "uq_departments_name": DepartmentNameTaken(),
        "fk_departments_parent_id": DepartmentUnknown(),
    }
    async with refusing(problems):
        await session.flush()
    return department
