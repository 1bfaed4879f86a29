from typing import Annotated
from uuid import UUID

from fastapi import Query, Response
from fastapi.responses import StreamingResponse
from servicekit.access import needs
from servicekit.edge import ReadSession, ReadSessions, Router, TenantSession, answer, etag
from servicekit.errors import documented
from servicekit.pagination import Page

from business_hrms.schemas.leave_allocation import (
    Adjustment,
    AllocationMade,
    AllocationQuery,
    AllocationRead,
    AllocationWish,
    BalanceExportQuery,
    BalanceQuery,
    BalanceRead,
    Entries,
    EntriesQuery,
    EntryRead,
)
from business_hrms.services import leave_allocation as allocations
from business_hrms.services import leave_balance as balances
from business_hrms.services.leave_allocation import (
    AllocationInUse,
    AllocationOverlaps,
    AllocationTooSmall,
    DayOutside,
    EmployeeUnknown,
)
from business_hrms.services.leave_ledger import BalanceExceeded
from business_hrms.services.leave_type import LeaveTypeUnknown

router = Router("hrms", tags=["leave balances"])


@router.get("/leave-allocations", dependencies=[needs("hrms.leave.use")], response_model=Page[AllocationRead])
async def list_allocations(query: Annotated[AllocationQuery, Query()], session: ReadSession) -> Response:
    return answer(await allocations.listing(session, query))


@router.post(
    "/leave-allocations",
    status_code=201,
    dependencies=[needs("hrms.leave.manage")],
    responses=documented(AllocationOverlaps, AllocationTooSmall, EmployeeUnknown, LeaveTypeUnknown),
)
async def allocate_leave(wish: AllocationWish, session: TenantSession, response: Response) -> AllocationMade:
    """Give leave, with what is left of the allocation before, as far as the type lets it be carried."""
    made = await allocations.create(session, wish)
    response.headers["Location"] = f"/hrms/leave-allocations/{made.id}"
    response.headers["ETag"] = etag(made.version)
    return made


@router.get("/leave-allocations/{allocation_id}", dependencies=[needs("hrms.leave.use")])
async def get_allocation(allocation_id: UUID, session: ReadSession, response: Response) -> AllocationRead:
    allocation = await allocations.one(session, allocation_id)
    response.headers["ETag"] = etag(allocation.version)
    return allocation


@router.post(
    "/leave-allocations/{allocation_id}/adjustments",
    dependencies=[needs("hrms.leave.manage")],
    responses=documented(BalanceExceeded, DayOutside),
)
async def adjust_allocation(
    allocation_id: UUID, adjustment: Adjustment, session: TenantSession
) -> AllocationRead:
    """Put days in, or take days out, with a note that says why."""
    return await allocations.adjust(session, allocation_id, adjustment)


@router.delete(
    "/leave-allocations/{allocation_id}",
    status_code=204,
    dependencies=[needs("hrms.leave.manage")],
    responses=documented(AllocationInUse),
)
async def remove_allocation(allocation_id: UUID, session: TenantSession) -> None:
    """Take back an allocation from which no leave was ever asked for."""
    await allocations.remove(session, allocation_id)


@router.get("/leave-balances", dependencies=[needs("hrms.leave.use")], response_model=Page[BalanceRead])
async def list_balances(query: Annotated[BalanceQuery, Query()], session: ReadSession) -> Response:
    """Balances on a day: of one employee, or of everybody whom the asker sees."""
    return answer(await balances.listing(session, query))


@router.get(
    "/leave-balances/export",
    dependencies=[needs("hrms.employee.export")],
    response_class=StreamingResponse,
    responses={200: {"content": {"text/csv": {}}}},
)
async def export_balances(
    query: Annotated[BalanceExportQuery, Query()], sessions: ReadSessions
) -> StreamingResponse:
    """The balances of everybody whom the asker sees, as CSV in UTF-8 with a byte order mark."""
    return StreamingResponse(
        balances.as_csv(sessions, query.as_of),
        media_type="text/csv",
        headers={"Content-Disposition": 'attachment; filename="leave-balances.csv"'},
    )


@router.get("/leave-ledger", dependencies=[needs("hrms.leave.use")])
async def list_entries(query: Annotated[EntriesQuery, Query()], session: ReadSession) -> Entries:
    """The entries that a balance is the sum of."""
    rows = await balances.entries(session, query)
    return Entries(items=[EntryRead.model_validate(row) for row in rows])
