"""Background jobs: asked for in the data's own transaction, done by a worker."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from contracts.jobs import Job
from sqlalchemy.dialects.postgresql import insert
from structlog.contextvars import get_contextvars

from servicekit.db import TenantSession
from servicekit.facts import application_of
from servicekit.fleet import fleet
from servicekit.records import Outgoing

_KEYS = UUID("5c1f2f0e-6a55-4ac5-9f5e-0d2f3ad1c8a7")


def add(session: TenantSession, job: Job, *, at: datetime | None = None) -> None:
    """Have a job done, if and when the session commits.

    Args:
        at: not before this moment; a second early or late. It waits in the outbox until then.

    Raises:
        LookupError: the application has no service for the job's module.
    """
    row = _row(session, job)
    session.add(Outgoing(**row) if at is None else Outgoing(**row, due_at=at))


async def add_once(session: TenantSession, job: Job, *, key: str, at: datetime | None = None) -> bool:
    """`add`, unless this service asked in the last seven days for this tenant's job of that name and key.

    Returns:
        Whether it was asked for now.
    """
    row = _row(session, job)
    id_ = uuid5(_KEYS, f"{session.service}|{session.tenant}|{job.name}|{key}")
    values = {**row, "id": id_} | ({} if at is None else {"due_at": at})
    statement = insert(Outgoing).values(values).on_conflict_do_nothing(index_elements=[Outgoing.id])
    return await session.scalar(statement.returning(Outgoing.id)) is not None


def _row(session: TenantSession, job: Job) -> dict[str, Any]:
    application = application_of(session)
    doer = session.service
    if job.module is not None:
        entry = fleet().at(application, job.module)
        if entry is None:
            raise LookupError(f"The {application} application has no {job.module}.")
        doer = entry.name
    return {
        "kind": "job",
        "queue": doer,
        "tenant": session.tenant,
        "application": application,
        "type": job.name,
        "actor": session.context.user_id,
        "aggregate": "",
        "version": 0,
        "data": job.model_dump(mode="json"),
        "trace": get_contextvars().get("trace"),
        "weight": job.weight,
    }
