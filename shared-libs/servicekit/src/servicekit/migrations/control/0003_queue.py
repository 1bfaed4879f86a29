"""Jobs for later, jobs by schedule, and what is known of Redis; constraints by their right names."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    moment, now = sa.DateTime(timezone=True), sa.text("now()")
    for table, name in (("tenant", "status"), ("outbox", "kind"), ("outbox", "queue")):
        op.execute(f"ALTER TABLE {table} RENAME CONSTRAINT ck_{table}_ck_{table}_{name} TO ck_{table}_{name}")
    op.add_column("outbox", sa.Column("weight", sa.Integer(), nullable=False, server_default="4"))
    op.add_column("outbox", sa.Column("due_at", moment, nullable=False, server_default=now))
    op.drop_index("ix_outbox_unsent", "outbox")
    op.create_index(
        "ix_outbox_unsent", "outbox", ["due_at", "id"], postgresql_where=sa.text("sent_at IS NULL")
    )
    op.create_table(
        "broker",
        sa.Column("id", sa.Integer(), nullable=False, server_default="1"),
        sa.Column("run_id", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_broker"),
        sa.CheckConstraint("id = 1", name=op.f("ck_broker_one")),
    )
    op.create_table(
        "scheduled_run",
        sa.Column("job", sa.String(), nullable=False),
        sa.Column("time_zone", sa.String(), nullable=False),
        sa.Column("slot", moment, nullable=False),
        sa.PrimaryKeyConstraint("job", "time_zone", name="pk_scheduled_run"),
    )


def downgrade() -> None:
    op.drop_table("scheduled_run")
    op.drop_table("broker")
    op.drop_index("ix_outbox_unsent", "outbox")
    op.drop_column("outbox", "due_at")
    op.drop_column("outbox", "weight")
    op.create_index("ix_outbox_unsent", "outbox", ["id"], postgresql_where=sa.text("sent_at IS NULL"))
    for table, name in (("tenant", "status"), ("outbox", "kind"), ("outbox", "queue")):
        op.execute(f"ALTER TABLE {table} RENAME CONSTRAINT ck_{table}_{name} TO ck_{table}_ck_{table}_{name}")
