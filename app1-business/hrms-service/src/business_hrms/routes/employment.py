from typing import Annotated
from uuid import UUID

from fastapi import Query, Response
from servicekit.access import needs
from servicekit.edge import ReadSession, Router, TenantSession, etag
from servicekit.errors import documented

from business_hrms.schemas.employee import EmployeeRead
from business_hrms.schemas.employment import (
    Depth,
    History,
    JobChange,
    JobRead,
    OrgChart,
    OrgNode,
    Termination,
)
from business_hrms.services import employment, reporting, termination
from business_hrms.services.department import DepartmentUnknown
from business_hrms.services.employment import (
    FirstJob,
    JobStartsThen,
    NotEmployedThen,
    NothingChanges,
)
from business_hrms.services.reporting import ManagerCycle, ManagerHasLeft, ManagerUnknown
from business_hrms.services.termination import JobStartsLater, LastDayBeforeJoining

router = Router("hrms", tags=["employment"])


@router.get("/employees/{employee_id}/history", dependencies=[needs("hrms.employee.read")])
async def get_history(employee_id: UUID, session: ReadSession) -> History:
    """Every job the employee has had, has and will have, without gap or overlap."""
    rows = await employment.history(session, employee_id)
    return History(items=[JobRead.model_validate(row) for row in rows])


@router.post(
    "/employees/{employee_id}/job-changes",
    status_code=201,
    dependencies=[needs("hrms.employee.write")],
    responses=documented(
        JobStartsThen,
        NotEmployedThen,
        NothingChanges,
        DepartmentUnknown,
        ManagerUnknown,
        ManagerHasLeft,
        ManagerCycle,
    ),
)
async def change_job(employee_id: UUID, change: JobChange, session: TenantSession) -> JobRead:
    """Give another job from a day on. A future one applies that day by itself."""
    return await employment.change_job(session, employee_id, change)


@router.delete(
    "/employees/{employee_id}/job-changes/{job_id}",
    status_code=204,
    dependencies=[needs("hrms.employee.write")],
    responses=documented(FirstJob, ManagerCycle),
)
async def withdraw_job_change(employee_id: UUID, job_id: UUID, session: TenantSession) -> None:
    """Take back a job change: the job before it goes on in its place."""
    await employment.withdraw_job(session, employee_id, job_id)


@router.post(
    "/employees/{employee_id}/terminate",
    dependencies=[needs("hrms.employee.write")],
    responses=documented(LastDayBeforeJoining, JobStartsLater, ManagerCycle),
)
async def terminate_employment(
    employee_id: UUID, end: Termination, session: TenantSession, response: Response
) -> EmployeeRead:
    """Set the last day of employment, or move it. Leave after it is cancelled or cut short."""
    employee = await termination.terminate(session, employee_id, end)
    response.headers["ETag"] = etag(employee.version)
    return employee


@router.get("/employees/{employee_id}/reports", dependencies=[needs("hrms.employee.read")])
async def get_reports(
    employee_id: UUID, session: ReadSession, depth: Annotated[Depth, Query()] = 1
) -> OrgChart:
    """Who reports to the employee today, directly (depth 1) and through others."""
    rows = await reporting.chart(session, employee_id, depth)
    return OrgChart(items=[OrgNode.model_validate(row) for row in rows])


@router.get("/org-chart", dependencies=[needs("hrms.employee.read")])
async def get_org_chart(session: ReadSession, depth: Annotated[Depth, Query()] = 3) -> OrgChart:
    """Those employed today from the top, managers before those who report to them."""
    rows = await reporting.chart(session, None, depth)
    return OrgChart(items=[OrgNode.model_validate(row) for row in rows])
