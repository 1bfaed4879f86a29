from typing import Annotated
from uuid import UUID

from fastapi import Query, Response
from servicekit.access import needs
from servicekit.edge import ExpectedVersion, ReadSession, Router, TenantSession, answer, etag
from servicekit.errors import documented
from servicekit.long_job_routes import LongJobRead, accepted
from servicekit.pagination import Page

from business_hrms.schemas.leave_policy import (
    AssignmentQuery,
    AssignmentRead,
    AssignmentWish,
    PolicyChanges,
    PolicyItem,
    PolicyQuery,
    PolicyRead,
    PolicyRun,
    PolicyWish,
)
from business_hrms.services import leave_policy as policies
from business_hrms.services import leave_year
from business_hrms.services.department import DepartmentUnknown
from business_hrms.services.leave_allocation import EmployeeUnknown
from business_hrms.services.leave_policy import PolicyInUse, PolicyNameTaken
from business_hrms.services.leave_type import LeaveTypeUnknown

router = Router("hrms", tags=["leave policies"])


@router.get("/leave-policies", dependencies=[needs("hrms.leave.use")], response_model=Page[PolicyItem])
async def list_policies(query: Annotated[PolicyQuery, Query()], session: ReadSession) -> Response:
    return answer(await policies.listing(session, query))


@router.post(
    "/leave-policies",
    status_code=201,
    dependencies=[needs("hrms.leave.manage")],
    responses=documented(PolicyNameTaken, LeaveTypeUnknown),
)
async def create_policy(wish: PolicyWish, session: TenantSession, response: Response) -> PolicyRead:
    """Name the leave that people have every year."""
    made = await policies.create(session, wish)
    response.headers["Location"] = f"/hrms/leave-policies/{made.id}"
    response.headers["ETag"] = etag(made.version)
    return made


@router.post("/leave-policies/run", status_code=202, dependencies=[needs("hrms.leave.manage")])
async def run_policies(run: PolicyRun, session: TenantSession, response: Response) -> LongJobRead:
    """Give everybody the leave of the year that a day lies in. Again is the same as once."""
    return accepted("hrms", await leave_year.start(session, run.as_of), response)


@router.get("/leave-policies/{policy_id}", dependencies=[needs("hrms.leave.use")])
async def get_policy(policy_id: UUID, session: ReadSession, response: Response) -> PolicyRead:
    policy = await policies.one(session, policy_id)
    response.headers["ETag"] = etag(policy.version)
    return policy


@router.patch(
    "/leave-policies/{policy_id}",
    dependencies=[needs("hrms.leave.manage")],
    responses=documented(PolicyNameTaken, LeaveTypeUnknown),
)
async def change_policy(
    policy_id: UUID,
    changes: PolicyChanges,
    version: ExpectedVersion,
    session: TenantSession,
    response: Response,
) -> PolicyRead:
    """Change a policy, for leave years that are made from now on."""
    policy = await policies.change(session, policy_id, changes, version)
    response.headers["ETag"] = etag(policy.version)
    return policy


@router.delete(
    "/leave-policies/{policy_id}",
    status_code=204,
    dependencies=[needs("hrms.leave.manage")],
    responses=documented(PolicyInUse),
)
async def delete_policy(policy_id: UUID, session: TenantSession) -> None:
    """Remove a policy that nobody has or had."""
    await policies.remove(session, policy_id)


@router.get(
    "/leave-policies/{policy_id}/assignments",
    dependencies=[needs("hrms.leave.manage")],
    response_model=Page[AssignmentRead],
)
async def list_assignments(
    policy_id: UUID, query: Annotated[AssignmentQuery, Query()], session: ReadSession
) -> Response:
    return answer(await policies.assignments(session, policy_id, query))


@router.post(
    "/leave-policies/{policy_id}/assignments",
    status_code=201,
    dependencies=[needs("hrms.leave.manage")],
    responses=documented(EmployeeUnknown, DepartmentUnknown),
)
async def assign_policy(policy_id: UUID, wish: AssignmentWish, session: TenantSession) -> AssignmentRead:
    """Say whom a policy is for. Their leave is given every night, or by `run`."""
    return await policies.assign(session, policy_id, wish)


@router.delete(
    "/leave-policies/{policy_id}/assignments/{assignment_id}",
    status_code=204,
    dependencies=[needs("hrms.leave.manage")],
)
async def withdraw_policy(policy_id: UUID, assignment_id: UUID, session: TenantSession) -> None:
    """End an assignment. Leave that was given by it stays."""
    await policies.withdraw(session, policy_id, assignment_id)
