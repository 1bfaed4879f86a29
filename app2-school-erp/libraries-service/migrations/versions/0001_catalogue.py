"""Branches, calendars, loan rules, books and copies; what a new school begins with."""

import sqlalchemy as sa
from alembic import op
from servicekit.migrations.folding import create_folded
from sqlalchemy.dialects.postgresql import JSONB, TSVECTOR

revision = "0001"
down_revision = None

TEXTS = sa.ARRAY(sa.String())
AMOUNT = sa.Numeric(12, 2)
# Punctuation goes first: the parser would take the hyphen of "catch-22" for a minus.
WORDS = "setweight(to_tsvector('simple', regexp_replace(folded({}), '[^[:alnum:]]+', ' ', 'g')), '{}')"


def upgrade() -> None:
    create_folded()
    _book_words()
    op.create_table(
        "branches",
        *_editable(),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_branches"),
    )
    op.create_index("uq_branches_name", "branches", [sa.text("lower(name)")], unique=True)
    op.create_index(
        "uq_branches_is_default",
        "branches",
        ["is_default"],
        unique=True,
        postgresql_where=sa.text("is_default"),
    )
    op.create_table(
        "calendars",
        sa.Column("branch_id", sa.Uuid(), nullable=False),
        sa.Column("weekly_closed", TEXTS, nullable=False),
        sa.Column("yearly_closed", TEXTS, nullable=False),
        sa.Column("closed", sa.ARRAY(sa.Date()), nullable=False),
        sa.Column("open", sa.ARRAY(sa.Date()), nullable=False),
        sa.PrimaryKeyConstraint("branch_id", name="pk_calendars"),
        sa.ForeignKeyConstraint(["branch_id"], ["branches.id"], name="fk_calendars_branch_id"),
    )
    _loan_rules()
    _books()
    op.execute("INSERT INTO branches (name, is_default, version) VALUES ('Main library', true, 1)")
    op.execute(
        "INSERT INTO loan_rules (days, mode, max_loans, renewals, max_holds, pickup_days, fine, every, "
        "grace, cap_at_price, processing_fee, found) "
        "VALUES (14, 'datedue', 5, 2, 5, 7, 0, 1, 0, true, 0, 'price')"
    )


def _book_words() -> None:
    parts = {
        "A": "title || ' ' || coalesce(subtitle, '')",
        "B": "array_to_string(authors, ' ')",
        "C": "array_to_string(subjects, ' ')",
        "D": "coalesce(isbn13, '')",
    }
    words = " || ".join(WORDS.format(text, weight) for weight, text in parts.items())
    op.execute(
        "CREATE FUNCTION book_words(title text, subtitle text, authors text[], subjects text[], isbn13 text) "
        f"RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN {words}"
    )


def _loan_rules() -> None:
    op.create_table(
        "loan_rules",
        *_identified(),
        sa.Column("branch_id", sa.Uuid()),
        sa.Column("patron_category", sa.String()),
        sa.Column("item_type", sa.String()),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("mode", sa.String(), nullable=False),
        sa.Column("max_loans", sa.Integer(), nullable=False),
        sa.Column("renewals", sa.Integer(), nullable=False),
        sa.Column("no_renew_before", sa.Integer()),
        sa.Column("max_holds", sa.Integer(), nullable=False),
        sa.Column("pickup_days", sa.Integer(), nullable=False),
        sa.Column("fine", AMOUNT, nullable=False),
        sa.Column("every", sa.Integer(), nullable=False),
        sa.Column("grace", sa.Integer(), nullable=False),
        sa.Column("cap", AMOUNT),
        sa.Column("cap_at_price", sa.Boolean(), nullable=False),
        sa.Column("processing_fee", AMOUNT, nullable=False),
        sa.Column("lost_after", sa.Integer()),
        sa.Column("found", sa.String(), nullable=False),
        sa.Column("max_debt", AMOUNT),
        sa.PrimaryKeyConstraint("id", name="pk_loan_rules"),
        sa.ForeignKeyConstraint(["branch_id"], ["branches.id"], name="fk_loan_rules_branch_id"),
        sa.UniqueConstraint(
            "branch_id",
            "patron_category",
            "item_type",
            name="uq_loan_rules_branch_id_patron_category_item_type",
            postgresql_nulls_not_distinct=True,
        ),
        sa.CheckConstraint("mode IN ('days', 'calendar', 'datedue', 'dayweek')", name="mode"),
        sa.CheckConstraint("found IN ('nothing', 'price', 'all')", name="found"),
    )


def _books() -> None:
    op.create_table(
        "books",
        *_editable(),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("subtitle", sa.String()),
        sa.Column("authors", TEXTS, nullable=False),
        sa.Column("subjects", TEXTS, nullable=False),
        sa.Column("isbn", sa.String()),
        sa.Column("isbn13", sa.String()),
        sa.Column("publisher", sa.String()),
        sa.Column("published", sa.String()),
        sa.Column("language", sa.String()),
        sa.Column("marc", JSONB()),
        sa.Column(
            "sort_title",
            sa.String(collation="C"),
            sa.Computed("left(folded(title), 200)", persisted=True),
            nullable=False,
        ),
        sa.Column(
            "search",
            TSVECTOR(),
            sa.Computed("book_words(title, subtitle, authors, subjects, isbn13)", persisted=True),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id", name="pk_books"),
        sa.UniqueConstraint("isbn13", name="uq_books_isbn13"),
        sa.CheckConstraint("isbn13 IS NULL OR isbn IS NOT NULL", name="isbn"),
    )
    op.create_index(
        "ix_books_search", "books", ["search"], postgresql_using="gin", postgresql_with={"fastupdate": "off"}
    )
    op.create_index("ix_books_sort_title", "books", ["sort_title", "id"])
    op.create_table(
        "copies",
        *_editable(),
        sa.Column("book_id", sa.Uuid(), nullable=False),
        sa.Column("branch_id", sa.Uuid(), nullable=False),
        sa.Column("barcode", sa.String(), nullable=False),
        sa.Column("item_type", sa.String(), nullable=False),
        sa.Column("shelf_mark", sa.String()),
        sa.Column("price", AMOUNT),
        sa.Column("status", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_copies"),
        sa.ForeignKeyConstraint(["book_id"], ["books.id"], name="fk_copies_book_id"),
        sa.ForeignKeyConstraint(["branch_id"], ["branches.id"], name="fk_copies_branch_id"),
        sa.CheckConstraint("price >= 0", name="price"),
        sa.CheckConstraint(
            "status IN ('on_order', 'available', 'on_loan', 'hold_shelf', 'in_transit', 'lost', 'damaged', "
            "'withdrawn')",
            name="status",
        ),
    )
    op.create_index("uq_copies_barcode", "copies", [sa.text("lower(barcode)")], unique=True)
    for column in ("book_id", "branch_id"):
        op.create_index(f"ix_copies_{column}", "copies", [column])


def _identified() -> list[sa.Column]:
    return [
        sa.Column("id", sa.Uuid(), nullable=False, server_default=sa.text("uuidv7()")),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.text("now()")),
    ]


def _editable() -> list[sa.Column]:
    return [
        *_identified(),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.text("now()")),
        sa.Column("version", sa.Integer(), nullable=False),
    ]


def downgrade() -> None:
    for table in ("copies", "books", "loan_rules", "calendars", "branches"):
        op.drop_table(table)
    op.execute("DROP FUNCTION book_words(text, text, text[], text[], text)")
    op.execute("DROP FUNCTION folded(text)")
