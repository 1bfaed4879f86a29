from typing import Annotated
from uuid import UUID

from fastapi import Query, Response
from servicekit.access import needs
from servicekit.edge import ReadSession, Router, TenantSession, answer, etag
from servicekit.errors import documented
from servicekit.pagination import Page

from business_hrms.schemas.leave_request import Decision, LeaveItem, LeaveQuery, LeaveRead, LeaveWish
from business_hrms.services import leave_decision as decisions
from business_hrms.services import leave_request as requests
from business_hrms.services.approval import NotYoursToDecide, OwnLeave
from business_hrms.services.employment import NotEmployedThen
from business_hrms.services.leave_decision import LeaveDecided, LeaveHasBegun
from business_hrms.services.leave_ledger import BalanceExceeded
from business_hrms.services.leave_request import (
    LeaveOfAnother,
    LeaveOverlaps,
    LeaveTooLong,
    NoEmployee,
    NoWorkingDays,
)
from business_hrms.services.leave_type import LeaveTypeUnknown

router = Router("hrms", tags=["leave requests"])


@router.get("/leave-requests", dependencies=[needs("hrms.leave.use")], response_model=Page[LeaveItem])
async def list_leave_requests(query: Annotated[LeaveQuery, Query()], session: ReadSession) -> Response:
    """Requests of those whom the asker sees."""
    return answer(await requests.listing(session, query))


@router.post(
    "/leave-requests",
    status_code=201,
    dependencies=[needs("hrms.leave.use")],
    responses=documented(
        LeaveOverlaps,
        BalanceExceeded,
        LeaveTypeUnknown,
        NoEmployee,
        LeaveOfAnother,
        NotEmployedThen,
        NoWorkingDays,
        LeaveTooLong,
    ),
)
async def ask_for_leave(wish: LeaveWish, session: TenantSession, response: Response) -> LeaveRead:
    """Ask for leave for oneself, or for anybody where one manages leave. The days are reserved at once."""
    request = await requests.ask(session, wish)
    response.headers["Location"] = f"/hrms/leave-requests/{request.id}"
    response.headers["ETag"] = etag(request.version)
    return request


@router.get("/leave-requests/{request_id}", dependencies=[needs("hrms.leave.use")])
async def get_leave_request(request_id: UUID, session: ReadSession, response: Response) -> LeaveRead:
    request = await requests.one(session, request_id)
    response.headers["ETag"] = etag(request.version)
    return request


@router.post(
    "/leave-requests/{request_id}/approve",
    dependencies=[needs("hrms.leave.use")],
    responses=documented(LeaveDecided, OwnLeave, NotYoursToDecide),
)
async def approve_leave(
    request_id: UUID, session: TenantSession, decision: Decision | None = None
) -> LeaveRead:
    """Approve the level that is next; the last one approves the leave."""
    comment = decision.comment if decision else None
    return await decisions.decide(session, request_id, approved=True, comment=comment)


@router.post(
    "/leave-requests/{request_id}/reject",
    dependencies=[needs("hrms.leave.use")],
    responses=documented(LeaveDecided, OwnLeave, NotYoursToDecide),
)
async def reject_leave(
    request_id: UUID, session: TenantSession, decision: Decision | None = None
) -> LeaveRead:
    """Reject the leave at the level that is next. Its days come back."""
    comment = decision.comment if decision else None
    return await decisions.decide(session, request_id, approved=False, comment=comment)


@router.post(
    "/leave-requests/{request_id}/cancel",
    dependencies=[needs("hrms.leave.use")],
    responses=documented(LeaveDecided, LeaveHasBegun, LeaveOfAnother),
)
async def cancel_leave(request_id: UUID, session: TenantSession) -> LeaveRead:
    """Withdraw one's leave, pending, or approved and not begun. Its days come back."""
    return await decisions.cancel(session, request_id)
