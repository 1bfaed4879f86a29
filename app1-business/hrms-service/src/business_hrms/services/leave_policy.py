"""Leave policies, and whom they are for."""

from typing import Any
from uuid import UUID

from servicekit import audit
from servicekit.db import ReadSession, TenantSession, found, locked, refusing
from servicekit.errors import Conflict, NotFound
from servicekit.pagination import page
from sqlalchemy import delete, func, select

from business_hrms.models.leave_policy import LeavePolicy, PolicyAssignment, PolicyLine
from business_hrms.schemas.leave_policy import (
    AssignmentQuery,
    AssignmentRead,
    AssignmentWish,
    LineRead,
    LineWish,
    PolicyChanges,
    PolicyItem,
    PolicyQuery,
    PolicyRead,
    PolicyWish,
)
from business_hrms.services.department import DepartmentUnknown
from business_hrms.services.leave_allocation import EmployeeUnknown
from business_hrms.services.leave_type import LeaveTypeUnknown


class PolicyNameTaken(Conflict):
    code = "hrms.leave_policy_name_taken"

    def __init__(self) -> None:
        super().__init__("Another leave policy has this name.")


class PolicyInUse(Conflict):
    code = "hrms.leave_policy_in_use"

    def __init__(self) -> None:
        super().__init__("The policy is assigned, or leave was given by it.")


_REFUSALS = {
    "uq_leave_policies_name": PolicyNameTaken,
    "fk_leave_policy_lines_leave_type_id": LeaveTypeUnknown,
}
_IN_USE = {
    "fk_leave_policy_assignments_policy_id": PolicyInUse,
    "fk_leave_allocations_policy_id": PolicyInUse,
}
_UNKNOWN = {
    "fk_leave_policy_assignments_employee_id": EmployeeUnknown,
    "fk_leave_policy_assignments_department_id": DepartmentUnknown,
}
_assignment = PolicyAssignment.__table__.c
_FROM = _assignment.starts_on.label("from")


async def listing(session: ReadSession, query: PolicyQuery) -> dict[str, Any]:
    policies = LeavePolicy.__table__.c
    key = func.lower(policies.name).label("_name")
    statement = select(policies.id, policies.version, policies.name, key)
    return await page(session, statement, query, key=key, id_=policies.id, descending=query.sort == "-name")


async def one(session: TenantSession | ReadSession, policy_id: UUID) -> PolicyRead:
    """A policy with its lines.

    Raises:
        NotFound: there is none.
    """
    item = PolicyItem.model_validate(await found(session, LeavePolicy, policy_id))
    lines = select(PolicyLine).where(PolicyLine.policy_id == policy_id).order_by(PolicyLine.leave_type_id)
    read = [LineRead.model_validate(line) for line in await session.scalars(lines)]
    return PolicyRead(**item.model_dump(), lines=read)


async def create(session: TenantSession, wish: PolicyWish) -> PolicyRead:
    policy = LeavePolicy(name=wish.name)
    session.add(policy)
    async with refusing(_REFUSALS):
        await session.flush()
        _add_lines(session, policy.id, wish.lines)
        await session.flush()
    after = wish.model_dump(mode="json")
    audit.add(session, "hrms.leave_policy_created", target=f"leave_policy:{policy.id}", after=after)
    return await one(session, policy.id)


async def change(session: TenantSession, policy_id: UUID, changes: PolicyChanges, version: int) -> PolicyRead:
    """Change a policy. Leave that was given by it stays."""
    policy = await locked(session, LeavePolicy, policy_id, version=version)
    before = await one(session, policy_id)
    if "name" in changes.model_fields_set:
        policy.name = changes.name
    if "lines" in changes.model_fields_set:
        policy.updated_at = func.now()
        await session.execute(delete(PolicyLine).where(PolicyLine.policy_id == policy_id))
        _add_lines(session, policy_id, changes.lines)
    async with refusing(_REFUSALS):
        await session.flush()
    after = changes.model_dump(mode="json", exclude_unset=True)
    audit.add(
        session,
        "hrms.leave_policy_changed",
        target=f"leave_policy:{policy_id}",
        before=before.model_dump(mode="json", include=set(after)),
        after=after,
    )
    return await one(session, policy_id)


async def remove(session: TenantSession, policy_id: UUID) -> None:
    policy = await locked(session, LeavePolicy, policy_id)
    await session.delete(policy)
    async with refusing(_IN_USE):
        await session.flush()
    before = {"name": policy.name}
    audit.add(session, "hrms.leave_policy_removed", target=f"leave_policy:{policy_id}", before=before)


async def assignments(session: ReadSession, policy_id: UUID, query: AssignmentQuery) -> dict[str, Any]:
    await found(session, LeavePolicy, policy_id)
    statement = select(
        _assignment.id,
        _assignment.policy_id,
        _FROM,
        _assignment.employee_id,
        _assignment.department_id,
        _assignment.employment_type,
    ).where(_assignment.policy_id == policy_id)
    descending = query.sort.startswith("-")
    return await page(session, statement, query, key=_FROM, id_=_assignment.id, descending=descending)


async def assign(session: TenantSession, policy_id: UUID, wish: AssignmentWish) -> AssignmentRead:
    """Say whom a policy is for, from a day on."""
    await found(session, LeavePolicy, policy_id)
    made = PolicyAssignment(policy_id=policy_id, **wish.model_dump())
    session.add(made)
    async with refusing(_UNKNOWN):
        await session.flush()
    after = {"id": str(made.id), **wish.model_dump(mode="json", by_alias=True, exclude_none=True)}
    audit.add(session, "hrms.leave_policy_assigned", target=f"leave_policy:{policy_id}", after=after)
    return AssignmentRead.model_validate({**vars(made), "from": made.starts_on})


async def withdraw(session: TenantSession, policy_id: UUID, assignment_id: UUID) -> None:
    """End an assignment. Leave that was given by it stays."""
    row = await found(session, PolicyAssignment, assignment_id)
    if row.policy_id != policy_id:
        raise NotFound
    await session.delete(row)
    await session.flush()
    before = {"id": str(assignment_id), "from": row.starts_on}
    audit.add(session, "hrms.leave_policy_withdrawn", target=f"leave_policy:{policy_id}", before=before)


def _add_lines(session: TenantSession, policy_id: UUID, lines: list[LineWish]) -> None:
    session.add_all(PolicyLine(policy_id=policy_id, **line.model_dump()) for line in lines)
