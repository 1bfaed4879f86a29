"""Leave policies, whom they are for, and when the leave year begins."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

DAYS = sa.Numeric(12, 6)


def upgrade() -> None:
    op.create_table(
        "leave_policies",
        *_identified(),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.text("now()")),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_leave_policies"),
    )
    op.create_index("uq_leave_policies_name", "leave_policies", [sa.text("lower(name)")], unique=True)
    op.create_table(
        "leave_policy_lines",
        sa.Column("policy_id", sa.Uuid(), nullable=False),
        sa.Column("leave_type_id", sa.Uuid(), nullable=False),
        sa.Column("days", DAYS, nullable=False),
        sa.Column("frequency", sa.String()),
        sa.PrimaryKeyConstraint("policy_id", "leave_type_id", name="pk_leave_policy_lines"),
        sa.ForeignKeyConstraint(
            ["policy_id"], ["leave_policies.id"], name="fk_leave_policy_lines_policy_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["leave_type_id"], ["leave_types.id"], name="fk_leave_policy_lines_leave_type_id"
        ),
        sa.CheckConstraint(
            "frequency IN ('monthly', 'quarterly', 'half_yearly', 'yearly')", name="frequency"
        ),
    )
    op.create_index("ix_leave_policy_lines_leave_type_id", "leave_policy_lines", ["leave_type_id"])
    _assignments()
    op.add_column("leave_allocations", sa.Column("policy_id", sa.Uuid()))
    op.create_foreign_key(
        "fk_leave_allocations_policy_id", "leave_allocations", "leave_policies", ["policy_id"], ["id"]
    )
    op.create_index("ix_leave_allocations_policy_id", "leave_allocations", ["policy_id"])
    first = sa.Column("year_starts_in", sa.Integer(), nullable=False, server_default="1")
    op.add_column("leave_settings", first)
    op.alter_column("leave_settings", "year_starts_in", server_default=None)
    op.create_check_constraint("year_starts_in", "leave_settings", "year_starts_in BETWEEN 1 AND 12")


def _assignments() -> None:
    columns = ("policy_id", "employee_id", "department_id")
    tables = ("leave_policies", "employees", "departments")
    op.create_table(
        "leave_policy_assignments",
        *_identified(),
        sa.Column("policy_id", sa.Uuid(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("employee_id", sa.Uuid()),
        sa.Column("department_id", sa.Uuid()),
        sa.Column("employment_type", sa.String()),
        sa.PrimaryKeyConstraint("id", name="pk_leave_policy_assignments"),
        *(
            sa.ForeignKeyConstraint([column], [f"{table}.id"], name=f"fk_leave_policy_assignments_{column}")
            for column, table in zip(columns, tables, strict=True)
        ),
        sa.CheckConstraint("num_nonnulls(employee_id, department_id, employment_type) <= 1", name="scope"),
        sa.CheckConstraint(
            "employment_type IN ('full_time', 'part_time', 'contract', 'intern')", name="employment_type"
        ),
    )
    for column in columns:
        op.create_index(f"ix_leave_policy_assignments_{column}", "leave_policy_assignments", [column])


def _identified() -> list[sa.Column]:
    return [
        sa.Column("id", sa.Uuid(), nullable=False, server_default=sa.text("uuidv7()")),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.text("now()")),
    ]


def downgrade() -> None:
    op.drop_column("leave_settings", "year_starts_in")
    op.drop_column("leave_allocations", "policy_id")
    for table in ("leave_policy_assignments", "leave_policy_lines", "leave_policies"):
        op.drop_table(table)
