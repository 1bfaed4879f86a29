from fastapi import Response
from servicekit.access import needs
from servicekit.edge import Router, TenantSession, etag
from servicekit.errors import documented

from school_libraries.schemas.loan import BorrowWish, Lent, RenewWish, Returned, ReturnWish
from school_libraries.services import lending, returning
from school_libraries.services.branch import BranchUnknown
from school_libraries.services.lending import (
    CopyNotAvailable,
    CopyOnHold,
    CopyOnLoan,
    LoanEnded,
    LoanRefused,
    RenewalRefused,
)
from school_libraries.services.patron import NotYours, PatronPending, PatronUnknown
from school_libraries.services.refusal import OverrideNotAllowed
from school_libraries.services.returning import CopyNotOnLoan
from school_libraries.services.shelf import CopyUnknown

router = Router("libraries", tags=["circulation"])


@router.post(
    "/borrow",
    status_code=201,
    dependencies=[needs("libraries.loan.use")],
    responses=documented(
        CopyUnknown,
        PatronUnknown,
        PatronPending,
        NotYours,
        BranchUnknown,
        CopyOnLoan,
        CopyOnHold,
        CopyNotAvailable,
        LoanRefused,
        OverrideNotAllowed,
    ),
)
async def borrow(wish: BorrowWish, session: TenantSession, response: Response) -> Lent:
    """Lend a copy to the signed-in patron, or to the one whom staff names by id or card."""
    lent = await lending.borrow(session, wish)
    response.headers["Location"] = f"/libraries/loans/{lent.loan.id}"
    response.headers["ETag"] = etag(lent.loan.version)
    return lent


@router.post(
    "/return",
    dependencies=[needs("libraries.loan.use")],
    responses=documented(CopyUnknown, NotYours, BranchUnknown, CopyNotOnLoan),
)
async def give_back(wish: ReturnWish, session: TenantSession) -> Returned:
    """Take a copy back: one's own, or any where one serves. Says what is owed, and for whom it lies ready."""
    return await returning.give_back(session, wish)


@router.post(
    "/renew",
    dependencies=[needs("libraries.loan.use")],
    responses=documented(LoanEnded, RenewalRefused, OverrideNotAllowed),
)
async def renew(wish: RenewWish, session: TenantSession) -> Lent:
    """Keep a copy for another period."""
    return await lending.renew(session, wish)
