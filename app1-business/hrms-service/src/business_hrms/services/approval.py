"""Who decides on leave.

The leave type says, or else the organisation, which levels a request needs. A level
is decided by whoever stands so high above the employee or higher, so that others
stand in for a manager who is away, or by who manages leave. Where nobody stands so
high, or none of them has an account, who manages leave is asked. Nobody ever decides
on their own leave.
"""

from decimal import Decimal
from uuid import UUID

from contracts.context import TenantContext
from servicekit.db import ReadSession, TenantSession
from servicekit.errors import Forbidden
from sqlalchemy import (
    ColumnElement,
    and_,
    case,
    exists,
    or_,
    select,
)

from business_hrms.models.employee import Employee
from business_hrms.models.leave_request import ApprovalStep, LeaveRequest
from business_hrms.models.leave_type import LeaveType
from business_hrms.rules.leave_words import Approver, LeaveStatus
from business_hrms.services import department as departments
from business_hrms.services import leave_settings, reporting
from business_hrms.services.current import employee
from business_hrms.services.reporting import Superior

_LEVELS_ABOVE = {Approver.MANAGER: 1, Approver.SECOND_MANAGER: 2}
_request = LeaveRequest.__table__.c


class OwnLeave(Forbidden):
    code = "hrms.own_leave"

    def __init__(self) -> None:
        super().__init__("Nobody decides on their own leave.")


class NotYoursToDecide(Forbidden):
    code = "hrms.leave_not_yours_to_decide"

    def __init__(self, approver: Approver) -> None:
        super().__init__("Somebody else decides on this.", approver=approver.value)


async def steps(
    session: TenantSession, request: LeaveRequest, person: Employee, leave_type: LeaveType
) -> list[ApprovalStep]:
    """The levels that a request needs: one at least."""
    configured = leave_type.approval or (await leave_settings.current(session)).approval
    lies_in = {None, *map(str, await departments.of_employee(session, person.id))}
    needed = [
        Approver(level["approver"])
        for level in configured
        if request.days >= Decimal(level["from_days"]) and level["department_id"] in lies_in
    ]
    highest = max((superior.level for superior in await reporting.above(session, person.id)), default=0)
    able = (
        approver if _LEVELS_ABOVE.get(approver, 0) <= highest else Approver.HR
        for approver in needed or [Approver.MANAGER]
    )
    return [
        ApprovalStep(request_id=request.id, level=number, approver=approver)
        for number, approver in enumerate(dict.fromkeys(able), start=1)
    ]


async def require_approver(session: TenantSession, person: Employee, approver: Approver) -> None:
    """Pass who decides on a level of this employee's leave.

    Raises:
        OwnLeave: it is the employee.
        NotYoursToDecide: it is somebody else.
    """
    user_id = session.context.user_id
    if person.user_id == user_id:
        raise OwnLeave
    if "hrms.leave.manage" in session.context.permissions:
        return
    able = await _able(session, person.id, approver)
    if user_id is None or user_id not in {superior.user_id for superior in able}:
        raise NotYoursToDecide(approver)


async def asked(
    session: TenantSession | ReadSession, employee_id: UUID, approver: Approver
) -> Superior | None:
    """Whom a level asks to decide; None where it is whoever manages leave."""
    return next(iter(await _able(session, employee_id, approver)), None)


def awaits(context: TenantContext) -> ColumnElement[bool]:
    """A condition on requests: somebody is asked to decide, or stands in for who is. Bound: `tenant`."""
    step = ApprovalStep.__table__.c
    level = (
        select(step.approver)
        .where(step.request_id == _request.id, step.approved.is_(None))
        .order_by(step.level)
        .limit(1)
        .correlate(LeaveRequest)
        .scalar_subquery()
    )
    pending = LeaveRequest.status == LeaveStatus.PENDING
    above = reporting.superiors(select(LeaveRequest.employee_id).where(pending))
    needed = case(*((level == approver, height) for approver, height in _LEVELS_ABOVE.items()))
    able = exists().where(
        above.c.below_id == _request.employee_id, above.c.level >= needed, above.c.user_id.is_not(None)
    )
    mine = able.where(above.c.user_id == context.user_id)
    own = select(employee.c.id).where(employee.c.user_id == context.user_id)
    manages = "hrms.leave.manage" in context.permissions
    return and_(
        _request.status == LeaveStatus.PENDING,
        _request.employee_id.not_in(own),
        or_(mine, ~able) if manages else mine,
    )


async def _able(
    session: TenantSession | ReadSession, employee_id: UUID, approver: Approver
) -> list[Superior]:
    """Those who may decide on a level by their place above the employee, the nearest first."""
    needed = _LEVELS_ABOVE.get(approver)
    if needed is None:
        return []
    above = await reporting.above(session, employee_id)
    return [one for one in above if one.level >= needed and one.user_id is not None]
