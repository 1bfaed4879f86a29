"""Which organisations an address has an account in."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "account_address",
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("tenant", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("address", "tenant", name="pk_account_address"),
    )


def downgrade() -> None:
    op.drop_table("account_address")
