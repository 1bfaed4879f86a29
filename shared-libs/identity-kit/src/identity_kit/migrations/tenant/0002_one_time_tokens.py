"""One-time tokens for mails; whether an address is known to be the account's own."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.add_column("users", sa.Column("email_verified_at", moment))
    op.execute(
        "INSERT INTO control.account_address"
        " SELECT lower(email), substr(current_schema(), length('tenant_') + 1) FROM users"
    )
    op.create_table(
        "one_time_tokens",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", moment, nullable=False),
        sa.PrimaryKeyConstraint("user_id", "purpose", name="pk_one_time_tokens"),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_one_time_tokens_user_id", ondelete="CASCADE"
        ),
        sa.UniqueConstraint("token_hash", name="uq_one_time_tokens_token_hash"),
        sa.CheckConstraint(
            "purpose IN ('password_reset', 'email_verification')", name="ck_one_time_tokens_purpose"
        ),
    )


def downgrade() -> None:
    op.drop_table("one_time_tokens")
    op.drop_column("users", "email_verified_at")
