from typing import Annotated

from fastapi import Query, Response
from servicekit.edge import ReadSession, Router, answer
from servicekit.pagination import Page

from business_chat.routes.channel import USES
from business_chat.schemas.person import PersonQuery, PersonRead
from business_chat.services import person as people

router = Router("chat", tags=["people"])


@router.get("/people", dependencies=[USES], response_model=Page[PersonRead])
async def list_people(query: Annotated[PersonQuery, Query()], session: ReadSession) -> Response:
    """Whom one can write to, by handle; those named by `id` also where their account is closed."""
    return answer(await people.listing(session, query))
