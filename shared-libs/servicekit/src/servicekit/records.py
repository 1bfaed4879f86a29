"""The kit's own tables: in `control`, and in every tenant's schema."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, LargeBinary, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from servicekit.db import TYPES, Identified, control_metadata, tenant_metadata

TenantStatus = Literal["active", "suspended", "deleted"]


class ControlBase(DeclarativeBase):
    metadata = control_metadata()
    type_annotation_map = TYPES


class TenantBase(DeclarativeBase):
    metadata = tenant_metadata()
    type_annotation_map = TYPES


class Tenant(ControlBase):
    """An organisation that this service serves. `revision` is the state of its schema."""

    __tablename__ = "tenant"
    __table_args__ = (CheckConstraint("status IN ('active', 'suspended', 'deleted')", name="status"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    status: Mapped[str] = mapped_column(server_default="active")
    revision: Mapped[str]
    name: Mapped[str]
    country: Mapped[str]
    currency: Mapped[str]
    time_zone: Mapped[str]
    locale: Mapped[str]
    version: Mapped[int] = mapped_column(server_default="0")  # of name, country, time zone and locale
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))


class Outgoing(Identified, ControlBase):
    """A fact or job on its way out: written with the data it tells of, sent by the relay.

    A fact that no service hears is as good as sent; like the others it is kept for a week.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        CheckConstraint("kind IN ('fact', 'job')", name="kind"),
        CheckConstraint("(kind = 'job') = (queue IS NOT NULL)", name="queue"),
        Index("ix_outbox_unsent", "due_at", "id", postgresql_where=text("sent_at IS NULL")),
        Index("ix_outbox_sent_at", "sent_at"),
    )

    kind: Mapped[str]
    queue: Mapped[str | None]  # the service that does a job; a fact goes to its subscribers
    tenant: Mapped[str]
    application: Mapped[str]
    type: Mapped[str]
    actor: Mapped[UUID | None]
    aggregate: Mapped[str]
    version: Mapped[int]
    data: Mapped[dict[str, Any]] = mapped_column(JSONB)
    trace: Mapped[str | None]
    weight: Mapped[int] = mapped_column(server_default="4")
    due_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    sent_at: Mapped[datetime | None]


class Handled(ControlBase):
    """A message that took effect here: the second delivery stops at this row."""

    __tablename__ = "inbox"
    __table_args__ = (Index("ix_inbox_handled_at", "handled_at"),)

    message_id: Mapped[UUID] = mapped_column(primary_key=True)
    handled_at: Mapped[datetime] = mapped_column(server_default=text("now()"))


class Broker(ControlBase):
    """The Redis server that was last sent to: one row. Another one may have lost what it was sent."""

    __tablename__ = "broker"
    __table_args__ = (CheckConstraint("id = 1", name="one"),)

    id: Mapped[int] = mapped_column(primary_key=True, server_default="1", autoincrement=False)
    run_id: Mapped[str]


class ScheduledRun(ControlBase):
    """The latest time at which a scheduled job was asked for, for all tenants of a time zone."""

    __tablename__ = "scheduled_run"

    job: Mapped[str] = mapped_column(primary_key=True)
    time_zone: Mapped[str] = mapped_column(primary_key=True)
    slot: Mapped[datetime]


class MigrationRun(Identified, ControlBase):
    """What became of one schema in one run of the migrations."""

    __tablename__ = "migration_run"

    schema: Mapped[str]
    revision: Mapped[str]
    error: Mapped[str | None]


class KeptAnswer:
    """The answer first given to a request that carried an Idempotency-Key."""

    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    request_hash: Mapped[bytes]
    status: Mapped[int]
    headers: Mapped[dict[str, str]] = mapped_column(JSONB)
    body: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"), index=True)


class IdempotentAnswer(KeptAnswer, TenantBase):
    __tablename__ = "idempotency"


class AuditEvent(Identified, TenantBase):
    """Something that somebody did. A trigger refuses every change."""

    __tablename__ = "audit_events"
    __table_args__ = (Index("ix_audit_events_created_at_id", "created_at", "id"),)

    actor: Mapped[UUID | None] = mapped_column(index=True)
    session_id: Mapped[UUID | None]
    action: Mapped[str]
    target: Mapped[str] = mapped_column(index=True)
    before: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    after: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    address: Mapped[str | None]
    request_id: Mapped[str | None]
