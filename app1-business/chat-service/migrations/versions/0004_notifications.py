"""What people want to be told of, and what mails have told."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column(
        "channel_members", sa.Column("notify", sa.String(), nullable=False, server_default="mentions")
    )
    op.add_column(
        "channel_members", sa.Column("mailed_seq", sa.BigInteger(), nullable=False, server_default="0")
    )
    op.create_check_constraint(
        "ck_channel_members_notify", "channel_members", "notify IN ('all', 'mentions', 'nothing')"
    )
    op.execute(
        "UPDATE channel_members SET notify = 'all' FROM channels "
        "WHERE channels.id = channel_id AND channels.kind = 'direct'"
    )
    op.create_table(
        "personal_settings",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("snooze_until", sa.DateTime(timezone=True)),
        sa.Column("quiet_hours", JSONB()),
        sa.Column("mail", sa.Boolean(), nullable=False, server_default=sa.text("true")),
        sa.Column("mail_after", sa.Integer(), nullable=False, server_default="10"),
        sa.PrimaryKeyConstraint("user_id", name="pk_personal_settings"),
    )
    op.create_index(
        "ix_messages_mentions_channel", "messages", ["id"], postgresql_where=sa.text("mentions_channel")
    )


def downgrade() -> None:
    op.drop_index("ix_messages_mentions_channel", "messages")
    op.drop_table("personal_settings")
    op.drop_column("channel_members", "mailed_seq")
    op.drop_column("channel_members", "notify")
