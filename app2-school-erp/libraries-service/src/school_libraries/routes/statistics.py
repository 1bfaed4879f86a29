from typing import Annotated

from fastapi import Query
from fastapi.responses import StreamingResponse
from servicekit.access import needs
from servicekit.edge import ReadSession, ReadSessions, Router

from school_libraries.schemas.loan import LoanFilter
from school_libraries.schemas.statistics import StatisticsQuery, StatisticsRead
from school_libraries.services import statistics

router = Router("libraries", tags=["statistics"])


@router.get("/statistics", dependencies=[needs("libraries.statistics.read")])
async def get_statistics(query: Annotated[StatisticsQuery, Query()], session: ReadSession) -> StatisticsRead:
    """Loans by branch, patron category or item type; each row leads to the loans that it counts."""
    return StatisticsRead(items=await statistics.counted(session, query))


@router.get(
    "/statistics/loans.csv",
    dependencies=[needs("libraries.statistics.read")],
    response_class=StreamingResponse,
    responses={200: {"content": {"text/csv": {}}}},
)
async def export_loans(wanted: Annotated[LoanFilter, Query()], sessions: ReadSessions) -> StreamingResponse:
    """The same loans as the list, all of them, as CSV in UTF-8 with a byte order mark."""
    return StreamingResponse(
        statistics.as_csv(sessions, wanted),
        media_type="text/csv",
        headers={"Content-Disposition": 'attachment; filename="loans.csv"'},
    )
