from typing import Annotated
from uuid import UUID

from fastapi import Query, Response
from servicekit.access import needs
from servicekit.edge import ReadSession, Router, TenantSession, answer, etag
from servicekit.errors import documented
from servicekit.pagination import Page

from school_libraries.schemas.loan import LoanExplained, LoanQuery, LoanRead, LoansTaken, RunningLoans
from school_libraries.services import loan as loans
from school_libraries.services import takeover
from school_libraries.services.lending import CopyNotAvailable, CopyOnLoan
from school_libraries.services.patron import PatronUnknown
from school_libraries.services.shelf import CopyUnknown

router = Router("libraries", tags=["loans"])


@router.get("/loans", dependencies=[needs("libraries.loan.use")], response_model=Page[LoanRead])
async def list_loans(query: Annotated[LoanQuery, Query()], session: ReadSession) -> Response:
    """Loans: one's own, or all where one serves."""
    return answer(await loans.listing(session, query))


@router.post(
    "/loans/takeover",
    dependencies=[needs("libraries.loan.manage")],
    responses=documented(CopyUnknown, PatronUnknown, CopyOnLoan, CopyNotAvailable),
)
async def take_over_loans(wish: RunningLoans, session: TenantSession) -> LoansTaken:
    """Enter loans that run in the system a school comes from: all of them, or none.

    Due dates are taken as they are; limits are not asked.
    """
    return LoansTaken(taken=await takeover.take_over(session, wish))


@router.get("/loans/{loan_id}", dependencies=[needs("libraries.loan.use")])
async def get_loan(loan_id: UUID, session: ReadSession, response: Response) -> LoanRead:
    loan = await loans.one(session, loan_id)
    response.headers["ETag"] = etag(loan.version)
    return loan


@router.get("/loans/{loan_id}/explain", dependencies=[needs("libraries.loan.use")])
async def explain_loan(loan_id: UUID, session: ReadSession) -> LoanExplained:
    """How the due date came about, and what is owed today for being late."""
    return await loans.explained(session, loan_id)
