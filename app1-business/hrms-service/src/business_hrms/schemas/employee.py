from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from contracts.facts import EmploymentType
from pydantic import StringConstraints
from servicekit.pagination import ListQuery
from servicekit.schemas import LEFT_OUT, Day, Email, Input, Name, Output

EmployeeStatus = Literal["onboarding", "active", "notice", "left"]
EmployeeNo = Annotated[str, StringConstraints(min_length=1, max_length=30, pattern=r"^[^\x00-\x1f\x7f]+$")]


class EmployeeWish(Input):
    """A person to hire. Without `employee_no` the next free number is given."""

    first_name: Name
    last_name: Name
    email: Email
    date_of_joining: Day
    department_id: UUID | None = None
    position: Name | None = None
    manager_id: UUID | None = None
    employment_type: EmploymentType = "full_time"
    employee_no: EmployeeNo | None = None
    holiday_list_id: UUID | None = None


class EmployeeChanges(Input):
    """What is left out stays."""

    first_name: Name = LEFT_OUT
    last_name: Name = LEFT_OUT
    email: Email = LEFT_OUT
    employee_no: EmployeeNo = LEFT_OUT
    holiday_list_id: UUID | None = None  # null: the default list


class AccountLink(Input):
    user_id: UUID | None  # null: none any more


class EmployeeRead(Output):
    """An employee with the job of today: of the first day before joining, of the last day after leaving."""

    id: UUID
    version: int
    employee_no: str
    first_name: str
    last_name: str
    email: str
    status: EmployeeStatus
    date_of_joining: date
    last_day: date | None
    user_id: UUID | None
    holiday_list_id: UUID | None
    employment_type: EmploymentType
    department_id: UUID | None
    department: str | None
    position_id: UUID | None
    position: str | None
    manager_id: UUID | None
    manager: str | None


class EmployeeFilter(Input):
    """Every word of `q` is found in name, number or e-mail; a department includes those below it."""

    q: Annotated[str, StringConstraints(max_length=100, pattern=r"^[^\x00]*$")] | None = None
    department_id: UUID | None = None
    status: EmployeeStatus | None = None


class EmployeeQuery(ListQuery, EmployeeFilter):
    sort: Literal["name", "-name", "employee_no", "-employee_no", "date_of_joining", "-date_of_joining"] = (
        "name"
    )
