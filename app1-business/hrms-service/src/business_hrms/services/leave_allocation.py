"""Allocations of leave."""

from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from servicekit import audit
from servicekit.db import ReadSession, TenantSession, found, locked, refusing
from servicekit.errors import Conflict, NotFound, Unprocessable
from servicekit.pagination import page
from sqlalchemy import delete, func, select

from business_hrms.models.employee import Employee
from business_hrms.models.leave_allocation import LeaveAllocation, LedgerEntry
from business_hrms.models.leave_type import LeaveType
from business_hrms.rules.leave import ZERO
from business_hrms.rules.leave_words import EntryKind
from business_hrms.schemas.day_count import plain
from business_hrms.schemas.leave_allocation import (
    Adjustment,
    AllocationMade,
    AllocationQuery,
    AllocationRead,
    AllocationWish,
)
from business_hrms.services import leave_grant, visibility
from business_hrms.services import leave_ledger as ledger
from business_hrms.services.current import Statement, employee, full_name
from business_hrms.services.leave_ledger import BalanceExceeded
from business_hrms.services.leave_type import LeaveTypeUnknown


class EmployeeUnknown(Unprocessable):
    code = "hrms.employee_unknown"

    def __init__(self) -> None:
        super().__init__("There is no such employee.")


class AllocationOverlaps(Conflict):
    code = "hrms.allocation_overlaps"

    def __init__(self) -> None:
        super().__init__("The employee has an allocation of this type in these days.")


class AllocationInUse(Conflict):
    code = "hrms.allocation_in_use"

    def __init__(self) -> None:
        super().__init__("Leave was asked for from this allocation, or from what was carried from it.")


class AllocationTooSmall(Conflict):
    code = "hrms.allocation_too_small"

    def __init__(self, short: Decimal) -> None:
        super().__init__("Leave that was asked for already would exceed the balance.", short=plain(short))


class DayOutside(Unprocessable):
    code = "hrms.day_outside_allocation"

    def __init__(self) -> None:
        super().__init__("The day lies outside the allocation.")


_allocation = LeaveAllocation.__table__.c
_entry = LedgerEntry.__table__.c
_person = employee.alias("person")
_FROM = _allocation.starts_on.label("from")


async def listing(session: ReadSession, query: AllocationQuery) -> dict[str, Any]:
    statement = _allocations(session)
    if query.employee_id is not None:
        statement = statement.where(_allocation.employee_id == query.employee_id)
    if query.leave_type_id is not None:
        statement = statement.where(_allocation.leave_type_id == query.leave_type_id)
    descending = query.sort.startswith("-")
    return await page(session, statement, query, key=_FROM, id_=_allocation.id, descending=descending)


async def one(session: TenantSession | ReadSession, allocation_id: UUID) -> AllocationRead:
    """One allocation.

    Raises:
        NotFound: there is none with this id for the session's user.
    """
    statement = _allocations(session).where(_allocation.id == allocation_id)
    row = (await session.execute(statement)).one_or_none()
    if row is None:
        raise NotFound
    return AllocationRead.model_validate(row)


async def create(session: TenantSession, wish: AllocationWish) -> AllocationMade:
    """Give leave to an employee, with what is left of the allocation before."""
    employee = await session.get(Employee, wish.employee_id, with_for_update={"key_share": True})
    if employee is None:
        raise EmployeeUnknown
    leave_type = await session.get(LeaveType, wish.leave_type_id)
    if leave_type is None:
        raise LeaveTypeUnknown
    allocation = LeaveAllocation(
        employee_id=employee.id,
        leave_type_id=leave_type.id,
        starts_on=wish.starts_on,
        ends_on=wish.ends_on,
        days=wish.days,
        per_year=wish.accrual.per_year if wish.accrual else None,
        frequency=wish.accrual.frequency if wish.accrual else None,
        **leave_type.terms,
    )
    session.add(allocation)
    async with refusing({"ex_leave_allocations_period": AllocationOverlaps}):
        await session.flush()
    made = [(allocation, employee)]
    accounts = await leave_grant.take_effect(session, made, cause=allocation.id, event="made")
    account = accounts[employee.id, leave_type.id]
    if account.short and not leave_type.allow_negative:
        raise AllocationTooSmall(account.short)
    capped = next(
        result.capped
        for other, result in zip(account.allocations, account.settled, strict=True)
        if other.id == allocation.id
    )
    audit.add(
        session,
        "hrms.leave_allocated",
        target=f"leave_allocation:{allocation.id}",
        after=wish.model_dump(mode="json", by_alias=True, exclude_none=True),
    )
    read = await one(session, allocation.id)
    return AllocationMade(**read.model_dump(by_alias=True), capped=capped)


