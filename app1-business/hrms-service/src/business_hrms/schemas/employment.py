from datetime import date
from typing import Annotated
from uuid import UUID

from contracts.facts import EmploymentType
from pydantic import Field, StringConstraints
from servicekit.schemas import LEFT_OUT, Day, Input, Name, Output

Depth = Annotated[int, Field(ge=1, le=20)]


class JobChange(Input):
    """From `valid_from` on. What is left out stays as it was the day before; null clears it."""

    valid_from: Day
    department_id: UUID | None = None
    position: Name | None = None
    manager_id: UUID | None = None
    employment_type: EmploymentType = LEFT_OUT


class Termination(Input):
    last_day: Day
    reason: Annotated[str, StringConstraints(max_length=1000, pattern=r"^[^\x00]*$")] | None = None


class JobRead(Output):
    """A job and its days, both included; `valid_to` is null where no end is known."""

    id: UUID
    valid_from: date
    valid_to: date | None
    employment_type: EmploymentType
    department_id: UUID | None
    department: str | None
    position_id: UUID | None
    position: str | None
    manager_id: UUID | None
    manager: str | None


class History(Output):
    items: list[JobRead]


class OrgNode(Output):
    """A person of the org chart; `depth` counts from 1, `reports` are the direct ones."""

    id: UUID
    employee_no: str
    first_name: str
    last_name: str
    department_id: UUID | None
    department: str | None
    position: str | None
    manager_id: UUID | None
    depth: int
    reports: int


class OrgChart(Output):
    items: list[OrgNode]
