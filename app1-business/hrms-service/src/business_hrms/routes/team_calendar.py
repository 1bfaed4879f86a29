from typing import Annotated

from fastapi import Query, Response
from servicekit.access import needs
from servicekit.edge import ReadSession, Router, answer

from business_hrms.schemas.team_calendar import CalendarQuery, TeamCalendar
from business_hrms.services import team_calendar as calendars

router = Router("hrms", tags=["team calendar"])


@router.get("/team-calendar", dependencies=[needs("hrms.leave.use")], response_model=TeamCalendar)
async def get_team_calendar(query: Annotated[CalendarQuery, Query()], session: ReadSession) -> Response:
    """Who is away: oneself, those below, everybody where one sees all, and, without details, one's team."""
    return answer(await calendars.team_calendar(session, query))
