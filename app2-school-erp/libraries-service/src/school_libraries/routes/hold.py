from typing import Annotated
from uuid import UUID

from fastapi import Query, Response
from servicekit.access import needs
from servicekit.edge import ReadSession, Router, TenantSession, answer, etag
from servicekit.errors import documented
from servicekit.pagination import Page

from school_libraries.schemas.hold import HoldQuery, HoldRead, HoldWish, Move
from school_libraries.services import hold as holds
from school_libraries.services import queue
from school_libraries.services.branch import BranchUnknown
from school_libraries.services.hold import HoldClosed, HoldExists, HoldLiesReady, HoldRefused
from school_libraries.services.patron import NotYours, PatronPending, PatronUnknown
from school_libraries.services.refusal import OverrideNotAllowed

router = Router("libraries", tags=["holds"])


@router.get("/holds", dependencies=[needs("libraries.loan.use")], response_model=Page[HoldRead])
async def list_holds(query: Annotated[HoldQuery, Query()], session: ReadSession) -> Response:
    """Holds, the oldest first: one's own, or all where one serves."""
    return answer(await queue.listing(session, query))


@router.post(
    "/holds",
    status_code=201,
    dependencies=[needs("libraries.loan.use")],
    responses=documented(
        HoldExists,
        HoldRefused,
        PatronUnknown,
        PatronPending,
        NotYours,
        BranchUnknown,
        OverrideNotAllowed,
    ),
)
async def place_hold(wish: HoldWish, session: TenantSession, response: Response) -> HoldRead:
    """Wait for a book. Where a copy is on the shelf, it lies ready at once."""
    hold = await holds.place(session, wish)
    response.headers["Location"] = f"/libraries/holds/{hold.id}"
    response.headers["ETag"] = etag(hold.version)
    return hold


@router.get("/holds/{hold_id}", dependencies=[needs("libraries.loan.use")])
async def get_hold(hold_id: UUID, session: ReadSession, response: Response) -> HoldRead:
    hold = await queue.one(session, hold_id)
    response.headers["ETag"] = etag(hold.version)
    return hold


@router.post(
    "/holds/{hold_id}/suspend", dependencies=[needs("libraries.loan.use")], responses=documented(HoldClosed)
)
async def suspend_hold(hold_id: UUID, session: TenantSession) -> HoldRead:
    """Let others go before for now; the place in the queue is kept."""
    return await holds.suspend(session, hold_id)


@router.post(
    "/holds/{hold_id}/resume", dependencies=[needs("libraries.loan.use")], responses=documented(HoldClosed)
)
async def resume_hold(hold_id: UUID, session: TenantSession) -> HoldRead:
    return await holds.resume(session, hold_id)


@router.post(
    "/holds/{hold_id}/cancel",
    dependencies=[needs("libraries.loan.use")],
    responses=documented(HoldClosed, HoldLiesReady),
)
async def cancel_hold(hold_id: UUID, session: TenantSession) -> HoldRead:
    """Leave the queue. What lies ready already is for staff to cancel."""
    return await holds.cancel(session, hold_id)


@router.post(
    "/holds/{hold_id}/move", dependencies=[needs("libraries.loan.manage")], responses=documented(HoldClosed)
)
async def move_hold(hold_id: UUID, wish: Move, session: TenantSession) -> HoldRead:
    """Put a hold at another place of its queue."""
    return await holds.move(session, hold_id, wish)
