"""Positions, employees and their employment records."""

import sqlalchemy as sa
from alembic import op
from servicekit.migrations.folding import create_folded
from sqlalchemy.dialects.postgresql import ExcludeConstraint

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    create_folded()
    op.execute("CREATE SEQUENCE employee_numbers")
    op.create_table(
        "positions",
        *_editable(),
        sa.Column("name", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_positions"),
    )
    op.create_index("uq_positions_name", "positions", [sa.text("lower(name)")], unique=True)
    op.create_table(
        "employees",
        *_editable(),
        sa.Column("employee_no", sa.String(), nullable=False),
        sa.Column("first_name", sa.String(), nullable=False),
        sa.Column("last_name", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("date_of_joining", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date()),
        sa.Column("leaving_reason", sa.String()),
        sa.Column("user_id", sa.Uuid()),
        sa.Column(
            "sort_name",
            sa.String(),
            sa.Computed("folded(last_name || ' ' || first_name)", persisted=True),
            nullable=False,
        ),
        sa.Column(
            "search",
            sa.String(),
            sa.Computed(
                "folded(first_name || ' ' || last_name || ' ' || employee_no || ' ' || email)", persisted=True
            ),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id", name="pk_employees"),
        sa.UniqueConstraint("user_id", name="uq_employees_user_id"),
        sa.CheckConstraint("last_day >= date_of_joining", name="last_day"),
    )
    op.create_index("uq_employees_employee_no", "employees", [sa.text("lower(employee_no)")], unique=True)
    op.create_index("uq_employees_email", "employees", [sa.text("lower(email)")], unique=True)
    op.create_index("ix_employees_sort_name", "employees", ["sort_name", "id"])
    op.create_index(
        "ix_employees_search",
        "employees",
        ["search"],
        postgresql_using="gin",
        postgresql_ops={"search": "gin_trgm_ops"},
        postgresql_with={"fastupdate": "off"},  # searched far more often than written
    )
    op.create_table(
        "employment_records",
        sa.Column("id", sa.Uuid(), nullable=False, server_default=sa.text("uuidv7()")),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.text("now()")),
        sa.Column("employee_id", sa.Uuid(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date()),
        sa.Column("department_id", sa.Uuid()),
        sa.Column("position_id", sa.Uuid()),
        sa.Column("manager_id", sa.Uuid()),
        sa.Column("employment_type", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_employment_records"),
        sa.ForeignKeyConstraint(["employee_id"], ["employees.id"], name="fk_employment_records_employee_id"),
        sa.ForeignKeyConstraint(
            ["department_id"], ["departments.id"], name="fk_employment_records_department_id"
        ),
        sa.ForeignKeyConstraint(["position_id"], ["positions.id"], name="fk_employment_records_position_id"),
        sa.ForeignKeyConstraint(["manager_id"], ["employees.id"], name="fk_employment_records_manager_id"),
        ExcludeConstraint(
            ("employee_id", "="),
            (sa.text("daterange(valid_from, valid_to, '[]')"), "&&"),
            name="ex_employment_records_period",
            using="gist",
        ),
        sa.CheckConstraint("valid_to >= valid_from", name="valid_to"),
        sa.CheckConstraint("manager_id <> employee_id", name="manager_id"),
        sa.CheckConstraint(
            "employment_type IN ('full_time', 'part_time', 'contract', 'intern')",
            name="employment_type",
        ),
    )
    op.create_index(
        "ix_employment_records_employee_id_valid_from", "employment_records", ["employee_id", "valid_from"]
    )
    for column in ("department_id", "position_id", "manager_id"):
        op.create_index(f"ix_employment_records_{column}", "employment_records", [column])


def _editable() -> list[sa.Column]:
    moment, now = sa.DateTime(timezone=True), sa.text("now()")
    return [
        sa.Column("id", sa.Uuid(), nullable=False, server_default=sa.text("uuidv7()")),
        sa.Column("created_at", moment, nullable=False, server_default=now),
        sa.Column("updated_at", moment, nullable=False, server_default=now),
        sa.Column("version", sa.Integer(), nullable=False),
    ]


def downgrade() -> None:
    for table in ("employment_records", "employees", "positions"):
        op.drop_table(table)
    op.execute("DROP SEQUENCE employee_numbers")
    op.execute("DROP FUNCTION folded(text)")
