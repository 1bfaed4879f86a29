"""What people have begun to write."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_moment, _now = sa.DateTime(timezone=True), sa.text("now()")


def upgrade() -> None:
    op.create_table(
        "drafts",
        sa.Column("id", sa.Uuid(), nullable=False, server_default=sa.text("uuidv7()")),
        sa.Column("created_at", _moment, nullable=False, server_default=_now),
        sa.Column("updated_at", _moment, nullable=False, server_default=_now),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("channel_id", sa.Uuid(), nullable=False),
        sa.Column("thread_root_id", sa.Uuid()),
        sa.Column("text", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_drafts"),
        sa.UniqueConstraint(
            "user_id",
            "channel_id",
            "thread_root_id",
            name="uq_drafts_user_id_channel_id_thread_root_id",
            postgresql_nulls_not_distinct=True,
        ),
        sa.ForeignKeyConstraint(["channel_id"], ["channels.id"], name="fk_drafts_channel_id"),
        sa.ForeignKeyConstraint(["thread_root_id"], ["messages.id"], name="fk_drafts_thread_root_id"),
    )


def downgrade() -> None:
    op.drop_table("drafts")
