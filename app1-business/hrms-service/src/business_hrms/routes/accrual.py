from fastapi import Response
from servicekit.access import needs
from servicekit.edge import Router, TenantSession
from servicekit.long_job_routes import LongJobRead, accepted

from business_hrms.schemas.accrual import AccrualRun
from business_hrms.services import accrual

router = Router("hrms", tags=["accruals"])


@router.post("/accruals/run", status_code=202, dependencies=[needs("hrms.leave.manage")])
async def run_accruals(run: AccrualRun, session: TenantSession, response: Response) -> LongJobRead:
    """Credit what was earned up to a day. Again is the same as once."""
    return accepted("hrms", await accrual.start(session, run.as_of), response)
