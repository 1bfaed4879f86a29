from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import Query, Response
from servicekit.access import needs
from servicekit.edge import ReadSession, Router
from servicekit.file_routes import TABLES, table
from servicekit.schemas import Output

from business_hrms.schemas.report import (
    Form,
    Headcount,
    HeadcountLine,
    HeadcountQuery,
    LeaveBalanceLine,
    LeaveBalanceQuery,
    LeaveBalances,
    MonthsQuery,
    Movement,
    Movements,
    Period,
)
from business_hrms.services import leave_balance
from business_hrms.services import report as reports

router = Router("hrms", tags=["reports"])

_ALLOWED = needs("hrms.report.read")


@router.get("/reports/headcount", dependencies=[_ALLOWED], response_model=Headcount, responses=TABLES)
async def report_headcount(
    query: Annotated[HeadcountQuery, Query()], session: ReadSession
) -> Headcount | Response:
    """How many are employed on a day, by department, position or type of employment."""
    lines = await reports.headcount(session, query)
    return _table("headcount", HeadcountLine, lines, query.form) or Headcount(items=lines)


@router.get(
    "/reports/headcount-by-month", dependencies=[_ALLOWED], response_model=Headcount, responses=TABLES
)
async def report_headcount_by_month(
    query: Annotated[MonthsQuery, Query()], session: ReadSession
) -> Headcount | Response:
    """The same at the end of each month that the period touches."""
    lines = await reports.headcount_by_month(session, query)
    return _table("headcount-by-month", HeadcountLine, lines, query.form) or Headcount(items=lines)


@router.get(
    "/reports/joiners-and-leavers", dependencies=[_ALLOWED], response_model=Movements, responses=TABLES
)
async def report_joiners_and_leavers(
    query: Annotated[Period, Query()], session: ReadSession
) -> Movements | Response:
    """Whose first or last day lies in a period, by day, with the job of that day."""
    lines = await reports.movements(session, query)
    joined = sum(line.kind == "joined" for line in lines)
    return _table("joiners-and-leavers", Movement, lines, query.form) or Movements(
        joined=joined, left=len(lines) - joined, items=lines
    )


@router.get(
    "/reports/leave-balances", dependencies=[_ALLOWED], response_model=LeaveBalances, responses=TABLES
)
async def report_leave_balances(
    query: Annotated[LeaveBalanceQuery, Query()], session: ReadSession
) -> LeaveBalances | Response:
    """Everybody's leave on a day, by employee number."""
    lines = await leave_balance.report(session, query.as_of)
    return _table("leave-balances", LeaveBalanceLine, lines, query.form) or LeaveBalances(items=lines)


def _table(name: str, line: type[Output], rows: Sequence[Any], form: Form) -> Response | None:
    """The rows as a file, where one is asked for; its columns are the fields of `line`."""
    if form == "json":
        return None
    columns = list(line.model_fields)
    return table(name, [columns, *([getattr(row, column) for column in columns] for row in rows)], form)
