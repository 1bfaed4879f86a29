from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field
from servicekit.files import FileName
from servicekit.pagination import ListQuery
from servicekit.schemas import LEFT_OUT, Day, Input, Name, Output

from business_hrms.rules.document import EmployeeMay, ManagerMay

AlertDays = Annotated[list[Annotated[int, Field(ge=0, le=365)]], Field(max_length=10)]


class DocumentTypeWish(Input):
    """A kind of document: who besides hr may see it, and how many days before its expiry to tell."""

    name: Name
    employee_may: EmployeeMay = EmployeeMay.SEE
    manager_may: ManagerMay = ManagerMay.NOTHING
    expires: bool = False
    alert_days: AlertDays = Field(default=[30, 7])


class DocumentTypeChanges(Input):
    """What is left out stays. Documents that are there stay as they are."""

    name: Name = LEFT_OUT
    employee_may: EmployeeMay = LEFT_OUT
    manager_may: ManagerMay = LEFT_OUT
    expires: bool = LEFT_OUT
    alert_days: AlertDays = LEFT_OUT


class DocumentTypeRead(Output):
    id: UUID
    version: int
    name: str
    employee_may: EmployeeMay
    manager_may: ManagerMay
    expires: bool
    alert_days: list[int]


class DocumentTypeQuery(ListQuery):
    sort: Literal["name", "-name"] = "name"


class FileWish(Input):
    """What a file is called, and until when it holds; the file itself is the body."""

    name: FileName
    expires_on: Day | None = None


class DocumentWish(FileWish):
    employee_id: UUID
    type_id: UUID


class DocumentRead(Output):
    """`size` is in bytes; `media_type` was told by the content."""

    id: UUID
    version: int
    employee_id: UUID
    type_id: UUID
    type: str
    name: str
    media_type: str
    size: int
    expires_on: date | None
    uploaded_by: UUID | None
    created_at: AwareDatetime


class DocumentQuery(ListQuery):
    """`expires_before` leaves out what never expires, and what does on that day or later."""

    employee_id: UUID | None = None
    type_id: UUID | None = None
    expires_before: Day | None = None
    sort: Literal["created_at", "-created_at", "expires_on", "-expires_on"] = "-created_at"
