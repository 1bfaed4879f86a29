from typing import Annotated
from uuid import UUID

from contracts.ids import EmployeeId
from pydantic import AwareDatetime, Field, SecretStr
from servicekit.pagination import ListQuery
from servicekit.schemas import Email, Input, Name, Output

from identity_kit.models.invitation import InvitationStatus
from identity_kit.schemas.account import NewPassword


class InvitationWish(Input):
    email: Email
    role: Annotated[str, Field(min_length=1, max_length=50)]
    employee_id: EmployeeId | None = None


class Acceptance(Input, str_strip_whitespace=False):
    token: Annotated[SecretStr, Field(max_length=200)]
    name: Name
    password: NewPassword


class InvitationRead(Output):
    id: UUID
    email: str
    role: str
    employee_id: EmployeeId | None
    invited_by: UUID
    status: InvitationStatus
    created_at: AwareDatetime
    expires_at: AwareDatetime


class InvitationQuery(ListQuery):
    status: InvitationStatus | None = None
