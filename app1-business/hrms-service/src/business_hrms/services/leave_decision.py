"""Decisions on leave: approved, rejected, cancelled."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from contracts.facts import LeaveApproved, LeaveCancelled
from servicekit import audit, facts
from servicekit.db import TenantSession, found, locked
from servicekit.errors import Conflict
from sqlalchemy import func, select

from business_hrms.models.employee import Employee
from business_hrms.models.leave_allocation import LedgerEntry
from business_hrms.models.leave_request import ApprovalStep, LeaveDay, LeaveRequest
from business_hrms.models.leave_type import LeaveType
from business_hrms.rules.leave_words import BACK, STANDING, EntryKind, LeaveStatus
from business_hrms.schemas.leave_request import LeaveRead
from business_hrms.services import approval, leave_notice, visibility
from business_hrms.services import leave_ledger as ledger
from business_hrms.services import leave_request as requests
from business_hrms.services.current import today
from business_hrms.services.leave_request import LeaveOfAnother


class LeaveDecided(Conflict):
    code = "hrms.leave_decided"

    def __init__(self, status: LeaveStatus) -> None:
        super().__init__("This has been decided.", leave_status=status.value)


class LeaveHasBegun(Conflict):
    code = "hrms.leave_has_begun"

    def __init__(self) -> None:
        super().__init__("The leave has begun: ask who manages leave to cancel it.")


class Held(NamedTuple):
    """What leave takes from an allocation: from which day on, and how many days, below zero."""

    allocation_id: UUID
    day: date
    days: Decimal


async def decide(
    session: TenantSession, request_id: UUID, *, approved: bool, comment: str | None
) -> LeaveRead:
    """Decide the level that is next. The last approval approves, the first rejection rejects."""
    request, employee = await _held(session, request_id)
    if request.status != LeaveStatus.PENDING:
        raise LeaveDecided(request.status)
    undecided = select(ApprovalStep).where(
        ApprovalStep.request_id == request_id, ApprovalStep.approved.is_(None)
    )
    step, *later = await session.scalars(undecided.order_by(ApprovalStep.level))
    await approval.require_approver(session, employee, step.approver)
    step.approved, step.comment = approved, comment
    step.decided_by, step.decided_at = session.context.user_id, datetime.now(UTC)
    request.updated_at = func.now()
    if not approved:
        await _give_back(session, request, employee, LeaveStatus.REJECTED)
    elif not later:
        held = await _take_back(session, request)
        request.status = LeaveStatus.APPROVED
        await ledger.write(session, (_entry(session, request, EntryKind.USE, one, one.days) for one in held))
        await session.flush()
        await tell_approved(session, request)
    else:
        await leave_notice.ask(session, request, employee, later[0].approver)
    if not approved or not later:
        leave_notice.tell(session, request, employee, comment)
    audit.add(
        session,
        "hrms.leave_approved" if approved else "hrms.leave_rejected",
        target=f"leave_request:{request_id}",
        after={"level": step.level, "comment": comment},
    )
    await session.flush()
    return await requests.one(session, request_id)


async def cancel(session: TenantSession, request_id: UUID) -> LeaveRead:
    """Withdraw leave that is pending or approved, and give its days back."""
    request, employee = await _held(session, request_id)
    manages = "hrms.leave.manage" in session.context.permissions
    if employee.user_id != session.context.user_id and not manages:
        raise LeaveOfAnother
    if request.status not in STANDING:
        raise LeaveDecided(request.status)
    approved = request.status == LeaveStatus.APPROVED
    if approved and not manages and request.starts_on <= await today(session):
        raise LeaveHasBegun
    await withdraw(session, request, employee)
    return await requests.one(session, request_id)


async def withdraw(session: TenantSession, request: LeaveRequest, employee: Employee) -> None:
    """Cancel a request that stands, of an employee who is locked, and tell of it where it was approved."""
    was_approved = request.status == LeaveStatus.APPROVED
    await _give_back(session, request, employee, LeaveStatus.CANCELLED)
    if was_approved:
        fact = LeaveCancelled(
            request_id=request.id, employee_id=employee.id, leave_type_id=request.leave_type_id
        )
        facts.add(session, fact, about=request)
    leave_notice.tell(session, request, employee)
    audit.add(session, "hrms.leave_cancelled", target=f"leave_request:{request.id}")
    await session.flush()


async def tell_approved(session: TenantSession, request: LeaveRequest) -> None:
    """Tell on which days the employee is absent."""
    leave_type = await found(session, LeaveType, request.leave_type_id)
    days = await session.execute(
        select(LeaveDay.day, LeaveDay.portion).where(LeaveDay.request_id == request.id).order_by(LeaveDay.day)
    )
    fact = LeaveApproved(
        request_id=request.id,
        employee_id=request.employee_id,
        leave_type_id=request.leave_type_id,
        pay_share=leave_type.pay_share,
        days=dict(days.all()),
    )
    facts.add(session, fact, about=request)


async def _held(session: TenantSession, request_id: UUID) -> tuple[LeaveRequest, Employee]:
    """A request that the session's user sees, with its employee locked, as every change of leave does."""
    request = await found(session, LeaveRequest, request_id)
    await visibility.require_visible(session, request.employee_id)
    employee = await locked(session, Employee, request.employee_id)
    await session.refresh(request)
    return request, employee


async def _give_back(
    session: TenantSession, request: LeaveRequest, employee: Employee, status: LeaveStatus
) -> None:
    """End a request; what it reserved or used comes back, unless it has expired meanwhile."""
    await _take_back(session, request)
    request.status = status
    await session.flush()
    await ledger.settle(session, employee, request.leave_type_id, cause=request.id, event=status.value)


async def _take_back(session: TenantSession, request: LeaveRequest) -> Sequence[Held]:
    """Let a request reserve or use nothing any more; what it did, by allocation."""
    kind = EntryKind.USE if request.status == LeaveStatus.APPROVED else EntryKind.RESERVE
    sums = func.sum(LedgerEntry.days)
    rows = await session.execute(
        select(LedgerEntry.allocation_id, func.min(LedgerEntry.day), sums)
        .where(LedgerEntry.source_id == request.id, LedgerEntry.kind.in_((kind, BACK[kind])))
        .group_by(LedgerEntry.allocation_id)
        .having(sums != 0)
    )
    held = [Held(*row) for row in rows]
    await ledger.write(session, (_entry(session, request, BACK[kind], one, -one.days) for one in held))
    return held


def _entry(
    session: TenantSession, request: LeaveRequest, kind: EntryKind, held: Held, days: Decimal
) -> ledger.Entry:
    segment = str(held.allocation_id)
    return ledger.entry(session, held.allocation_id, kind, held.day, days, source=request.id, segment=segment)
