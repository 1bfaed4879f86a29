"""Requests for leave: asked for, read."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from servicekit import audit
from servicekit.db import ReadSession, TenantSession, refusing
from servicekit.errors import Conflict, Forbidden, NotFound, Unprocessable
from servicekit.pagination import page
from sqlalchemy import func, or_, select

from business_hrms.models.employee import Employee
from business_hrms.models.leave_request import ApprovalStep, LeaveDay, LeaveRequest
from business_hrms.models.leave_type import LeaveType
from business_hrms.rules.leave import at_a_time, cost
from business_hrms.rules.leave_words import STANDING, LeaveStatus
from business_hrms.schemas.leave_approval import AskedRead, StepRead
from business_hrms.schemas.leave_request import LONGEST, LeaveItem, LeaveQuery, LeaveRead, LeaveWish
from business_hrms.services import approval, holiday_list, leave_notice, visibility
from business_hrms.services import leave_ledger as ledger
from business_hrms.services.current import Statement, employee, full_name
from business_hrms.services.employment import NotEmployedThen
from business_hrms.services.leave_type import LeaveTypeUnknown


class NoEmployee(Unprocessable):
    code = "hrms.no_employee"

    def __init__(self) -> None:
        super().__init__("Your account is no employee's.")


class LeaveOfAnother(Forbidden):
    code = "hrms.leave_of_another"

    def __init__(self) -> None:
        super().__init__("You may do this with your own leave only.")


class LeaveOverlaps(Conflict):
    code = "hrms.leave_overlaps"

    def __init__(self, existing: UUID | None = None) -> None:
        super().__init__("These days overlap an earlier request.", leave_id=existing)


class NoWorkingDays(Unprocessable):
    code = "hrms.no_working_days"

    def __init__(self) -> None:
        super().__init__("Nobody works on these days.")


class LeaveTooLong(Unprocessable):
    code = "hrms.leave_too_long"

    def __init__(self, longest: Decimal) -> None:
        super().__init__(
            "This type allows fewer days at a time, together with leave before and after.",
            max_consecutive_days=f"{longest:f}",
        )


_AROUND = timedelta(days=LONGEST)  # how far leave is followed that a request extends
_request = LeaveRequest.__table__.c
_person = employee.alias("person")
_FROM = _request.starts_on.label("from")


async def ask(session: TenantSession, wish: LeaveWish) -> LeaveRead:
    """Ask for leave. Its days are reserved from now on, pending or approved."""
    employee = await _whose(session, wish.employee_id)
    leave_type = await session.get(LeaveType, wish.leave_type_id)
    if leave_type is None:
        raise LeaveTypeUnknown
    if wish.starts_on < employee.date_of_joining or wish.ends_on > (employee.last_day or date.max):
        raise NotEmployedThen(employee)
    days = await _cost(session, employee, leave_type, wish)
    await _require_free(session, employee, wish)
    total = sum(days.values(), Decimal(0))
    request = LeaveRequest(
        employee_id=employee.id,
        leave_type_id=leave_type.id,
        starts_on=wish.starts_on,
        ends_on=wish.ends_on,
        half_day=wish.half_day,
        days=total,
        reason=wish.reason,
        status=LeaveStatus.PENDING,
    )
    session.add(request)
    async with refusing({"ex_leave_requests_hours": LeaveOverlaps}):
        await session.flush()
    session.add_all(
        LeaveDay(request_id=request.id, day=day, portion=portion) for day, portion in days.items()
    )
    steps = await approval.steps(session, request, employee, leave_type)
    session.add_all(steps)
    await session.flush()
    account = await ledger.settle(session, employee, leave_type.id, cause=request.id, event="asked")
    if not leave_type.allow_negative:
        account.require_cover(days)
    await ledger.write(session, ledger.booked(session, request, days, account.allocations))
    await leave_notice.ask(session, request, employee, steps[0].approver)
    asked = wish.model_dump(by_alias=True, exclude_none=True)
    audit.add(session, "hrms.leave_asked", target=f"leave_request:{request.id}", after=asked)
    await session.flush()
    return await one(session, request.id)


async def listing(session: ReadSession, query: LeaveQuery) -> dict[str, Any]:
    statement = _requests(session)
    if query.employee_id is not None:
        statement = statement.where(_request.employee_id == query.employee_id)
    if query.leave_type_id is not None:
        statement = statement.where(_request.leave_type_id == query.leave_type_id)
    if query.status is not None:
        statement = statement.where(_request.status == query.status)
    if query.awaits_me:
        statement = statement.where(approval.awaits(session.context)).params(tenant=session.tenant)
    if query.starts_on is not None:
        statement = statement.where(_request.ends_on >= query.starts_on)
    if query.ends_on is not None:
        statement = statement.where(_request.starts_on <= query.ends_on)
    descending = query.sort.startswith("-")
    return await page(session, statement, query, key=_FROM, id_=_request.id, descending=descending)


async def one(session: TenantSession | ReadSession, request_id: UUID) -> LeaveRead:
    """One request, with its approval.

    Raises:
        NotFound: there is none with this id for the session's user.
    """
    row = (await session.execute(_requests(session).where(_request.id == request_id))).one_or_none()
    if row is None:
        raise NotFound
    steps = select(ApprovalStep).where(ApprovalStep.request_id == request_id).order_by(ApprovalStep.level)
    levels = [StepRead.model_validate(step) for step in await session.scalars(steps)]
    item = LeaveItem.model_validate(row)
    asked = None
    if item.status == LeaveStatus.PENDING:
        next_level = next(step for step in levels if step.approved is None)
        asked = await approval.asked(session, item.employee_id, next_level.approver)
    return LeaveRead(
        **item.model_dump(by_alias=True),
        approval=levels,
        asked=AskedRead.model_validate(asked) if asked else None,
    )


def _requests(session: TenantSession | ReadSession) -> Statement:
    """Those that the session's user sees; columns as in `LeaveItem`."""
    columns = (
        _request.id,
        _request.version,
        _request.employee_id,
        full_name(_person).label("employee"),
        _request.leave_type_id,
        _FROM,
        _request.ends_on.label("to"),
        _request.half_day,
        _request.days,
        _request.reason,
        _request.status,
    )
    named = select(*columns).join_from(LeaveRequest.__table__, _person, _person.c.id == _request.employee_id)
    return named.where(visibility.sees(session.context, _request.employee_id))


