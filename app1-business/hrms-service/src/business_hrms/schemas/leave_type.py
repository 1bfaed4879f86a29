from decimal import Decimal
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, Field, model_validator
from servicekit.pagination import ListQuery
from servicekit.schemas import LEFT_OUT, Input, Name, Output

from business_hrms.schemas.day_count import DayCount, GivenDays
from business_hrms.schemas.leave_approval import Approval, LevelRead


def _step(value: Decimal) -> Decimal:
    if value not in _STEPS:
        raise ValueError("0.25, 0.5 or 1")
    return value


_STEPS = {Decimal("0.25"), Decimal("0.5"), Decimal(1)}
Rounding = Annotated[Decimal, AfterValidator(_step)]
PayShare = Annotated[Decimal, Field(gt=0, le=1, decimal_places=4)]
Expiry = Annotated[int, Field(ge=1, le=3660)]


class LeaveTypeWish(Input):
    """Terms of leave.

    Days are carried into the next allocation where `carry_forward_cap` or
    `max_balance` says how many. Leave that is partly paid has a `pay_share`. Unpaid
    leave needs no balance, unless `allow_negative` is false. Without `approval` the
    levels in the leave settings hold.
    """

    name: Name
    paid: bool
    pay_share: PayShare | None = None
    includes_holidays: bool = False
    max_balance: GivenDays | None = None
    max_consecutive_days: GivenDays | None = None
    carry_forward_cap: GivenDays | None = None
    carry_forward_expires_after_days: Expiry | None = None
    rounding: Rounding | None = None
    allow_negative: bool | None = None
    approval: Approval | None = None

    @model_validator(mode="after")
    def _unpaid_has_no_share(self) -> Self:
        if not self.paid and self.pay_share is not None:
            raise ValueError("unpaid leave has no pay_share")
        return self


class LeaveTypeChanges(Input):
    """What is left out stays. Allocations keep the terms that they were made on."""

    name: Name = LEFT_OUT
    includes_holidays: bool = LEFT_OUT
    max_balance: GivenDays | None = None
    max_consecutive_days: GivenDays | None = None
    carry_forward_cap: GivenDays | None = None
    carry_forward_expires_after_days: Expiry | None = None
    rounding: Rounding | None = None
    allow_negative: bool = LEFT_OUT
    approval: Approval | None = None


class LeaveTypeRead(Output):
    id: UUID
    version: int
    name: str
    paid: bool
    pay_share: DayCount
    includes_holidays: bool
    max_balance: DayCount | None
    max_consecutive_days: DayCount | None
    carry_forward_cap: DayCount | None
    carry_forward_expires_after_days: int | None
    rounding: DayCount | None
    allow_negative: bool
    approval: list[LevelRead] | None


class LeaveTypeQuery(ListQuery):
    sort: Literal["name", "-name"] = "name"
