from typing import Annotated, Self

from pydantic import AwareDatetime, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError
from servicekit.schemas import Input, Output, TimeZone

Clock = Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]


class QuietHours(Input):
    """Every day from one time to another, over midnight where it is the earlier one.

    `time_zone` null is the organisation's.
    """

    from_: Clock = Field(alias="from")
    to: Clock
    time_zone: TimeZone | None = None

    @model_validator(mode="after")
    def _last(self) -> Self:
        if self.from_ == self.to:
            raise PydanticCustomError("quiet_hours", "Quiet hours begin and end at different times.")
        return self


class SettingsWish(Input):
    """`mail_after` is how many minutes something waits unread before a mail tells of it."""

    snooze_until: AwareDatetime | None
    quiet_hours: QuietHours | None
    mail: bool
    mail_after: int = Field(ge=1, le=120)


class SettingsRead(Output):
    """`version` 0: nothing was decided yet."""

    snooze_until: AwareDatetime | None
    quiet_hours: QuietHours | None
    mail: bool
    mail_after: int
    version: int
