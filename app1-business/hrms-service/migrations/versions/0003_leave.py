"""Holiday lists, leave types, allocations, the ledger and requests."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, ExcludeConstraint

revision = "0003"
down_revision = "0002"

DAYS = sa.Numeric(12, 6)


def upgrade() -> None:
    _holiday_lists()
    _leave_types()
    _allocations()
    _requests()


def _holiday_lists() -> None:
    op.create_table(
        "holiday_lists",
        *_identified(),
        *_edited(),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("weekly_off", ARRAY(sa.String()), nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_holiday_lists"),
    )
    op.create_index("uq_holiday_lists_name", "holiday_lists", [sa.text("lower(name)")], unique=True)
    op.create_index(
        "uq_holiday_lists_is_default",
        "holiday_lists",
        ["is_default"],
        unique=True,
        postgresql_where=sa.text("is_default"),
    )
    op.create_table(
        "holidays",
        sa.Column("holiday_list_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("holiday_list_id", "day", name="pk_holidays"),
        sa.ForeignKeyConstraint(
            ["holiday_list_id"], ["holiday_lists.id"], name="fk_holidays_holiday_list_id", ondelete="CASCADE"
        ),
    )
    op.add_column("employees", sa.Column("holiday_list_id", sa.Uuid()))
    op.create_foreign_key(
        "fk_employees_holiday_list_id", "employees", "holiday_lists", ["holiday_list_id"], ["id"]
    )
    op.create_index("ix_employees_holiday_list_id", "employees", ["holiday_list_id"])


def _leave_types() -> None:
    op.create_table(
        "leave_types",
        *_identified(),
        *_edited(),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("pay_share", DAYS, nullable=False),
        sa.Column("includes_holidays", sa.Boolean(), nullable=False),
        sa.Column("max_consecutive_days", DAYS),
        sa.Column("allow_negative", sa.Boolean(), nullable=False),
        sa.Column("approval", JSONB(), nullable=False),
        *_terms(),
        sa.PrimaryKeyConstraint("id", name="pk_leave_types"),
        sa.CheckConstraint("pay_share BETWEEN 0 AND 1", name="pay_share"),
    )
    op.create_index("uq_leave_types_name", "leave_types", [sa.text("lower(name)")], unique=True)


def _allocations() -> None:
    op.create_table(
        "leave_allocations",
        *_identified(),
        *_edited(),
        sa.Column("employee_id", sa.Uuid(), nullable=False),
        sa.Column("leave_type_id", sa.Uuid(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("days", DAYS),
        sa.Column("per_year", DAYS),
        sa.Column("frequency", sa.String()),
        *_terms(),
        sa.PrimaryKeyConstraint("id", name="pk_leave_allocations"),
        sa.ForeignKeyConstraint(["employee_id"], ["employees.id"], name="fk_leave_allocations_employee_id"),
        sa.ForeignKeyConstraint(
            ["leave_type_id"], ["leave_types.id"], name="fk_leave_allocations_leave_type_id"
        ),
        ExcludeConstraint(
            ("employee_id", "="),
            ("leave_type_id", "="),
            (sa.text("daterange(starts_on, ends_on, '[]')"), "&&"),
            name="ex_leave_allocations_period",
            using="gist",
        ),
        sa.CheckConstraint("ends_on >= starts_on", name="ends_on"),
        sa.CheckConstraint("(days IS NULL) = (per_year IS NOT NULL)", name="days"),
        sa.CheckConstraint("(frequency IS NULL) = (per_year IS NULL)", name="frequency"),
        sa.CheckConstraint(
            "frequency IN ('monthly', 'quarterly', 'half_yearly', 'yearly')", name="frequency_known"
        ),
    )
    op.create_index("ix_leave_allocations_leave_type_id", "leave_allocations", ["leave_type_id"])
    op.create_table(
        "leave_ledger",
        *_identified(),
        sa.Column("allocation_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("days", DAYS, nullable=False),
        sa.Column("source_id", sa.Uuid(), nullable=False),
        sa.Column("segment", sa.String(), nullable=False),
        sa.Column("actor", sa.Uuid()),
        sa.Column("note", sa.String()),
        sa.PrimaryKeyConstraint("id", name="pk_leave_ledger"),
        sa.UniqueConstraint("source_id", "kind", "segment", name="uq_leave_ledger_source_id_kind_segment"),
        sa.ForeignKeyConstraint(
            ["allocation_id"], ["leave_allocations.id"], name="fk_leave_ledger_allocation_id"
        ),
        sa.CheckConstraint(
            "kind IN ('allocate', 'adjust', 'carry', 'expire', 'reserve', 'release', 'use', 'return')",
            name="kind",
        ),
    )
    op.create_index("ix_leave_ledger_allocation_id", "leave_ledger", ["allocation_id"])


def _requests() -> None:
    op.create_table(
        "leave_requests",
        *_identified(),
        *_edited(),
        sa.Column("employee_id", sa.Uuid(), nullable=False),
        sa.Column("leave_type_id", sa.Uuid(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("half_day", sa.String()),
        sa.Column("days", DAYS, nullable=False),
        sa.Column("reason", sa.String()),
        sa.Column("status", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_leave_requests"),
        sa.ForeignKeyConstraint(["employee_id"], ["employees.id"], name="fk_leave_requests_employee_id"),
        sa.ForeignKeyConstraint(
            ["leave_type_id"], ["leave_types.id"], name="fk_leave_requests_leave_type_id"
        ),
        # Two halves of a day are two requests that do not overlap.
        ExcludeConstraint(
            ("employee_id", "="),
            (
                sa.text(
                    "tsrange("
                    "starts_on + CASE half_day WHEN 'afternoon' THEN time '12:00' ELSE time '00:00' END, "
                    "ends_on + CASE half_day WHEN 'morning' THEN time '12:00' ELSE time '24:00' END)"
                ),
                "&&",
            ),
            name="ex_leave_requests_hours",
            using="gist",
            where=sa.text("status IN ('pending', 'approved')"),
        ),
        sa.CheckConstraint("ends_on >= starts_on", name="ends_on"),
        sa.CheckConstraint("half_day IN ('morning', 'afternoon')", name="half_day"),
        sa.CheckConstraint("half_day IS NULL OR starts_on = ends_on", name="half_day_is_one_day"),
        sa.CheckConstraint("status IN ('pending', 'approved', 'rejected', 'cancelled')", name="status"),
    )
    op.create_index("ix_leave_requests_leave_type_id", "leave_requests", ["leave_type_id"])
    op.create_index("ix_leave_requests_starts_on", "leave_requests", ["starts_on", "id"])
    op.create_table(
        "leave_days",
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("portion", DAYS, nullable=False),
        sa.PrimaryKeyConstraint("request_id", "day", name="pk_leave_days"),
        sa.ForeignKeyConstraint(["request_id"], ["leave_requests.id"], name="fk_leave_days_request_id"),
    )
    op.create_table(
        "leave_approvals",
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("approver", sa.String(), nullable=False),
        sa.Column("approved", sa.Boolean()),
        sa.Column("decided_by", sa.Uuid()),
        sa.Column("decided_at", sa.DateTime(timezone=True)),
        sa.Column("comment", sa.String()),
        sa.PrimaryKeyConstraint("request_id", "level", name="pk_leave_approvals"),
        sa.ForeignKeyConstraint(["request_id"], ["leave_requests.id"], name="fk_leave_approvals_request_id"),
        sa.CheckConstraint("approver IN ('manager', 'second_manager', 'hr')", name="approver"),
    )


def _identified() -> list[sa.Column]:
    return [
        sa.Column("id", sa.Uuid(), nullable=False, server_default=sa.text("uuidv7()")),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.text("now()")),
    ]


def _edited() -> list[sa.Column]:
    return [
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.text("now()")),
        sa.Column("version", sa.Integer(), nullable=False),
    ]


def _terms() -> list[sa.Column]:
    return [
        sa.Column("max_balance", DAYS),
        sa.Column("carry_forward_cap", DAYS),
        sa.Column("carry_forward_expires_after_days", sa.Integer()),
        sa.Column("rounding", DAYS),
    ]


def downgrade() -> None:
    for table in ("leave_approvals", "leave_days", "leave_requests", "leave_ledger", "leave_allocations"):
        op.drop_table(table)
    op.drop_table("leave_types")
    op.drop_column("employees", "holiday_list_id")
    op.drop_table("holidays")
    op.drop_table("holiday_lists")
