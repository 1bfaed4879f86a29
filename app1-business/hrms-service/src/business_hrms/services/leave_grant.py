"""How new allocations take effect, one or many at a time."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from servicekit.db import TenantSession
from sqlalchemy import select

from business_hrms.models.employee import Employee
from business_hrms.models.leave_allocation import LeaveAllocation
from business_hrms.models.leave_request import LeaveDay, LeaveRequest
from business_hrms.rules.leave_words import STANDING, EntryKind
from business_hrms.services import leave_ledger as ledger


async def take_effect(
    session: TenantSession,
    made: Sequence[tuple[LeaveAllocation, Employee]],
    *,
    cause: UUID,
    event: str,
) -> dict[ledger.Key, ledger.Account]:
    """Grant what is granted at once, take what earlier leave costs, and carry what is left of before.

    Args:
        made: allocations that are stored, each with its employee, who is locked.
        cause: as in `leave_ledger.settle_all`, and `event` likewise.
    """
    entries = [
        ledger.entry(
            session,
            allocation.id,
            EntryKind.ALLOCATE,
            allocation.starts_on,
            allocation.days,
            source=allocation.id,
            segment="grant",
        )
        for allocation, _ in made
        if allocation.days
    ]
    entries += await _earlier_leave(session, {allocation.id: allocation for allocation, _ in made})
    await ledger.write(session, entries)
    accounts = {(employee.id, allocation.leave_type_id): employee for allocation, employee in made}
    return await ledger.settle_all(session, accounts, cause=cause, event=event)


async def _earlier_leave(session: TenantSession, made: Mapping[UUID, LeaveAllocation]) -> list[ledger.Entry]:
    """What takes from new allocations what leave in their days costs that needed no balance till now."""
    rows = await session.execute(
        select(LeaveAllocation.id, LeaveRequest, LeaveDay.day, LeaveDay.portion)
        .join(
            LeaveRequest,
            (LeaveRequest.employee_id == LeaveAllocation.employee_id)
            & (LeaveRequest.leave_type_id == LeaveAllocation.leave_type_id),
        )
        .join(LeaveDay, LeaveDay.request_id == LeaveRequest.id)
        .where(LeaveAllocation.id.in_(made), LeaveRequest.status.in_(STANDING))
        .where(LeaveDay.day.between(LeaveAllocation.starts_on, LeaveAllocation.ends_on))
    )
    costs: dict[tuple[UUID, LeaveRequest], dict[date, Decimal]] = defaultdict(dict)
    for allocation_id, request, day, portion in rows:
        costs[allocation_id, request][day] = portion
    return [
        entry
        for (allocation_id, request), days in costs.items()
        for entry in ledger.booked(session, request, days, [made[allocation_id]])
    ]
