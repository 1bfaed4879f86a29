"""What the last day of employment does to leave.

Leave after that day is cancelled, leave that lasts beyond it ends with it, and what
it cost comes back. What is earned is earned until that day: what was credited ahead
is taken back, unless it was used. What was granted at once stays, because how much
of it a leaver keeps depends on the country and the contract: hr adjusts it.
"""

from datetime import date
from decimal import Decimal

from servicekit import audit
from servicekit.db import TenantSession
from sqlalchemy import delete, func, select

from business_hrms.models.employee import Employee
from business_hrms.models.leave_allocation import LeaveAllocation
from business_hrms.models.leave_request import LeaveDay, LeaveRequest
from business_hrms.rules.leave_words import BACK, STANDING, EntryKind, LeaveStatus
from business_hrms.services import accrual
from business_hrms.services import leave_decision as decisions
from business_hrms.services import leave_ledger as ledger


async def end_leave(session: TenantSession, employee: Employee, last_day: date) -> None:
    """Let nothing go on after the last day of an employee who is locked."""
    beyond = await session.scalars(
        select(LeaveRequest)
        .where(LeaveRequest.employee_id == employee.id, LeaveRequest.status.in_(STANDING))
        .where(LeaveRequest.ends_on > last_day)
        .order_by(LeaveRequest.starts_on)
    )
    for request in beyond.all():
        costs = select(func.sum(LeaveDay.portion)).where(LeaveDay.request_id == request.id)
        remaining = await session.scalar(costs.where(LeaveDay.day <= last_day))
        if remaining:
            await _shorten(session, request, employee, last_day, remaining)
        else:
            await decisions.withdraw(session, request, employee)
    await accrual.correct(session, employee)


async def _shorten(
    session: TenantSession, request: LeaveRequest, employee: Employee, last_day: date, remaining: Decimal
) -> None:
    """End leave on a day, and tell its days again where it was approved."""
    back = BACK[EntryKind.USE if request.status == LeaveStatus.APPROVED else EntryKind.RESERVE]
    cut = (LeaveDay.request_id == request.id) & (LeaveDay.day > last_day)
    rows = await session.execute(
        select(LeaveAllocation.id, func.min(LeaveDay.day), func.sum(LeaveDay.portion))
        .join(LeaveAllocation, LeaveDay.day.between(LeaveAllocation.starts_on, LeaveAllocation.ends_on))
        .where(LeaveAllocation.employee_id == employee.id)
        .where(LeaveAllocation.leave_type_id == request.leave_type_id, cut)
        .group_by(LeaveAllocation.id)
    )
    entries = [
        ledger.entry(
            session,
            allocation_id,
            back,
            day,
            days,
            source=request.id,
            segment=f"{allocation_id} until {last_day}",
        )
        for allocation_id, day, days in rows
    ]
    await ledger.write(session, entries)
    audit.add(
        session,
        "hrms.leave_shortened",
        target=f"leave_request:{request.id}",
        before={"to": request.ends_on, "days": request.days},
        after={"to": last_day, "days": remaining},
    )
    await session.execute(delete(LeaveDay).where(cut))
    request.ends_on, request.days = last_day, remaining
    await session.flush()
    event = f"until {last_day}"
    await ledger.settle(session, employee, request.leave_type_id, cause=request.id, event=event)
    if request.status == LeaveStatus.APPROVED:
        await decisions.tell_approved(session, request)
