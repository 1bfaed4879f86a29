"""Checklists for those who join and leave, and who was told to have left."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

_OCCASION = "occasion IN ('onboarding', 'offboarding')"
_ASSIGNEE = "assignee IN ('hr', 'manager', 'employee')"


def upgrade() -> None:
    op.create_table(
        "checklist_templates",
        *_editable(),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("occasion", sa.String(), nullable=False),
        sa.Column("department_id", sa.Uuid()),
        sa.PrimaryKeyConstraint("id", name="pk_checklist_templates"),
        _to("checklist_templates", "department_id", "departments"),
        sa.CheckConstraint(_OCCASION, name="occasion"),
    )
    op.create_index(
        "uq_checklist_templates_name", "checklist_templates", [sa.text("lower(name)")], unique=True
    )
    op.create_index("ix_checklist_templates_department_id", "checklist_templates", ["department_id"])
    op.create_table(
        "checklist_template_tasks",
        sa.Column("template_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("assignee", sa.String(), nullable=False),
        sa.Column("due_after_days", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("template_id", "position", name="pk_checklist_template_tasks"),
        _to("checklist_template_tasks", "template_id", "checklist_templates", ondelete="CASCADE"),
        sa.CheckConstraint(_ASSIGNEE, name="assignee"),
    )
    op.create_table(
        "checklists",
        *_editable(),
        sa.Column("employee_id", sa.Uuid(), nullable=False),
        sa.Column("template_id", sa.Uuid()),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("occasion", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_checklists"),
        sa.UniqueConstraint("employee_id", "template_id", name="uq_checklists_employee_id_template_id"),
        _to("checklists", "employee_id", "employees", ondelete="CASCADE"),
        _to("checklists", "template_id", "checklist_templates", ondelete="SET NULL"),
        sa.CheckConstraint(_OCCASION, name="occasion"),
    )
    op.create_index("ix_checklists_template_id", "checklists", ["template_id"])
    op.create_table(
        "checklist_tasks",
        *_editable(),
        sa.Column("checklist_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("assignee", sa.String(), nullable=False),
        sa.Column("due_after_days", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True)),
        sa.Column("done_by", sa.Uuid()),
        sa.PrimaryKeyConstraint("id", name="pk_checklist_tasks"),
        _to("checklist_tasks", "checklist_id", "checklists", ondelete="CASCADE"),
        sa.CheckConstraint(_ASSIGNEE, name="assignee"),
    )
    op.create_index("ix_checklist_tasks_checklist_id", "checklist_tasks", ["checklist_id"])
    op.create_index("ix_checklist_tasks_due_on", "checklist_tasks", ["due_on", "id"])
    op.add_column("employees", sa.Column("left_told", sa.Date()))


def _to(table: str, column: str, other: str, ondelete: str | None = None) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=f"fk_{table}_{column}", ondelete=ondelete)


def _editable() -> list[sa.Column]:
    return [
        sa.Column("id", sa.Uuid(), nullable=False, server_default=sa.text("uuidv7()")),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.text("now()")),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.text("now()")),
        sa.Column("version", sa.Integer(), nullable=False),
    ]


def downgrade() -> None:
    op.drop_column("employees", "left_told")
    for table in ("checklist_tasks", "checklists", "checklist_template_tasks", "checklist_templates"):
        op.drop_table(table)
