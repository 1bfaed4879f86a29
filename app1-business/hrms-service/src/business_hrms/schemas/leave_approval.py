from datetime import datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import Field
from servicekit.schemas import Input, Output

from business_hrms.rules.leave_words import Approver
from business_hrms.schemas.day_count import DayCount, GivenDays


class ApprovalLevel(Input):
    """Who decides where a request costs at least `from_days`, in a department or anywhere."""

    approver: Approver
    from_days: GivenDays = Decimal(0)
    department_id: UUID | None = None


Approval = Annotated[list[ApprovalLevel], Field(min_length=1, max_length=10)]


class LevelRead(Output):
    approver: Approver
    from_days: DayCount
    department_id: UUID | None


class StepRead(Output):
    """A level of the approval; `approved` is null until it is decided."""

    level: int
    approver: Approver
    approved: bool | None
    decided_by: UUID | None
    decided_at: datetime | None
    comment: str | None


class AskedRead(Output):
    """Who is asked to decide next; whoever stands above them may, too."""

    employee_id: UUID
    name: str
