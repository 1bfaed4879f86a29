"""Leave types."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from servicekit import audit
from servicekit.db import ReadSession, TenantSession, locked, refusing
from servicekit.errors import Conflict, Unprocessable
from servicekit.pagination import page
from sqlalchemy import func, select

from business_hrms.models.leave_type import LeaveType
from business_hrms.schemas.leave_approval import Approval
from business_hrms.schemas.leave_type import LeaveTypeChanges, LeaveTypeQuery, LeaveTypeWish
from business_hrms.services import leave_settings


class LeaveTypeNameTaken(Conflict):
    code = "hrms.leave_type_name_taken"

    def __init__(self) -> None:
        super().__init__("Another leave type has this name.")


class LeaveTypeInUse(Conflict):
    code = "hrms.leave_type_in_use"

    def __init__(self) -> None:
        super().__init__("There are allocations, requests or policies of this type.")


class LeaveTypeUnknown(Unprocessable):
    code = "hrms.leave_type_unknown"

    def __init__(self) -> None:
        super().__init__("There is no such leave type.")


_NAME_TAKEN = {"uq_leave_types_name": LeaveTypeNameTaken}
_IN_USE = {
    "fk_leave_allocations_leave_type_id": LeaveTypeInUse,
    "fk_leave_policy_lines_leave_type_id": LeaveTypeInUse,
    "fk_leave_requests_leave_type_id": LeaveTypeInUse,
}


async def listing(session: ReadSession, query: LeaveTypeQuery) -> dict[str, Any]:
    types = LeaveType.__table__.c
    key = func.lower(types.name).label("_name")
    statement = select(
        types.id,
        types.version,
        types.name,
        (types.pay_share > 0).label("paid"),
        types.pay_share,
        types.includes_holidays,
        types.max_balance,
        types.max_consecutive_days,
        types.carry_forward_cap,
        types.carry_forward_expires_after_days,
        types.rounding,
        types.allow_negative,
        types.approval,
        key,
    )
    return await page(session, statement, query, key=key, id_=types.id, descending=query.sort == "-name")


async def create(session: TenantSession, wish: LeaveTypeWish) -> LeaveType:
    values = wish.model_dump(exclude={"paid", "pay_share", "allow_negative", "approval"})
    made = LeaveType(
        **values,
        pay_share=wish.pay_share or Decimal(wish.paid),
        allow_negative=not wish.paid if wish.allow_negative is None else wish.allow_negative,
        approval=await _levels(session, wish.approval),
    )
    session.add(made)
    async with refusing(_NAME_TAKEN):
        await session.flush()
    audit.add(
        session, "hrms.leave_type_created", target=f"leave_type:{made.id}", after=wish.model_dump(mode="json")
    )
    return made


async def change(session: TenantSession, type_id: UUID, changes: LeaveTypeChanges, version: int) -> LeaveType:
    """Change a type. Allocations keep the terms that they were made on."""
    leave_type = await locked(session, LeaveType, type_id, version=version)
    given = changes.model_dump(exclude_unset=True, exclude={"approval"})
    if "approval" in changes.model_fields_set:
        given["approval"] = await _levels(session, changes.approval)
    before = {name: getattr(leave_type, name) for name in given}
    for name, value in given.items():
        setattr(leave_type, name, value)
    async with refusing(_NAME_TAKEN):
        await session.flush()
    audit.add(session, "hrms.leave_type_changed", target=f"leave_type:{type_id}", before=before, after=given)
    return leave_type


async def remove(session: TenantSession, type_id: UUID) -> None:
    leave_type = await locked(session, LeaveType, type_id)
    await session.delete(leave_type)
    async with refusing(_IN_USE):
        await session.flush()
    before = {"name": leave_type.name}
    audit.add(session, "hrms.leave_type_removed", target=f"leave_type:{type_id}", before=before)


async def _levels(session: TenantSession, approval: Approval | None) -> list[dict[str, Any]] | None:
    return None if approval is None else await leave_settings.stored(session, approval)
