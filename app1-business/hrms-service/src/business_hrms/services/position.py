"""Positions."""

from typing import Any
from uuid import UUID

from servicekit import audit
from servicekit.db import ReadSession, TenantSession, assign, locked, refusing
from servicekit.errors import Conflict
from servicekit.pagination import page
from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import insert

from business_hrms.models.position import Position
from business_hrms.schemas.position import PositionQuery, PositionWish


class PositionNameTaken(Conflict):
    code = "hrms.position_name_taken"

    def __init__(self) -> None:
        super().__init__("Another position has this name.")


class PositionInUse(Conflict):
    code = "hrms.position_in_use"

    def __init__(self) -> None:
        super().__init__("Jobs have this position, past ones included.")


_NAME_TAKEN = {"uq_positions_name": PositionNameTaken}
_IN_USE = {"fk_employment_records_position_id": PositionInUse}


async def listing(session: ReadSession, query: PositionQuery) -> dict[str, Any]:
    key = func.lower(Position.name).label("_name")
    statement = select(Position.id, Position.name, Position.version, key)
    return await page(
        session, statement, query, key=key, id_=Position.__table__.c.id, descending=query.sort == "-name"
    )


async def create(session: TenantSession, wish: PositionWish) -> Position:
    position = Position(name=wish.name)
    session.add(position)
    async with refusing(_NAME_TAKEN):
        await session.flush()
    audit.add(session, "hrms.position_created", target=f"position:{position.id}", after={"name": wish.name})
    return position


async def rename(session: TenantSession, position_id: UUID, wish: PositionWish, version: int) -> Position:
    position = await locked(session, Position, position_id, version=version)
    before = assign(position, {"name": wish.name})
    async with refusing(_NAME_TAKEN):
        await session.flush()
    target = f"position:{position_id}"
    audit.add(session, "hrms.position_renamed", target=target, before=before, after={"name": wish.name})
    return position


async def remove(session: TenantSession, position_id: UUID) -> None:
    position = await locked(session, Position, position_id)
    await session.delete(position)
    async with refusing(_IN_USE):
        await session.flush()
    before = {"name": position.name}
    audit.add(session, "hrms.position_removed", target=f"position:{position_id}", before=before)


async def named(session: TenantSession, name: str) -> UUID:
    """The id of the position with this name in any case, made if there is none."""
    there = (
        select(Position.id)
        .where(func.lower(Position.name) == func.lower(name))
        .with_for_update(read=True, key_share=True)
    )
    make = (
        insert(Position)
        .values(name=name, version=1)
        .on_conflict_do_nothing(index_elements=[text("lower(name)")])
        .returning(Position.id)
    )
    while True:  # until it was there or is made, whatever others make and delete meanwhile
        if id_ := await session.scalar(there) or await session.scalar(make):
            return id_
