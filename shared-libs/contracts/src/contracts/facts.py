"""Facts: what happened in one service, told to the others.

A fact is frozen once released: a field may be added with a default, never
changed or removed; what must change gets a new version of its name.
"""

from datetime import date
from decimal import Decimal
from typing import Any, ClassVar, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict

from contracts.ids import Application, EmployeeId, TenantId, UserId


class Fact(BaseModel):
    """Base of every fact. `name` is the wire name, `<module>.<noun>_<participle>.v<n>`."""

    model_config = ConfigDict(frozen=True)
    name: ClassVar[str]


class Envelope(BaseModel):
    """A fact, or a job, on its way.

    `id` is the same at every delivery. `aggregate` names the thing a fact is
    about and `version` that row's version: a handler that keeps a copy ignores
    a version not newer than its own, because no order is promised.
    """

    model_config = ConfigDict(frozen=True)

    id: UUID
    kind: Literal["fact", "job"]
    tenant: TenantId
    application: Application
    type: str
    occurred_at: AwareDatetime
    actor: UserId | None
    aggregate: str
    version: int
    data: dict[str, Any]
    trace: str | None = None


class TenantRegistered(Fact):
    name = "tenant.registered.v1"
    organisation: str
    country: str
    currency: str
    time_zone: str
    locale: str


class TenantUpdated(Fact):
    """What there is to know about an organisation now. Its currency stays what it was."""

    name = "tenant.updated.v1"
    organisation: str
    country: str
    time_zone: str
    locale: str


class TenantClosed(Fact):
    """The owner closed the organisation: nobody is served any more. Its data stay until they are deleted."""

    name = "tenant.closed.v1"


class TenantSchemaReady(Fact):
    name = "tenant.schema_ready.v1"
    service: str
    revision: str


class AccountActivated(Fact):
    """An account can sign in. `employee_id` comes back from the invitation that carried it."""

    name = "user.account_activated.v1"
    user_id: UserId
    email: str
    display_name: str
    roles: list[str]
    employee_id: EmployeeId | None = None


class AccountInvited(Fact):
    name = "user.account_invited.v1"
    invitation_id: UUID
    email: str
    role: str


class AccountDeactivated(Fact):
    """An account can sign in no more. Its tokens of versions below `token_version` are stale."""

    name = "user.account_deactivated.v1"
    user_id: UserId
    token_version: int


class AccountReactivated(Fact):
    name = "user.account_reactivated.v1"
    user_id: UserId


class RoleChanged(Fact):
    """What an account may do has changed: by its roles, all named here, or by what one of them allows."""

    name = "user.role_changed.v1"
    user_id: UserId
    roles: list[str]
    token_version: int


class SessionRevoked(Fact):
    """A session ended before its time: its tokens no longer count."""

    name = "user.session_revoked.v1"
    session_id: UUID
    user_id: UserId


EmploymentType = Literal["full_time", "part_time", "contract", "intern"]


class EmployeeHired(Fact):
    name = "hrms.employee_hired.v1"
    employee_id: EmployeeId
    employee_no: str
    first_name: str
    last_name: str
    email: str
    date_of_joining: date
    department_id: UUID | None
    position: str | None
    manager_id: EmployeeId | None
    employment_type: EmploymentType


class EmployeeJobChanged(Fact):
    """From `valid_from` on, until a later change, the employee has this job."""

    name = "hrms.employee_job_changed.v1"
    employee_id: EmployeeId
    valid_from: date
    department_id: UUID | None
    position: str | None
    manager_id: EmployeeId | None
    employment_type: EmploymentType


class EmployeeTerminated(Fact):
    """The employee leaves; `last_day` is the last day of employment. Told again when that day moves."""

    name = "hrms.employee_terminated.v1"
    employee_id: EmployeeId
    last_day: date


class EmployeeLeft(Fact):
    """The employee's last day is over, where the organisation is. `user_id` is their account, if any."""

    name = "hrms.employee_left.v1"
    employee_id: EmployeeId
    user_id: UserId | None
    last_day: date


class EmployeeRemoved(Fact):
    """The employee was entered by mistake: whatever was made of the hiring is void."""

    name = "hrms.employee_removed.v1"
    employee_id: EmployeeId


class LeaveApproved(Fact):
    """The employee is absent on `days`, each 1 or 0.5; `pay_share` of the pay goes on, 0 to 1.

    Told again, with the days that are left, when the end of employment cuts leave short.
    """

    name = "hrms.leave_approved.v1"
    request_id: UUID
    employee_id: EmployeeId
    leave_type_id: UUID
    pay_share: Decimal
    days: dict[date, Decimal]


