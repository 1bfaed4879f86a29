"""Departments: a tree."""

from typing import Any
from uuid import UUID

from servicekit import audit
from servicekit.db import ReadSession, TenantSession, advisory_lock, assign, locked, refusing
from servicekit.errors import Conflict, Unprocessable
from servicekit.pagination import page
from sqlalchemy import CTE, ColumnElement, func, select, true

from business_hrms.models.department import Department
from business_hrms.schemas.department import DepartmentChanges, DepartmentQuery, DepartmentWish
from business_hrms.services.current import calendar, employee, is_todays, job


class DepartmentNameTaken(Conflict):
    code = "hrms.department_name_taken"

    def __init__(self) -> None:
        super().__init__("Another department has this name.")


class DepartmentUnknown(Unprocessable):
    code = "hrms.department_unknown"

    def __init__(self) -> None:
        super().__init__("There is no such department.")


class DepartmentCycle(Unprocessable):
    code = "hrms.department_cycle"

    def __init__(self) -> None:
        super().__init__("A department cannot lie below itself.")


class DepartmentInUse(Conflict):
    code = "hrms.department_in_use"

    def __init__(self) -> None:
        super().__init__(
            "Departments lie below it, jobs, past ones included, in it, or policies or checklists are for it."
        )


_REFUSALS = {
    "uq_departments_name": DepartmentNameTaken,
    "fk_departments_parent_id": DepartmentUnknown,
}
_IN_USE = {
    "fk_departments_parent_id": DepartmentInUse,
    "fk_checklist_templates_department_id": DepartmentInUse,
    "fk_employment_records_department_id": DepartmentInUse,
    "fk_leave_policy_assignments_department_id": DepartmentInUse,
}


async def listing(session: ReadSession, query: DepartmentQuery) -> dict[str, Any]:
    key = func.lower(Department.name).label("_name")
    statement = select(Department.id, Department.name, Department.parent_id, Department.version, key)
    return await page(
        session, statement, query, key=key, id_=Department.__table__.c.id, descending=query.sort == "-name"
    )


async def create(session: TenantSession, wish: DepartmentWish) -> Department:
    department = Department(name=wish.name, parent_id=wish.parent_id)
    session.add(department)
    async with refusing(_REFUSALS):
        await session.flush()
    target = f"department:{department.id}"
    audit.add(session, "hrms.department_created", target=target, after=wish.model_dump())
    return department


async def change(
    session: TenantSession, department_id: UUID, changes: DepartmentChanges, version: int
) -> Department:
    given = changes.model_dump(exclude_unset=True)
    if given.get("parent_id") is not None:
        await advisory_lock(session, "departments")
    department = await locked(session, Department, department_id, version=version)
    if given.get("parent_id") is not None:
        below = subtree(department_id)
        if await session.scalar(select(below.c.id).where(below.c.id == changes.parent_id)):
            raise DepartmentCycle
    before = assign(department, given)
    async with refusing(_REFUSALS):
        await session.flush()
    target = f"department:{department_id}"
    audit.add(session, "hrms.department_changed", target=target, before=before, after=given)
    return department


async def remove(session: TenantSession, department_id: UUID) -> None:
    department = await locked(session, Department, department_id)
    await session.delete(department)
    async with refusing(_IN_USE):
        await session.flush()
    before = {"name": department.name, "parent_id": department.parent_id}
    audit.add(session, "hrms.department_removed", target=f"department:{department_id}", before=before)


def subtree(department_id: UUID | ColumnElement[UUID]) -> CTE:
    """Ids of a department and of all below it."""
    top = select(Department.id).where(Department.id == department_id).cte("subtree", recursive=True)
    return top.union(select(Department.id).join(top, Department.parent_id == top.c.id))


async def of_employee(session: TenantSession, employee_id: UUID) -> set[UUID]:
    """Ids of the department that an employee is in today, and of all above it."""
    dates = calendar()
    own = (
        select(Department.id, Department.parent_id)
        .join_from(employee, dates, true())
        .join(job, is_todays(job, employee, dates.c.today))
        .join(Department, Department.id == job.c.department_id)
        .where(employee.c.id == employee_id)
        .cte("own", recursive=True)
    )
    above = own.union(select(Department.id, Department.parent_id).join(own, own.c.parent_id == Department.id))
    return set(await session.scalars(select(above.c.id), {"tenant": session.tenant}))
