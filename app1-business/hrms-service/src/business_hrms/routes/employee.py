from typing import Annotated
from uuid import UUID

from fastapi import Query, Response
from fastapi.responses import StreamingResponse
from servicekit.access import needs
from servicekit.edge import ExpectedVersion, ReadSession, ReadSessions, Router, TenantSession, answer, etag
from servicekit.errors import documented
from servicekit.pagination import Page

from business_hrms.schemas.employee import (
    AccountLink,
    EmployeeChanges,
    EmployeeFilter,
    EmployeeQuery,
    EmployeeRead,
    EmployeeWish,
)
from business_hrms.services import directory, export
from business_hrms.services import employee as employees
from business_hrms.services.department import DepartmentUnknown
from business_hrms.services.directory import OwnEmployeeAbsent
from business_hrms.services.employee import AccountTaken, EmailTaken, EmployeeHasHistory, EmployeeNoTaken
from business_hrms.services.reporting import ManagerHasLeft, ManagerUnknown

router = Router("hrms", tags=["employees"])


@router.get("/employees", dependencies=[needs("hrms.employee.read")], response_model=Page[EmployeeRead])
async def list_employees(query: Annotated[EmployeeQuery, Query()], session: ReadSession) -> Response:
    """Employees with the job of today. A department includes those below it."""
    return answer(await directory.listing(session, query))


@router.post(
    "/employees",
    status_code=201,
    dependencies=[needs("hrms.employee.write")],
    responses=documented(EmailTaken, EmployeeNoTaken, DepartmentUnknown, ManagerUnknown, ManagerHasLeft),
)
async def hire_employee(wish: EmployeeWish, session: TenantSession, response: Response) -> EmployeeRead:
    """Enter a new employee and send a welcome by mail."""
    employee = await employees.hire(session, wish)
    response.headers["Location"] = f"/hrms/employees/{employee.id}"
    response.headers["ETag"] = etag(employee.version)
    return employee


@router.get(
    "/employees/export",
    dependencies=[needs("hrms.employee.export")],
    response_class=StreamingResponse,
    responses={200: {"content": {"text/csv": {}}}},
)
async def export_employees(
    wanted: Annotated[EmployeeFilter, Query()], sessions: ReadSessions
) -> StreamingResponse:
    """The same employees as the list, all of them, as CSV in UTF-8 with a byte order mark."""
    return StreamingResponse(
        export.as_csv(sessions, wanted),
        media_type="text/csv",
        headers={"Content-Disposition": 'attachment; filename="employees.csv"'},
    )


@router.get("/employees/me", dependencies=[needs("hrms.leave.use")], responses=documented(OwnEmployeeAbsent))
async def get_own_employee(session: ReadSession, response: Response) -> EmployeeRead:
    """The employee that one's account belongs to."""
    employee = await directory.own(session)
    response.headers["ETag"] = etag(employee.version)
    return employee


@router.get("/employees/{employee_id}", dependencies=[needs("hrms.employee.read")])
async def get_employee(employee_id: UUID, session: ReadSession, response: Response) -> EmployeeRead:
    employee = await directory.one(session, employee_id)
    response.headers["ETag"] = etag(employee.version)
    return employee


@router.patch(
    "/employees/{employee_id}",
    dependencies=[needs("hrms.employee.write")],
    responses=documented(EmailTaken, EmployeeNoTaken),
)
async def amend_employee(
    employee_id: UUID,
    changes: EmployeeChanges,
    version: ExpectedVersion,
    session: TenantSession,
    response: Response,
) -> EmployeeRead:
    """Change what belongs to the person; the job changes by `job-changes`."""
    employee = await employees.amend(session, employee_id, changes, version)
    response.headers["ETag"] = etag(employee.version)
    return employee


@router.put(
    "/employees/{employee_id}/account",
    dependencies=[needs("hrms.account.write")],
    responses=documented(AccountTaken),
)
async def give_account(
    employee_id: UUID, link: AccountLink, version: ExpectedVersion, session: TenantSession, response: Response
) -> EmployeeRead:
    """Link an account that is there already; who is invited is linked by accepting."""
    employee = await employees.give_account(session, employee_id, link.user_id, version)
    response.headers["ETag"] = etag(employee.version)
    return employee


@router.delete(
    "/employees/{employee_id}",
    status_code=204,
    dependencies=[needs("hrms.employee.write")],
    responses=documented(EmployeeHasHistory),
)
async def remove_employee(employee_id: UUID, session: TenantSession) -> None:
    """Take back a hiring that was a mistake, where nothing else is on record."""
    await employees.remove(session, employee_id)
