"""Documents of employees, and the alerts before they expire."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "document_types",
        *_editable(),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("employee_may", sa.String(), nullable=False),
        sa.Column("manager_may", sa.String(), nullable=False),
        sa.Column("expires", sa.Boolean(), nullable=False),
        sa.Column("alert_days", ARRAY(sa.Integer()), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_document_types"),
        sa.CheckConstraint("employee_may IN ('nothing', 'see', 'upload')", name="employee_may"),
        sa.CheckConstraint("manager_may IN ('nothing', 'see')", name="manager_may"),
    )
    op.create_index("uq_document_types_name", "document_types", [sa.text("lower(name)")], unique=True)
    op.create_table(
        "documents",
        *_editable(),
        sa.Column("employee_id", sa.Uuid(), nullable=False),
        sa.Column("type_id", sa.Uuid(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("expires_on", sa.Date()),
        sa.Column("uploaded_by", sa.Uuid()),
        sa.PrimaryKeyConstraint("id", name="pk_documents"),
        sa.UniqueConstraint("file_id", name="uq_documents_file_id"),
        sa.ForeignKeyConstraint(["employee_id"], ["employees.id"], name="fk_documents_employee_id"),
        sa.ForeignKeyConstraint(["type_id"], ["document_types.id"], name="fk_documents_type_id"),
    )
    for column in ("employee_id", "type_id", "expires_on"):
        op.create_index(f"ix_documents_{column}", "documents", [column])
    op.create_table(
        "document_alerts",
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("document_id", "expires_on", "days", name="pk_document_alerts"),
        sa.ForeignKeyConstraint(
            ["document_id"], ["documents.id"], name="fk_document_alerts_document_id", ondelete="CASCADE"
        ),
    )


def _editable() -> list[sa.Column]:
    moment, now = sa.DateTime(timezone=True), sa.text("now()")
    return [
        sa.Column("id", sa.Uuid(), nullable=False, server_default=sa.text("uuidv7()")),
        sa.Column("created_at", moment, nullable=False, server_default=now),
        sa.Column("updated_at", moment, nullable=False, server_default=now),
        sa.Column("version", sa.Integer(), nullable=False),
    ]


def downgrade() -> None:
    for table in ("document_alerts", "documents", "document_types"):
        op.drop_table(table)
