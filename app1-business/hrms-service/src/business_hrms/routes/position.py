from typing import Annotated
from uuid import UUID

from fastapi import Query, Response
from servicekit.access import needs
from servicekit.db import found
from servicekit.edge import ExpectedVersion, ReadSession, Router, TenantSession, answer, etag
from servicekit.errors import documented
from servicekit.pagination import Page

from business_hrms.models.position import Position
from business_hrms.schemas.position import PositionQuery, PositionRead, PositionWish
from business_hrms.services import position as positions
from business_hrms.services.position import PositionInUse, PositionNameTaken

router = Router("hrms", tags=["positions"])


@router.get("/positions", dependencies=[needs("hrms.structure.read")], response_model=Page[PositionRead])
async def list_positions(query: Annotated[PositionQuery, Query()], session: ReadSession) -> Response:
    return answer(await positions.listing(session, query))


@router.post(
    "/positions",
    status_code=201,
    dependencies=[needs("hrms.structure.write")],
    responses=documented(PositionNameTaken),
)
async def create_position(wish: PositionWish, session: TenantSession, response: Response) -> PositionRead:
    """Add a position. Hiring adds one too, where it names one that is not there."""
    position = await positions.create(session, wish)
    response.headers["Location"] = f"/hrms/positions/{position.id}"
    response.headers["ETag"] = etag(position.version)
    return PositionRead.model_validate(position)


@router.get("/positions/{position_id}", dependencies=[needs("hrms.structure.read")])
async def get_position(position_id: UUID, session: ReadSession, response: Response) -> PositionRead:
    position = await found(session, Position, position_id)
    response.headers["ETag"] = etag(position.version)
    return PositionRead.model_validate(position)


@router.patch(
    "/positions/{position_id}",
    dependencies=[needs("hrms.structure.write")],
    responses=documented(PositionNameTaken),
)
async def rename_position(
    position_id: UUID,
    wish: PositionWish,
    version: ExpectedVersion,
    session: TenantSession,
    response: Response,
) -> PositionRead:
    """Rename a position, in past jobs too."""
    position = await positions.rename(session, position_id, wish, version)
    response.headers["ETag"] = etag(position.version)
    return PositionRead.model_validate(position)


@router.delete(
    "/positions/{position_id}",
    status_code=204,
    dependencies=[needs("hrms.structure.write")],
    responses=documented(PositionInUse),
)
async def delete_position(position_id: UUID, session: TenantSession) -> None:
    """Remove a position that no job has ever had."""
    await positions.remove(session, position_id)
