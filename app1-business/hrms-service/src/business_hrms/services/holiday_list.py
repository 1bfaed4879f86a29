"""Holiday lists, and on which days an employee does not work."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

import holidays
from servicekit import audit
from servicekit.db import ReadSession, TenantSession, found, locked, refusing
from servicekit.errors import Conflict, Unprocessable
from servicekit.pagination import page
from sqlalchemy import delete, func, select

from business_hrms.models.employee import Employee
from business_hrms.models.holiday_list import Holiday, HolidayList
from business_hrms.rules.leave import DaysOff
from business_hrms.schemas.holiday_list import (
    HolidayListChanges,
    HolidayListItem,
    HolidayListQuery,
    HolidayListRead,
    HolidayListWish,
    HolidayRead,
    HolidayWish,
    SuggestionQuery,
)


class HolidayListNameTaken(Conflict):
    code = "hrms.holiday_list_name_taken"

    def __init__(self) -> None:
        super().__init__("Another holiday list has this name.")


class DefaultTaken(Conflict):
    code = "hrms.default_holiday_list_taken"

    def __init__(self) -> None:
        super().__init__("Another holiday list is the default one.")


class HolidayListInUse(Conflict):
    code = "hrms.holiday_list_in_use"

    def __init__(self) -> None:
        super().__init__("Employees have this holiday list.")


class HolidayListUnknown(Unprocessable):
    code = "hrms.holiday_list_unknown"

    def __init__(self) -> None:
        super().__init__("There is no such holiday list.")


class CountryUnknown(Unprocessable):
    code = "hrms.country_unknown"

    def __init__(self) -> None:
        super().__init__("No holidays are known of this country or subdivision.")


_TAKEN = {"uq_holiday_lists_name": HolidayListNameTaken, "uq_holiday_lists_is_default": DefaultTaken}
_IN_USE = {"fk_employees_holiday_list_id": HolidayListInUse}


async def listing(session: ReadSession, query: HolidayListQuery) -> dict[str, Any]:
    lists = HolidayList.__table__
    key = func.lower(lists.c.name).label("_name")
    statement = select(lists.c.id, lists.c.version, lists.c.name, lists.c.weekly_off, lists.c.is_default, key)
    return await page(session, statement, query, key=key, id_=lists.c.id, descending=query.sort == "-name")


async def one(session: TenantSession | ReadSession, list_id: UUID) -> HolidayListRead:
    """A list with its days.

    Raises:
        NotFound: there is none.
    """
    item = HolidayListItem.model_validate(await found(session, HolidayList, list_id))
    days = select(Holiday.day.label("date"), Holiday.name).where(Holiday.holiday_list_id == list_id)
    rows = await session.execute(days.order_by(Holiday.day))
    return HolidayListRead(**item.model_dump(), days=[HolidayRead.model_validate(row) for row in rows])


async def create(session: TenantSession, wish: HolidayListWish) -> HolidayListRead:
    made = HolidayList(name=wish.name, weekly_off=sorted(wish.weekly_off), is_default=wish.is_default)
    session.add(made)
    async with refusing(_TAKEN):
        await session.flush()
    _add_days(session, made.id, wish.days)
    if wish.seed is not None:
        await _seed(session, made.id, wish.seed)
    after = wish.model_dump(mode="json")
    audit.add(session, "hrms.holiday_list_created", target=f"holiday_list:{made.id}", after=after)
    await session.flush()
    return await one(session, made.id)


async def change(
    session: TenantSession, list_id: UUID, changes: HolidayListChanges, version: int
) -> HolidayListRead:
    """Change a list. Leave that was asked for before keeps what it cost."""
    row = await locked(session, HolidayList, list_id, version=version)
    before = await one(session, list_id)
    given = changes.model_dump(exclude_unset=True, exclude={"days"})
    if "weekly_off" in given:
        given["weekly_off"] = sorted(given["weekly_off"])
    for name, value in given.items():
        setattr(row, name, value)
    if "days" in changes.model_fields_set:
        row.updated_at = func.now()
        await session.execute(delete(Holiday).where(Holiday.holiday_list_id == list_id))
        _add_days(session, list_id, changes.days)
    async with refusing(_TAKEN):
        await session.flush()
    after = changes.model_dump(mode="json", exclude_unset=True)
    audit.add(
        session,
        "hrms.holiday_list_changed",
        target=f"holiday_list:{list_id}",
        before=before.model_dump(mode="json", include=set(after)),
        after=after,
    )
    return await one(session, list_id)


async def remove(session: TenantSession, list_id: UUID) -> None:
    row = await locked(session, HolidayList, list_id)
    await session.delete(row)
    async with refusing(_IN_USE):
        await session.flush()
    before = {"name": row.name}
    audit.add(session, "hrms.holiday_list_removed", target=f"holiday_list:{list_id}", before=before)


async def seed(session: TenantSession, list_id: UUID, wish: SuggestionQuery) -> HolidayListRead:
    """Add a country's public holidays of a year. Days that the list has stay as they are."""
    row = await locked(session, HolidayList, list_id)
    await _seed(session, list_id, wish)
    row.updated_at = func.now()
    await session.flush()
    after = wish.model_dump(exclude_none=True)
    audit.add(session, "hrms.holiday_list_seeded", target=f"holiday_list:{list_id}", after=after)
    return await one(session, list_id)


def suggested(query: SuggestionQuery) -> list[HolidayRead]:
    """A country's public holidays of a year, to be edited."""
    try:
        known = holidays.country_holidays(
            query.country, subdiv=query.subdivision, years=query.year, expand=False, language="en_US"
        )
    except NotImplementedError as error:
        raise CountryUnknown from error
    return [HolidayRead(date=day, name=name) for day, name in sorted(known.items())]


async def off(session: TenantSession, employee: Employee, first: date, last: date) -> DaysOff:
    """When an employee does not work, holidays from `first` to `last` only."""
    own = HolidayList.id == employee.holiday_list_id
    chosen = own if employee.holiday_list_id else HolidayList.is_default
    row = (await session.execute(select(HolidayList.id, HolidayList.weekly_off).where(chosen))).one_or_none()
    if row is None:
        return DaysOff()
    list_id, weekly_off = row
    days = select(Holiday.day).where(Holiday.holiday_list_id == list_id, Holiday.day.between(first, last))
    return DaysOff(weekly_off, set(await session.scalars(days)))


async def _seed(session: TenantSession, list_id: UUID, wish: SuggestionQuery) -> None:
    await session.flush()
    there = set(await session.scalars(select(Holiday.day).where(Holiday.holiday_list_id == list_id)))
    _add_days(session, list_id, [day for day in suggested(wish) if day.date not in there])


def _add_days(
    session: TenantSession, list_id: UUID, days: Sequence[HolidayWish] | Sequence[HolidayRead]
) -> None:
    session.add_all(Holiday(holiday_list_id=list_id, day=day.date, name=day.name) for day in days)
