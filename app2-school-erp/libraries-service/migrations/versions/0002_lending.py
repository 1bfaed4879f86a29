"""Patrons, loans, holds, accounts and notices."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB, ExcludeConstraint

revision = "0002"
down_revision = "0001"

MOMENT = sa.DateTime(timezone=True)
NOW = sa.text("now()")
RUNNING = sa.text("returned_at IS NULL")


def upgrade() -> None:
    op.execute("CREATE SEQUENCE card_numbers")
    op.create_table(
        "patrons",
        *_editable(),
        sa.Column("has_account", sa.Boolean(), nullable=False),
        sa.Column("status_version", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("roles_version", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("email", sa.String()),
        sa.Column("guardian_email", sa.String()),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("card", sa.String(), nullable=False),
        sa.Column("until", sa.Date()),
        sa.Column("blocked", sa.String()),
        sa.Column("sort_name", sa.String(), sa.Computed("folded(name)", persisted=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_patrons"),
    )
    op.create_index("uq_patrons_card", "patrons", [sa.text("lower(card)")], unique=True)
    op.create_index("ix_patrons_sort_name", "patrons", ["sort_name", "id"])
    _loans()
    _holds()
    _entries()


def _loans() -> None:
    op.create_table(
        "loans",
        *_editable(),
        *(sa.Column(f"{of}_id", sa.Uuid(), nullable=False) for of in ("copy", "book", "patron", "branch")),
        sa.Column("patron_category", sa.String(), nullable=False),
        sa.Column("item_type", sa.String(), nullable=False),
        sa.Column("out_at", MOMENT, nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("renewals", sa.Integer(), nullable=False),
        sa.Column("returned_at", MOMENT),
        sa.Column("lost_at", MOMENT),
        sa.Column("rule", JSONB(), nullable=False),
        sa.Column("explain", JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_loans"),
        *_references("loans", copy_id="copies", book_id="books", patron_id="patrons", branch_id="branches"),
        sa.CheckConstraint("returned_at >= out_at", name="returned_at"),
    )
    op.create_index("uq_loans_copy_id", "loans", ["copy_id"], unique=True, postgresql_where=RUNNING)
    op.create_index("ix_loans_due_on", "loans", ["due_on", "id"], postgresql_where=RUNNING)
    op.create_index("ix_loans_out_at", "loans", ["out_at", "id"])
    for column in ("copy_id", "book_id", "patron_id"):
        op.create_index(f"ix_loans_{column}", "loans", [column])
    op.create_table(
        "notices",
        sa.Column("loan_id", sa.Uuid(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("sent_at", MOMENT, nullable=False, server_default=NOW),
        sa.PrimaryKeyConstraint("loan_id", "due_on", "kind", name="pk_notices"),
        *_references("notices", loan_id="loans"),
    )


def _holds() -> None:
    op.create_table(
        "holds",
        *_editable(),
        sa.Column("book_id", sa.Uuid(), nullable=False),
        sa.Column("copy_id", sa.Uuid()),
        sa.Column("patron_id", sa.Uuid(), nullable=False),
        sa.Column("branch_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("position", sa.Integer()),
        sa.Column("ready_copy_id", sa.Uuid()),
        sa.Column("expires_on", sa.Date()),
        sa.PrimaryKeyConstraint("id", name="pk_holds"),
        *_references(
            "holds",
            book_id="books",
            copy_id="copies",
            patron_id="patrons",
            branch_id="branches",
            ready_copy_id="copies",
        ),
        ExcludeConstraint(
            ("book_id", "="),
            ("position", "="),
            name="ex_holds_position",
            using="btree",
            where=sa.text("position IS NOT NULL"),
            deferrable=True,
            initially="DEFERRED",
        ),
        sa.CheckConstraint(
            "(state IN ('queued', 'suspended')) = (position IS NOT NULL) AND position >= 1", name="position"
        ),
        sa.CheckConstraint(
            "state <> 'ready' OR ready_copy_id IS NOT NULL AND expires_on IS NOT NULL", name="ready"
        ),
        sa.CheckConstraint(
            "state IN ('queued', 'suspended', 'ready', 'fulfilled', 'expired', 'cancelled')", name="state"
        ),
    )
    op.create_index(
        "uq_holds_book_id_patron_id",
        "holds",
        ["book_id", "patron_id"],
        unique=True,
        postgresql_where=sa.text("state IN ('queued', 'suspended', 'ready')"),
    )
    op.create_index(
        "uq_holds_ready_copy_id",
        "holds",
        ["ready_copy_id"],
        unique=True,
        postgresql_where=sa.text("state = 'ready'"),
    )
    for column in ("copy_id", "patron_id", "ready_copy_id"):
        op.create_index(f"ix_holds_{column}", "holds", [column])


def _entries() -> None:
    op.create_table(
        "entries",
        *_identified(),
        sa.Column("patron_id", sa.Uuid(), nullable=False),
        sa.Column("loan_id", sa.Uuid()),
        sa.Column("charge_id", sa.Uuid()),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("amount", sa.Numeric(12, 2), nullable=False),
        sa.Column("note", sa.String()),
        sa.Column("by", sa.Uuid()),
        sa.Column("explain", JSONB()),
        sa.PrimaryKeyConstraint("id", name="pk_entries"),
        *_references("entries", patron_id="patrons", loan_id="loans", charge_id="entries"),
        sa.CheckConstraint(
            "CASE WHEN kind IN ('payment', 'waiver', 'refund') THEN amount < 0 ELSE amount > 0 END",
            name="amount",
        ),
        sa.CheckConstraint("(kind IN ('waiver', 'refund')) = (charge_id IS NOT NULL)", name="charge_id"),
        sa.CheckConstraint(
            "kind IN ('overdue', 'replacement', 'processing', 'damage', 'other', 'payment', 'waiver', "
            "'refund')",
            name="kind",
        ),
    )
    op.create_index("ix_entries_patron_id", "entries", ["patron_id", "id"])
    op.create_index(
        "uq_entries_refund",
        "entries",
        ["charge_id"],
        unique=True,
        postgresql_where=sa.text("kind = 'refund'"),
    )
    for column in ("loan_id", "charge_id"):
        op.create_index(f"ix_entries_{column}", "entries", [column])


def _references(table: str, **columns: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint([column], [f"{there}.id"], name=f"fk_{table}_{column}")
        for column, there in columns.items()
    ]


def _identified() -> list[sa.Column]:
    return [
        sa.Column("id", sa.Uuid(), nullable=False, server_default=sa.text("uuidv7()")),
        sa.Column("created_at", MOMENT, nullable=False, server_default=NOW),
    ]


def _editable() -> list[sa.Column]:
    return [
        *_identified(),
        sa.Column("updated_at", MOMENT, nullable=False, server_default=NOW),
        sa.Column("version", sa.Integer(), nullable=False),
    ]


def downgrade() -> None:
    for table in ("entries", "holds", "notices", "loans", "patrons"):
        op.drop_table(table)
    op.execute("DROP SEQUENCE card_numbers")
