"""Facts out: written to the outbox in the data's own transaction."""

from datetime import UTC, datetime
from typing import Protocol
from uuid import UUID

from contracts.facts import Fact
from contracts.ids import Application
from sqlalchemy.ext.asyncio import AsyncSession
from structlog.contextvars import get_contextvars

from servicekit.db import TenantSession
from servicekit.fleet import fleet
from servicekit.records import Outgoing


class Aggregate(Protocol):
    """What a fact is about: a row with an id and a version."""

    @property
    def id(self) -> UUID: ...
    @property
    def version(self) -> int: ...


def add(session: TenantSession, fact: Fact, *, about: Aggregate) -> None:
    """Tell the other services a fact, if and when the session commits. Flush `about` first."""
    application, actor = application_of(session), session.context.user_id
    tell(
        session,
        fact,
        tenant=session.tenant,
        application=application,
        actor=actor,
        aggregate=str(about.id),
        version=about.version,
    )


def tell(
    session: AsyncSession,
    fact: Fact,
    *,
    tenant: str,
    application: Application,
    actor: UUID | None,
    aggregate: str,
    version: int,
) -> None:
    """`add` for those who have no tenant's session: the kit, about tenants themselves."""
    heard = fleet().hearing(application, fact.name)
    session.add(
        Outgoing(
            kind="fact",
            queue=None,
            tenant=tenant,
            application=application,
            type=fact.name,
            actor=actor,
            aggregate=aggregate,
            version=version,
            data=fact.model_dump(mode="json"),
            trace=get_contextvars().get("trace"),
            sent_at=None if heard else datetime.now(UTC),  # to nobody: nothing is left for the relay
        )
    )


def application_of(session: TenantSession) -> Application:
    """The application that the session's tenant belongs to."""
    application = session.context.application
    if application is None:
        raise LookupError("This session has no application.")
    return application
