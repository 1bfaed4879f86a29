"""What people are told of leave, in the application and by mail.

Who manages leave is not written to: what awaits them is found with `awaits_me`.
"""

from contracts.jobs import Notify, SendMail
from servicekit import jobs
from servicekit.db import TenantSession

from business_hrms.models.employee import Employee
from business_hrms.models.leave_request import LeaveRequest
from business_hrms.rules.leave_words import Approver
from business_hrms.services import approval


async def ask(session: TenantSession, request: LeaveRequest, employee: Employee, approver: Approver) -> None:
    """Ask the nearest who may decide on a level."""
    superior = await approval.asked(session, employee.id, approver)
    if superior is None or superior.user_id is None:
        return
    about = _about(request) | {"employee": f"{employee.first_name} {employee.last_name}"}
    jobs.add(session, SendMail(purpose="leave_asked", account_id=superior.user_id, data=about))
    about["request_id"] = str(request.id)
    jobs.add(session, Notify(account_id=superior.user_id, kind="hrms.leave_asked", data=about))


def tell(
    session: TenantSession, request: LeaveRequest, employee: Employee, comment: str | None = None
) -> None:
    """Tell whose leave it is what has become of it, unless it was their own doing."""
    if employee.user_id is None or employee.user_id == session.context.user_id:
        return
    about = _about(request) | {"status": request.status.value} | ({"comment": comment} if comment else {})
    jobs.add(session, SendMail(purpose="leave_decided", account_id=employee.user_id, data=about))
    about["request_id"] = str(request.id)
    jobs.add(
        session, Notify(account_id=employee.user_id, kind=f"hrms.leave_{request.status.value}", data=about)
    )


def _about(request: LeaveRequest) -> dict[str, str]:
    return {"from": request.starts_on.isoformat(), "to": request.ends_on.isoformat()}
