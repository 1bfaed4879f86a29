from typing import Annotated

from pydantic import Field
from servicekit.schemas import Input, Output

from business_hrms.schemas.leave_approval import Approval, LevelRead

Month = Annotated[int, Field(ge=1, le=12)]


class LeaveSettingsWish(Input):
    """`approval` holds for leave types that have none of their own; leave years begin with a month."""

    approval: Approval
    year_starts_in: Month = 1


class LeaveSettingsRead(Output):
    version: int
    approval: list[LevelRead]
    year_starts_in: int
