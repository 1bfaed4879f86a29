"""Who was there when a message called whoever was."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column("messages", sa.Column("here", sa.ARRAY(sa.Uuid())))
    op.create_index(
        "ix_messages_here",
        "messages",
        ["here"],
        postgresql_using="gin",
        postgresql_where=sa.text("here IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_column("messages", "here")