async def _whose(session: TenantSession, employee_id: UUID | None) -> Employee:
    """Whom the session's user may ask leave for, locked: themselves, or anybody where they manage leave."""
    context = session.context
    mine = Employee.user_id == context.user_id if employee_id is None else Employee.id == employee_id
    employee = await session.scalar(select(Employee).where(mine).with_for_update(key_share=True))
    if employee is None:
        raise NoEmployee if employee_id is None else NotFound
    if employee.user_id != context.user_id and "hrms.leave.manage" not in context.permissions:
        await visibility.require_visible(session, employee.id)
        raise LeaveOfAnother
    return employee


async def _cost(
    session: TenantSession, employee: Employee, leave_type: LeaveType, wish: LeaveWish
) -> Mapping[date, Decimal]:
    around = wish.starts_on - _AROUND, wish.ends_on + _AROUND
    off = await holiday_list.off(session, employee, *around)
    days = cost(
        wish.starts_on,
        wish.ends_on,
        half=wish.half_day is not None,
        off=off,
        includes_holidays=leave_type.includes_holidays,
    )
    if not days:
        raise NoWorkingDays
    longest = leave_type.max_consecutive_days
    if longest is not None:
        others = await session.execute(
            select(LeaveDay.day, func.sum(LeaveDay.portion))
            .join(LeaveRequest, LeaveRequest.id == LeaveDay.request_id)
            .where(LeaveRequest.employee_id == employee.id, LeaveRequest.leave_type_id == leave_type.id)
            .where(LeaveRequest.status.in_(STANDING), LeaveDay.day.between(*around))
            .group_by(LeaveDay.day)
        )
        if at_a_time(days, dict(others.all()), off) > longest:
            raise LeaveTooLong(longest)
    return days


async def _require_free(session: TenantSession, employee: Employee, wish: LeaveWish) -> None:
    """Name the request in the way, which the constraint could only refuse."""
    touching = select(LeaveRequest.id).where(
        LeaveRequest.employee_id == employee.id,
        LeaveRequest.status.in_(STANDING),
        LeaveRequest.starts_on <= wish.ends_on,
        LeaveRequest.ends_on >= wish.starts_on,
    )
    if wish.half_day is not None:  # the other half of the day is free
        touching = touching.where(
            or_(LeaveRequest.half_day.is_(None), LeaveRequest.half_day == wish.half_day)
        )
    if existing := await session.scalar(touching.limit(1)):
        raise LeaveOverlaps(existing)
