"""Second factors, recovery codes, when a session last proved itself, the organisation's rules."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    now = sa.text("now()")
    op.create_table(
        "totp_factors",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("secret_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", moment, nullable=False, server_default=now),
        sa.Column("confirmed_at", moment),
        sa.Column("last_used_step", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", name="pk_totp_factors"),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_totp_factors_user_id", ondelete="CASCADE"
        ),
    )
    op.create_table(
        "recovery_codes",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "code_hash", name="pk_recovery_codes"),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_recovery_codes_user_id", ondelete="CASCADE"
        ),
    )
    op.add_column("sessions", sa.Column("authenticated_at", moment, nullable=False, server_default=now))
    op.create_table(
        "settings",
        sa.Column("id", sa.Uuid(), nullable=False, server_default=sa.text("uuidv7()")),
        sa.Column("created_at", moment, nullable=False, server_default=now),
        sa.Column("updated_at", moment, nullable=False, server_default=now),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("mfa_roles", ARRAY(sa.String()), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_settings"),
    )
    op.create_index("uq_settings_only_one", "settings", [sa.text("(true)")], unique=True)
    op.execute("INSERT INTO settings (version, mfa_roles) VALUES (1, '{}')")


def downgrade() -> None:
    op.drop_table("settings")
    op.drop_column("sessions", "authenticated_at")
    op.drop_table("recovery_codes")
    op.drop_table("totp_factors")
