"""Background jobs: asked for in the data's own transaction, done by a worker."""

from contracts.jobs import Job
from structlog.contextvars import get_contextvars

from servicekit.db import TenantSession
from servicekit.facts import application_of
from servicekit.fleet import fleet
from servicekit.records import Outgoing


def add(session: TenantSession, job: Job) -> None:
    """Have a job done, if and when the session commits.

    Raises:
        LookupError: the application has no service for the job's module.
    """
    application = application_of(session)
    doer = session.service
    if job.module is not None:
        entry = fleet().at(application, job.module)
        if entry is None:
            raise LookupError(f"The {application} application has no {job.module}.")
        doer = entry.name
    session.add(
        Outgoing(
            kind="job",
            queue=doer,
            tenant=session.tenant,
            application=application,
            type=job.name,
            actor=session.context.user_id,
            aggregate="",
            version=0,
            data=job.model_dump(mode="json"),
            trace=get_contextvars().get("trace"),
        )
    )
