from typing import Annotated
from uuid import UUID

from fastapi import Query, Response
from servicekit.access import needs
from servicekit.db import found
from servicekit.edge import ExpectedVersion, ReadSession, Router, TenantSession, answer, etag
from servicekit.errors import documented
from servicekit.pagination import Page

from school_libraries.models.branch import Branch
from school_libraries.schemas.branch import (
    BranchChanges,
    BranchQuery,
    BranchRead,
    BranchWish,
    CalendarQuery,
    CalendarRead,
    CalendarWish,
)
from school_libraries.services import branch as branches
from school_libraries.services.branch import BranchNameTaken, BranchUnknown

router = Router("libraries", tags=["branches"])


@router.get("/branches", dependencies=[needs("libraries.catalogue.read")], response_model=Page[BranchRead])
async def list_branches(query: Annotated[BranchQuery, Query()], session: ReadSession) -> Response:
    return answer(await branches.listing(session, query))


@router.post(
    "/branches",
    status_code=201,
    dependencies=[needs("libraries.settings.write")],
    responses=documented(BranchNameTaken),
)
async def create_branch(wish: BranchWish, session: TenantSession, response: Response) -> BranchRead:
    branch = await branches.create(session, wish)
    response.headers["Location"] = f"/libraries/branches/{branch.id}"
    response.headers["ETag"] = etag(branch.version)
    return BranchRead.model_validate(branch)


@router.get("/branches/{branch_id}", dependencies=[needs("libraries.catalogue.read")])
async def get_branch(branch_id: UUID, session: ReadSession, response: Response) -> BranchRead:
    branch = await found(session, Branch, branch_id)
    response.headers["ETag"] = etag(branch.version)
    return BranchRead.model_validate(branch)


@router.patch(
    "/branches/{branch_id}",
    dependencies=[needs("libraries.settings.write")],
    responses=documented(BranchNameTaken),
)
async def change_branch(
    branch_id: UUID,
    changes: BranchChanges,
    version: ExpectedVersion,
    session: TenantSession,
    response: Response,
) -> BranchRead:
    """Rename a branch, or make it the default one instead of the former."""
    branch = await branches.change(session, branch_id, changes, version)
    response.headers["ETag"] = etag(branch.version)
    return BranchRead.model_validate(branch)


@router.get(
    "/calendar", dependencies=[needs("libraries.catalogue.read")], responses=documented(BranchUnknown)
)
async def get_calendar(query: Annotated[CalendarQuery, Query()], session: ReadSession) -> CalendarRead:
    """When a branch is closed; without `branch`, the default one."""
    return await branches.closures(session, query.branch)


@router.put(
    "/calendar", dependencies=[needs("libraries.settings.write")], responses=documented(BranchUnknown)
)
async def set_calendar(
    wish: CalendarWish, query: Annotated[CalendarQuery, Query()], session: TenantSession
) -> CalendarRead:
    """Replace a branch's calendar. Due dates that were given stay as they are."""
    return await branches.set_closures(session, query.branch, wish)
