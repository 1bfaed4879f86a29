from typing import Literal
from uuid import UUID

from servicekit.schemas import Day, Input, Output


class AccrualRun(Input):
    as_of: Day


class LongJobRead(Output):
    """`done` of `total` steps."""

    id: UUID
    state: Literal["running", "done"]
    done: int
    total: int
    errors_url: str | None
