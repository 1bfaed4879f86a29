from uuid import UUID

from fastapi import Response
from servicekit.access import needs
from servicekit.db import found
from servicekit.edge import ReadSession, Router, TenantSession

from business_hrms.models.long_job import LongJob
from business_hrms.schemas.accrual import AccrualRun, LongJobRead
from business_hrms.services import accrual

router = Router("hrms", tags=["accruals"])


@router.post("/accruals/run", status_code=202, dependencies=[needs("hrms.leave.manage")])
async def run_accruals(run: AccrualRun, session: TenantSession, response: Response) -> LongJobRead:
    """Credit what was earned up to a day. Again is the same as once."""
    job = await accrual.start(session, run.as_of)
    response.headers["Location"] = f"/hrms/jobs/{job.id}"
    return LongJobRead.model_validate(job)


@router.get("/jobs/{job_id}", dependencies=[needs("hrms.leave.manage")])
async def get_job(job_id: UUID, session: ReadSession) -> LongJobRead:
    """How far long work has come."""
    return LongJobRead.model_validate(await found(session, LongJob, job_id))