async def adjust(session: TenantSession, allocation_id: UUID, adjustment: Adjustment) -> AllocationRead:
    """Put days in, or take days out, with a note that says why."""
    allocation, employee = await _held(session, allocation_id)
    day = adjustment.day or allocation.starts_on
    if not allocation.starts_on <= day <= allocation.ends_on:
        raise DayOutside
    source = uuid4()
    entry = ledger.entry(
        session,
        allocation.id,
        EntryKind.ADJUST,
        day,
        adjustment.days,
        source=source,
        segment=str(allocation.id),
        note=adjustment.note,
    )
    await ledger.write(session, [entry])
    leave_type = await found(session, LeaveType, allocation.leave_type_id)
    account = await ledger.settle(session, employee, leave_type.id, cause=source, event="adjusted")
    if adjustment.days < 0 and account.short and not leave_type.allow_negative:
        raise BalanceExceeded(-adjustment.days, -adjustment.days - account.short)
    audit.add(
        session,
        "hrms.leave_allocation_adjusted",
        target=f"leave_allocation:{allocation_id}",
        after=adjustment.model_dump(mode="json", exclude_none=True),
    )
    return await one(session, allocation_id)


async def remove(session: TenantSession, allocation_id: UUID) -> None:
    """Take back an allocation from which no leave was ever asked for."""
    allocation, employee = await _held(session, allocation_id)
    entries = LedgerEntry.allocation_id == allocation_id
    from_leave = entries & LedgerEntry.kind.in_((EntryKind.RESERVE, EntryKind.USE))
    if await session.scalar(select(LedgerEntry.id).where(from_leave).limit(1)):
        raise AllocationInUse
    await session.execute(delete(LedgerEntry).where(entries))
    await session.delete(allocation)
    await session.flush()
    leave_type = await found(session, LeaveType, allocation.leave_type_id)
    account = await ledger.settle(session, employee, leave_type.id, cause=allocation_id, event="removed")
    if account.short and not leave_type.allow_negative:
        raise AllocationInUse  # what was carried from it is in use
    audit.add(
        session,
        "hrms.leave_allocation_removed",
        target=f"leave_allocation:{allocation_id}",
        before={
            "employee_id": allocation.employee_id,
            "leave_type_id": allocation.leave_type_id,
            "from": allocation.starts_on,
            "to": allocation.ends_on,
        },
    )


def _allocations(session: TenantSession | ReadSession) -> Statement:
    """Those that the session's user sees; columns as in `AllocationRead`."""
    carried = (
        select(func.coalesce(func.sum(_entry.days), ZERO))
        .where(_entry.allocation_id == _allocation.id, _entry.kind == EntryKind.CARRY)
        .scalar_subquery()
    )
    columns = (
        _allocation.id,
        _allocation.version,
        _allocation.employee_id,
        full_name(_person).label("employee"),
        _allocation.leave_type_id,
        _FROM,
        _allocation.ends_on.label("to"),
        _allocation.days,
        _allocation.per_year,
        _allocation.frequency,
        _allocation.policy_id,
        carried.label("carried"),
    )
    named = select(*columns).join_from(
        LeaveAllocation.__table__, _person, _person.c.id == _allocation.employee_id
    )
    return named.where(visibility.sees(session.context, _allocation.employee_id))


async def _held(session: TenantSession, allocation_id: UUID) -> tuple[LeaveAllocation, Employee]:
    """An allocation, with its employee locked."""
    allocation = await found(session, LeaveAllocation, allocation_id)
    employee = await locked(session, Employee, allocation.employee_id)
    await session.refresh(allocation)
    return allocation, employee
