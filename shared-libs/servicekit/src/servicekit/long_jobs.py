"""Work that takes longer than a request: how far it has come, what it refused, and how to stop it.

It is done in portions. Each is a job, and a transaction of its own that asks for
the next, so progress shows while it lasts, a killed worker repeats one portion
only, and cancelling stops it between two.

    class ImportPortion(Portion):
        name = "hrms.import_portion"
        after: int = 0

    job = await long_jobs.start(session, ImportPortion, total=10_000)    # in the request: 202

    @handlers.does(ImportPortion)
    async def import_portion(session, portion, envelope):
        if await long_jobs.cancelled(session, portion):
            return
        ...
        await long_jobs.advance(session, portion, 500, following=portion.model_copy(...) if more else None)

A service that has such work names LONG_JOBS among its streams, before its own,
and `long_job_routes.long_jobs_router` among its routers.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from contracts.jobs import Job
from sqlalchemy import CheckConstraint, ForeignKey, Index, insert, select, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from servicekit import jobs
from servicekit.db import TYPES, Identified, TenantSession, tenant_metadata
from servicekit.migrations import Stream


class Base(DeclarativeBase):
    metadata = tenant_metadata()
    type_annotation_map = TYPES


class LongJob(Identified, Base):
    """`failed` when a portion was given up: replaying it from the dead letters goes on."""

    __tablename__ = "long_jobs"
    __table_args__ = (CheckConstraint("state IN ('running', 'done', 'failed', 'cancelled')", name="state"),)

    kind: Mapped[str]
    started_by: Mapped[UUID | None]
    state: Mapped[str]
    done: Mapped[int]
    total: Mapped[int]
    refused: Mapped[int]
    counts: Mapped[dict[str, int]] = mapped_column(JSONB)


class LongJobError(Identified, Base):
    """Something that was refused while the rest went on: a row of a file, say."""

    __tablename__ = "long_job_errors"
    __table_args__ = (Index("ix_long_job_errors_job_id_id", "job_id", "id"),)

    job_id: Mapped[UUID] = mapped_column(ForeignKey("long_jobs.id", ondelete="CASCADE"))
    row: Mapped[int | None]
    column: Mapped[str | None]
    code: Mapped[str]
    detail: Mapped[str]


LONG_JOBS = Stream("long_jobs", "tenant", Path(__file__).parent / "migrations/long_jobs", Base.metadata)


class Portion(Job):
    """Base of the jobs that do a stretch of long work. Its other fields say where the stretch begins."""

    weight = 1
    job_id: UUID


@dataclass(frozen=True)
class Refusal:
    """What was refused, and why; `row` counts from 1, as the person who made the file counts."""

    code: str
    detail: str
    row: int | None = None
    column: str | None = None


async def start(session: TenantSession, portion: type[Portion], *, total: int, **where: Any) -> LongJob:
    """Have long work done, if and when the session commits.

    Args:
        portion: the job that does its first stretch.
        total: steps there are; with none it is done at once.
        where: the portion's fields besides `job_id`.
    """
    job = LongJob(
        kind=portion.name,
        started_by=session.context.user_id,
        state="running" if total else "done",
        done=0,
        total=total,
        refused=0,
        counts={},
    )
    session.add(job)
    await session.flush()
    if total:
        jobs.add(session, portion(job_id=job.id, **where))
    return job


async def cancelled(session: TenantSession, portion: Portion) -> bool:
    """Whether the work was called off, or is gone: the portion does nothing then."""
    state = await session.scalar(select(LongJob.state).where(LongJob.id == portion.job_id))
    return state not in {"running", "failed"}


async def advance(
    session: TenantSession,
    portion: Portion,
    done: int,
    *,
    following: Portion | None,
    refused: Iterable[Refusal] = (),
    counts: Mapping[str, int] | None = None,
) -> None:
    """Note what a portion did, and ask for the next, in the portion's own transaction.

    Args:
        done: steps, refused ones included.
        following: the portion that comes next; None: this was the last.
        refused: what could not be done.
        counts: by name, added up over the portions, such as {"created": 480, "unchanged": 20}.
    """
    errors = [vars(refusal) | {"job_id": portion.job_id} for refusal in refused]
    if errors:
        await session.execute(insert(LongJobError), errors)
    job = await session.get_one(LongJob, portion.job_id, with_for_update=True, populate_existing=True)
    job.done += done
    job.total = max(job.total, job.done)  # more may have come since it was counted
    # A row with several errors is one step without effect.
    job.refused += len({error["row"] for error in errors} - {None}) + [e["row"] for e in errors].count(None)
    job.counts = {
        name: job.counts.get(name, 0) + (counts or {}).get(name, 0)
        for name in job.counts.keys() | (counts or {}).keys()
    }
    if job.state != "cancelled":
        job.state = "done" if following is None else "running"
    if following is not None:
        jobs.add(session, following)
    await session.flush()


async def give_up(session: TenantSession, portion: Portion) -> None:
    """Say that the work stands still: a portion failed for the last time."""
    await _change(session, portion.job_id, "failed")


async def cancel(session: TenantSession, job_id: UUID) -> None:
    """Stop the work after the portion that runs now. What is done stays done."""
    await _change(session, job_id, "cancelled")


async def _change(session: TenantSession, job_id: UUID, state: str) -> None:
    unfinished = LongJob.state.in_(["running", "failed"])
    await session.execute(update(LongJob).where(LongJob.id == job_id, unfinished).values(state=state))
