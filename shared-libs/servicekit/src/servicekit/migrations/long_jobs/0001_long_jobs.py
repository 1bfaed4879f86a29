"""Long work and what it refused."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0001"
down_revision = None


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.execute("DROP TABLE IF EXISTS long_jobs")  # hrms had a simpler one of its own for a day
    op.create_table(
        "long_jobs",
        sa.Column("id", sa.Uuid(), nullable=False, server_default=sa.text("uuidv7()")),
        sa.Column("created_at", moment, nullable=False, server_default=sa.text("now()")),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("started_by", sa.Uuid()),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.Column("counts", JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_long_jobs"),
        sa.CheckConstraint(
            "state IN ('running', 'done', 'failed', 'cancelled')", name=op.f("ck_long_jobs_state")
        ),
    )
    op.create_table(
        "long_job_errors",
        sa.Column("id", sa.Uuid(), nullable=False, server_default=sa.text("uuidv7()")),
        sa.Column("created_at", moment, nullable=False, server_default=sa.text("now()")),
        sa.Column("job_id", sa.Uuid(), nullable=False),
        sa.Column("row", sa.Integer()),
        sa.Column("column", sa.String()),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("detail", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_long_job_errors"),
        sa.ForeignKeyConstraint(
            ["job_id"], ["long_jobs.id"], ondelete="CASCADE", name="fk_long_job_errors_job_id"
        ),
    )
    op.create_index("ix_long_job_errors_job_id_id", "long_job_errors", ["job_id", "id"])


def downgrade() -> None:
    op.drop_table("long_job_errors")
    op.drop_table("long_jobs")
