from typing import Annotated
from uuid import UUID

from fastapi import Query, Response
from servicekit.access import needs
from servicekit.edge import ExpectedVersion, ReadSession, Router, TenantSession, answer, etag
from servicekit.errors import documented
from servicekit.pagination import Page

from business_hrms.schemas.holiday_list import (
    HolidayListChanges,
    HolidayListItem,
    HolidayListQuery,
    HolidayListRead,
    HolidayListWish,
    Suggestion,
    SuggestionQuery,
)
from business_hrms.services import holiday_list as lists
from business_hrms.services.holiday_list import (
    CountryUnknown,
    DefaultTaken,
    HolidayListInUse,
    HolidayListNameTaken,
)

router = Router("hrms", tags=["holiday lists"])


@router.get("/holiday-lists", dependencies=[needs("hrms.leave.use")], response_model=Page[HolidayListItem])
async def list_holiday_lists(query: Annotated[HolidayListQuery, Query()], session: ReadSession) -> Response:
    return answer(await lists.listing(session, query))


@router.get(
    "/holiday-suggestions", dependencies=[needs("hrms.leave.manage")], responses=documented(CountryUnknown)
)
async def suggest_holidays(query: Annotated[SuggestionQuery, Query()]) -> Suggestion:
    """A country's public holidays of a year, to begin a list with."""
    return Suggestion(days=lists.suggested(query))


@router.post(
    "/holiday-lists",
    status_code=201,
    dependencies=[needs("hrms.leave.manage")],
    responses=documented(HolidayListNameTaken, DefaultTaken, CountryUnknown),
)
async def create_holiday_list(
    wish: HolidayListWish, session: TenantSession, response: Response
) -> HolidayListRead:
    made = await lists.create(session, wish)
    response.headers["Location"] = f"/hrms/holiday-lists/{made.id}"
    response.headers["ETag"] = etag(made.version)
    return made


@router.get("/holiday-lists/{list_id}", dependencies=[needs("hrms.leave.use")])
async def get_holiday_list(list_id: UUID, session: ReadSession, response: Response) -> HolidayListRead:
    found = await lists.one(session, list_id)
    response.headers["ETag"] = etag(found.version)
    return found


@router.patch(
    "/holiday-lists/{list_id}",
    dependencies=[needs("hrms.leave.manage")],
    responses=documented(HolidayListNameTaken, DefaultTaken),
)
async def change_holiday_list(
    list_id: UUID,
    changes: HolidayListChanges,
    version: ExpectedVersion,
    session: TenantSession,
    response: Response,
) -> HolidayListRead:
    """Change a list; `days` replaces all days. Leave asked for before keeps what it cost."""
    changed = await lists.change(session, list_id, changes, version)
    response.headers["ETag"] = etag(changed.version)
    return changed


@router.post(
    "/holiday-lists/{list_id}/seed",
    dependencies=[needs("hrms.leave.manage")],
    responses=documented(CountryUnknown),
)
async def seed_holiday_list(
    list_id: UUID, wish: SuggestionQuery, session: TenantSession, response: Response
) -> HolidayListRead:
    """Add a country's public holidays of a year. Days that the list has stay as they are."""
    changed = await lists.seed(session, list_id, wish)
    response.headers["ETag"] = etag(changed.version)
    return changed


@router.delete(
    "/holiday-lists/{list_id}",
    status_code=204,
    dependencies=[needs("hrms.leave.manage")],
    responses=documented(HolidayListInUse),
)
async def delete_holiday_list(list_id: UUID, session: TenantSession) -> None:
    """Remove a list that no employee has."""
    await lists.remove(session, list_id)