class LeaveCancelled(Fact):
    """Leave that was approved is not taken."""

    name = "hrms.leave_cancelled.v1"
    request_id: UUID
    employee_id: EmployeeId
    leave_type_id: UUID


class LoanIssued(Fact):
    """A copy is with a patron until `due_on`."""

    name = "libraries.loan_issued.v1"
    loan_id: UUID
    copy_id: UUID
    book_id: UUID
    patron_id: UUID
    branch_id: UUID
    due_on: date


class LoanRenewed(Fact):
    name = "libraries.loan_renewed.v1"
    loan_id: UUID
    patron_id: UUID
    due_on: date
    renewals: int


class LoanReturned(Fact):
    """`overdue_fine` is what was charged for being late, in the tenant's currency."""

    name = "libraries.loan_returned.v1"
    loan_id: UUID
    copy_id: UUID
    patron_id: UUID
    overdue_fine: Decimal


class LoanOverdue(Fact):
    """The day after `due_on` has come. Told once for each due date."""

    name = "libraries.loan_overdue.v1"
    loan_id: UUID
    patron_id: UUID
    due_on: date


class LoanLost(Fact):
    name = "libraries.loan_lost.v1"
    loan_id: UUID
    copy_id: UUID
    patron_id: UUID


class HoldReady(Fact):
    """A copy lies ready for the patron until `expires_on`."""

    name = "libraries.hold_ready.v1"
    hold_id: UUID
    book_id: UUID
    copy_id: UUID
    patron_id: UUID
    expires_on: date


class HoldExpired(Fact):
    """The patron did not fetch what lay ready."""

    name = "libraries.hold_expired.v1"
    hold_id: UUID
    book_id: UUID
    patron_id: UUID


class HoldCancelled(Fact):
    name = "libraries.hold_cancelled.v1"
    hold_id: UUID
    book_id: UUID
    patron_id: UUID


class ChargeRaised(Fact):
    """A patron owes `amount`, in the tenant's currency."""

    name = "libraries.charge_raised.v1"
    charge_id: UUID
    patron_id: UUID
    loan_id: UUID | None
    kind: Literal["overdue", "replacement", "processing", "damage", "other"]
    amount: Decimal


class ChargeWaived(Fact):
    """`amount` of a charge is not owed any more: waived, or given back because a lost copy was found."""

    name = "libraries.charge_waived.v1"
    charge_id: UUID
    patron_id: UUID
    amount: Decimal


class ChargePaid(Fact):
    """A patron paid `amount` of what was owed."""

    name = "libraries.charge_paid.v1"
    payment_id: UUID
    patron_id: UUID
    amount: Decimal


class ChatMessagePosted(Fact):
    """Somebody said something. Its text stays in chat; `seq` is its place in the channel's log."""

    name = "chat.message_posted.v1"
    message_id: UUID
    channel_id: UUID
    author_id: UserId
    seq: int


class ChatUserMentioned(Fact):
    """A message names somebody, who is in its channel. `@channel` is not told of one by one."""

    name = "chat.user_mentioned.v1"
    message_id: UUID
    channel_id: UUID
    user_id: UserId


class ChatMemberAdded(Fact):
    name = "chat.member_added.v1"
    channel_id: UUID
    user_id: UserId


class ChatMemberRemoved(Fact):
    """Somebody left a channel, or was put out of it."""

    name = "chat.member_removed.v1"
    channel_id: UUID
    user_id: UserId


FACTS: dict[str, type[Fact]] = {
    fact.name: fact
    for fact in (
        TenantRegistered,
        TenantUpdated,
        TenantClosed,
        TenantSchemaReady,
        AccountActivated,
        AccountInvited,
        AccountDeactivated,
        AccountReactivated,
        RoleChanged,
        SessionRevoked,
        EmployeeHired,
        EmployeeJobChanged,
        EmployeeTerminated,
        EmployeeLeft,
        EmployeeRemoved,
        LeaveApproved,
        LeaveCancelled,
        LoanIssued,
        LoanRenewed,
        LoanReturned,
        LoanOverdue,
        LoanLost,
        HoldReady,
        HoldExpired,
        HoldCancelled,
        ChargeRaised,
        ChargeWaived,
        ChargePaid,
        ChatMessagePosted,
        ChatUserMentioned,
        ChatMemberAdded,
        ChatMemberRemoved,
    )
}
