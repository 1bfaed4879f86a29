"""Tenants, outbox, inbox and the record of migration runs."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0001"
down_revision = None


def upgrade() -> None:
    now = sa.text("now()")
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "tenant",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False, server_default="active"),
        sa.Column("revision", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("country", sa.String(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("time_zone", sa.String(), nullable=False),
        sa.Column("locale", sa.String(), nullable=False),
        sa.Column("created_at", moment, nullable=False, server_default=now),
        sa.PrimaryKeyConstraint("id", name="pk_tenant"),
        sa.CheckConstraint("status IN ('active', 'suspended', 'deleted')", name="ck_tenant_status"),
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.Uuid(), nullable=False, server_default=sa.text("uuidv7()")),
        sa.Column("created_at", moment, nullable=False, server_default=now),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("queue", sa.String()),
        sa.Column("tenant", sa.String(), nullable=False),
        sa.Column("application", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("actor", sa.Uuid()),
        sa.Column("aggregate", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("data", JSONB(), nullable=False),
        sa.Column("trace", sa.String()),
        sa.Column("sent_at", moment),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sa.CheckConstraint("kind IN ('fact', 'job')", name="ck_outbox_kind"),
        sa.CheckConstraint("(kind = 'job') = (queue IS NOT NULL)", name="ck_outbox_queue"),
    )
    op.create_index("ix_outbox_unsent", "outbox", ["id"], postgresql_where=sa.text("sent_at IS NULL"))
    op.create_index("ix_outbox_sent_at", "outbox", ["sent_at"])
    op.execute(
        "CREATE FUNCTION outbox_wake() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN NOTIFY outbox; RETURN NULL; END $$"
    )
    op.execute(
        "CREATE TRIGGER outbox_wake AFTER INSERT ON outbox FOR EACH STATEMENT EXECUTE FUNCTION outbox_wake()"
    )
    op.create_table(
        "inbox",
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("handled_at", moment, nullable=False, server_default=now),
        sa.PrimaryKeyConstraint("message_id", name="pk_inbox"),
    )
    op.create_index("ix_inbox_handled_at", "inbox", ["handled_at"])
    op.create_table(
        "migration_run",
        sa.Column("id", sa.Uuid(), nullable=False, server_default=sa.text("uuidv7()")),
        sa.Column("created_at", moment, nullable=False, server_default=now),
        sa.Column("schema", sa.String(), nullable=False),
        sa.Column("revision", sa.String(), nullable=False),
        sa.Column("error", sa.String()),
        sa.PrimaryKeyConstraint("id", name="pk_migration_run"),
    )


def downgrade() -> None:
    for table in ("migration_run", "inbox", "outbox", "tenant"):
        op.drop_table(table)
    op.execute("DROP FUNCTION outbox_wake()")
