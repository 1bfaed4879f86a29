"""Rows of files of employees that wait to take effect."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "import_steps",
        sa.Column("job_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("step", JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("job_id", "position", name="pk_import_steps"),
    )


def downgrade() -> None:
    op.drop_table("import_steps")
