"""Routes of long work, for services that have any. Whoever started it sees it, nobody else."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import Query, Response
from pydantic import AwareDatetime
from sqlalchemy import select

from servicekit import db, long_jobs
from servicekit.access import signed_in
from servicekit.edge import Actor, ReadSession, Router, TenantSession, answer
from servicekit.errors import NotFound
from servicekit.long_jobs import LongJob, LongJobError
from servicekit.pagination import ListQuery, Page, page
from servicekit.schemas import Output


class LongJobRead(Output):
    """`done` of `total` steps, `refused` of them without effect; `counts` depend on the kind of work."""

    id: UUID
    kind: str
    state: Literal["running", "done", "failed", "cancelled"]
    done: int
    total: int
    refused: int
    counts: dict[str, int]
    created_at: AwareDatetime
    errors_url: str | None


class LongJobErrorRead(Output):
    """`row` counts from 1; null where the error is the whole file's."""

    id: UUID
    row: int | None
    column: str | None
    code: str
    detail: str


def shown(prefix: str, job: LongJob) -> LongJobRead:
    """How far a job has come, as its route tells it."""
    errors_url = f"/{prefix}/jobs/{job.id}/errors" if job.refused else None
    return LongJobRead.model_validate(
        {name: getattr(job, name) for name in LongJobRead.model_fields if name != "errors_url"}
        | {"errors_url": errors_url}
    )


def accepted(prefix: str, job: LongJob, response: Response) -> LongJobRead:
    """The answer to the request that started it; the route's status code is 202."""
    response.headers["Location"] = f"/{prefix}/jobs/{job.id}"
    return shown(prefix, job)


def long_jobs_router(prefix: str) -> Router:
    router = Router(prefix, tags=["jobs"])

    @router.get("/jobs/{job_id}", dependencies=[signed_in()])
    async def get_job(job_id: UUID, session: ReadSession, actor: Actor) -> LongJobRead:
        """How far long work has come."""
        return shown(prefix, await _own(session, job_id, actor.user_id))

    @router.get("/jobs/{job_id}/errors", dependencies=[signed_in()], response_model=Page[LongJobErrorRead])
    async def list_job_errors(
        job_id: UUID, session: ReadSession, actor: Actor, query: Annotated[ListQuery, Query()]
    ) -> Response:
        """What long work refused, in the order in which it came to it."""
        await _own(session, job_id, actor.user_id)
        columns = LongJobError.__table__.c
        wanted = select(*(columns[name] for name in LongJobErrorRead.model_fields))
        found = await page(
            session, wanted.where(columns.job_id == job_id), query, key=columns.id, id_=columns.id
        )
        return answer(found)

    @router.post("/jobs/{job_id}/cancel", dependencies=[signed_in()])
    async def cancel_job(job_id: UUID, session: TenantSession, actor: Actor) -> LongJobRead:
        """Stop long work after the step that runs now. What is done stays done; what is finished stays so."""
        job = await _own(session, job_id, actor.user_id)
        await long_jobs.cancel(session, job_id)
        await session.refresh(job)
        return shown(prefix, job)

    return router


async def _own(session: db.TenantSession | db.ReadSession, job_id: UUID, user: UUID | None) -> LongJob:
    job = await db.found(session, LongJob, job_id)
    if job.started_by != user:
        raise NotFound
    return job
