"""Who decides on leave where the type does not say: one row in every tenant's schema."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "leave_settings",
        sa.Column("id", sa.Uuid(), nullable=False, server_default=sa.text("uuidv7()")),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.text("now()")),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.text("now()")),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("approval", JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_leave_settings"),
    )
    op.execute(
        "INSERT INTO leave_settings (version, approval) "
        """VALUES (1, '[{"approver": "manager", "from_days": "0", "department_id": null}]')"""
    )
    op.alter_column("leave_types", "approval", nullable=True)
    op.execute(
        """UPDATE leave_types SET approval =
           (SELECT jsonb_agg(level || '{"department_id": null}') FROM jsonb_array_elements(approval) level)"""
    )


def downgrade() -> None:
    op.execute(
        "UPDATE leave_types SET approval = settings.approval FROM leave_settings settings "
        "WHERE leave_types.approval IS NULL"
    )
    op.alter_column("leave_types", "approval", nullable=False)
    op.drop_table("leave_settings")
