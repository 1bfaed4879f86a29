"""Decisions on leave: approved, rejected, cancelled."""

from datetime import UTC, date, datetime
from uuid import UUID

from contracts.facts import LeaveApproved, LeaveCancelled
from servicekit import facts
from servicekit.db import TenantSession, found, locked
from servicekit.errors import Conflict, Forbidden
from sqlalchemy import func, select

from business_hrms.models.employee import Employee
from business_hrms.models.leave_allocation import LedgerEntry
from business_hrms.models.leave_request import ApprovalStep, LeaveDay, LeaveRequest
from business_hrms.models.leave_type import LeaveType
from business_hrms.rules.leave_words import STANDING, Approver, EntryKind, LeaveStatus
from business_hrms.schemas.leave_request import LeaveRead
from business_hrms.services import leave_ledger as ledger
from business_hrms.services import leave_request as requests
from business_hrms.services import reporting, visibility
from business_hrms.services.current import calendar
from business_hrms.services.leave_request import LeaveOfAnother


class OwnLeave(Forbidden):
    code = "hrms.own_leave"

    def __init__(self) -> None:
        super().__init__("Nobody decides on their own leave.")


class NotYoursToDecide(Forbidden):
    code = "hrms.leave_not_yours_to_decide"

    def __init__(self, approver: Approver) -> None:
        super().__init__("Somebody else decides on this.", approver=approver.value)


class LeaveDecided(Conflict):
    code = "hrms.leave_decided"

    def __init__(self, status: LeaveStatus) -> None:
        super().__init__("This has been decided.", leave_status=status.value)


class LeaveHasBegun(Conflict):
    code = "hrms.leave_has_begun"

    def __init__(self) -> None:
        super().__init__("The leave has begun: ask who manages leave to cancel it.")


_LEVELS_ABOVE = {Approver.MANAGER: 1, Approver.SECOND_MANAGER: 2}


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
    await _require_approver(session, employee, step.approver)
    step.approved, step.comment = approved, comment
    step.decided_by, step.decided_at = session.context.user_id, datetime.now(UTC)
    request.updated_at = func.now()
    if not approved:
        await _give_back(session, request, employee, LeaveStatus.REJECTED)
    elif not later:
        request.status = LeaveStatus.APPROVED
        await _answer(session, request, EntryKind.RESERVE, EntryKind.RELEASE)
        await _answer(session, request, EntryKind.RESERVE, EntryKind.USE)
        await session.flush()
        await _tell_approved(session, request)
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
    was_approved = request.status == LeaveStatus.APPROVED
    if was_approved and not manages and request.starts_on <= await _today(session):
        raise LeaveHasBegun
    await _give_back(session, request, employee, LeaveStatus.CANCELLED)
    if was_approved:
        fact = LeaveCancelled(
            request_id=request.id, employee_id=employee.id, leave_type_id=request.leave_type_id
        )
        facts.add(session, fact, about=request)
    await session.flush()
    return await requests.one(session, request_id)


async def _held(session: TenantSession, request_id: UUID) -> tuple[LeaveRequest, Employee]:
    """A request that the session's user sees, with its employee locked, as every change of leave does."""
    request = await found(session, LeaveRequest, request_id)
    await visibility.require_visible(session, request.employee_id)
    employee = await locked(session, Employee, request.employee_id)
    await session.refresh(request)
    return request, employee


async def _require_approver(session: TenantSession, employee: Employee, approver: Approver) -> None:
    """Pass who decides on a level, or manages leave; never the employee."""
    user_id = session.context.user_id
    if employee.user_id == user_id:
        raise OwnLeave
    if "hrms.leave.manage" in session.context.permissions:
        return
    needed = _LEVELS_ABOVE.get(approver)
    above = await reporting.above(session, employee.id)
    if needed is None or user_id is None or above.get(user_id, 0) < needed:
        raise NotYoursToDecide(approver)


async def _give_back(
    session: TenantSession, request: LeaveRequest, employee: Employee, status: LeaveStatus
) -> None:
    """End a request; what it reserved or used comes back, unless it has expired meanwhile."""
    if request.status == LeaveStatus.APPROVED:
        await _answer(session, request, EntryKind.USE, EntryKind.RETURN)
    else:
        await _answer(session, request, EntryKind.RESERVE, EntryKind.RELEASE)
    request.status = status
    await session.flush()
    await ledger.settle(session, employee, request.leave_type_id, cause=request.id, event=status.value)


async def _answer(session: TenantSession, request: LeaveRequest, kind: EntryKind, answer: EntryKind) -> None:
    """Answer each of a request's entries of a kind by one of another: what goes back has the other sign."""
    entries = await session.scalars(
        select(LedgerEntry).where(LedgerEntry.source_id == request.id, LedgerEntry.kind == kind)
    )
    for made in entries.all():
        days = made.days if answer == EntryKind.USE else -made.days
        session.add(
            ledger.entry(
                session,
                made.allocation_id,
                answer,
                made.day,
                days,
                source=request.id,
                segment=made.segment,
            )
        )


async def _tell_approved(session: TenantSession, request: LeaveRequest) -> None:
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


async def _today(session: TenantSession) -> date:
    today: date = (await session.execute(select(calendar().c.today), {"tenant": session.tenant})).scalar_one()
    return today
