"""Notes: names are unique, which is checked at COMMIT."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "notes",
        sa.Column("id", sa.Uuid(), nullable=False, server_default=sa.text("uuidv7()")),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.text("now()")),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.text("now()")),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_notes"),
    )
    op.execute("ALTER TABLE notes ADD CONSTRAINT uq_notes_name UNIQUE (name) DEFERRABLE INITIALLY DEFERRED")


def downgrade() -> None:
    op.drop_table("notes")
