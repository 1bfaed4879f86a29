"""Branches and their calendars."""

from typing import Any
from uuid import UUID

from servicekit import audit
from servicekit.db import ReadSession, TenantSession, advisory_lock, locked, refusing
from servicekit.errors import Conflict, Unprocessable
from servicekit.pagination import page
from sqlalchemy import func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from school_libraries.models.branch import Branch, BranchCalendar
from school_libraries.rules.calendar import WEEKDAYS, Calendar
from school_libraries.schemas.branch import (
    BranchChanges,
    BranchQuery,
    BranchWish,
    CalendarRead,
    CalendarWish,
)
from school_libraries.services.current import Session


class BranchNameTaken(Conflict):
    code = "libraries.branch_name_taken"

    def __init__(self) -> None:
        super().__init__("Another branch has this name.")


class BranchUnknown(Unprocessable):
    code = "libraries.branch_unknown"

    def __init__(self) -> None:
        super().__init__("There is no such branch.")


_REFUSALS = {"uq_branches_name": BranchNameTaken}


async def listing(session: ReadSession, query: BranchQuery) -> dict[str, Any]:
    branches = Branch.__table__.c
    key = func.lower(branches.name).label("_name")
    statement = select(branches.id, branches.version, branches.name, branches.is_default, key)
    return await page(session, statement, query, key=key, id_=branches.id, descending=query.sort == "-name")


async def create(session: TenantSession, wish: BranchWish) -> Branch:
    await _one_default(session, wish.is_default)
    branch = Branch(**wish.model_dump())
    session.add(branch)
    async with refusing(_REFUSALS):
        await session.flush()
    return branch


async def change(session: TenantSession, branch_id: UUID, changes: BranchChanges, version: int) -> Branch:
    given = changes.model_dump(exclude_unset=True)
    await _one_default(session, given.get("is_default", False))
    branch = await locked(session, Branch, branch_id, version=version)
    for name, value in given.items():
        setattr(branch, name, value)
    async with refusing(_REFUSALS):
        await session.flush()
    return branch


async def _one_default(session: TenantSession, replaced: bool) -> None:
    """Make room for another default branch."""
    if replaced:
        await advisory_lock(session, "default branch")
        former = update(Branch).where(Branch.is_default)
        await session.execute(former.values(is_default=False, version=Branch.version + 1))


async def chosen(session: Session, branch_id: UUID | None) -> UUID:
    """The branch named, or else the default one.

    Raises:
        BranchUnknown
    """
    wanted = Branch.is_default if branch_id is None else Branch.id == branch_id
    found = await session.scalar(select(Branch.id).where(wanted))
    if found is None:
        raise BranchUnknown
    return found


async def closures(session: Session, branch_id: UUID | None) -> CalendarRead:
    """A branch's closures, or the default branch's where it has none of its own."""
    branch = await chosen(session, branch_id)
    wanted = or_(Branch.id == branch, Branch.is_default)
    row = await session.scalar(
        select(BranchCalendar)
        .join(Branch, Branch.id == BranchCalendar.branch_id)
        .where(wanted)
        .order_by(Branch.id != branch)
        .limit(1)
        .execution_options(populate_existing=True)
    )
    if row is None:
        return CalendarRead(branch_id=branch, weekly_closed=[], yearly_closed=[], closed=[], open=[])
    return CalendarRead.model_validate(row)


async def calendar(session: Session, branch_id: UUID) -> Calendar:
    read = await closures(session, branch_id)
    return Calendar(
        weekly_closed=frozenset(read.weekly_closed),
        yearly_closed=frozenset(read.yearly_closed),
        closed=frozenset(read.closed),
        open=frozenset(read.open),
    )


async def set_closures(session: TenantSession, branch_id: UUID | None, wish: CalendarWish) -> CalendarRead:
    """Replace a branch's calendar. Due dates that were given stay; what is late is counted by the new one."""
    before = await closures(session, branch_id)
    branch = await chosen(session, branch_id)
    values = {
        "weekly_closed": sorted(wish.weekly_closed, key=WEEKDAYS.index),
        "yearly_closed": sorted(wish.yearly_closed),
        "closed": sorted(wish.closed),
        "open": sorted(wish.open),
    }
    statement = insert(BranchCalendar).values(branch_id=branch, **values)
    await session.execute(statement.on_conflict_do_update(index_elements=["branch_id"], set_=values))
    after = await closures(session, branch)
    audit.add(
        session,
        "libraries.calendar_changed",
        target=f"branch:{branch}",
        before=before.model_dump(mode="json"),
        after=after.model_dump(mode="json"),
    )
    return after
