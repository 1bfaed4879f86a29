"""Documents of employees: what kinds there are, who may see them, when they expire."""

from datetime import date
from uuid import UUID

from servicekit.db import Editable, TextEnum, one_of
from sqlalchemy import ForeignKey, Index, Integer, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from business_hrms.models.base import Base
from business_hrms.rules.document import EmployeeMay, ManagerMay


class DocumentType(Editable, Base):
    """Who manages documents may do everything with all of them."""

    __tablename__ = "document_types"
    __table_args__ = (
        Index("uq_document_types_name", text("lower(name)"), unique=True),
        one_of("employee_may", EmployeeMay),
        one_of("manager_may", ManagerMay),
    )

    name: Mapped[str]
    employee_may: Mapped[EmployeeMay] = mapped_column(TextEnum(EmployeeMay))
    manager_may: Mapped[ManagerMay] = mapped_column(TextEnum(ManagerMay))
    expires: Mapped[bool]
    alert_days: Mapped[list[int]] = mapped_column(ARRAY(Integer()))  # before the day of expiry


class Document(Editable, Base):
    __tablename__ = "documents"

    employee_id: Mapped[UUID] = mapped_column(ForeignKey("employees.id"), index=True)
    type_id: Mapped[UUID] = mapped_column(ForeignKey("document_types.id"), index=True)
    file_id: Mapped[UUID] = mapped_column(unique=True)  # a StoredFile
    expires_on: Mapped[date | None] = mapped_column(index=True)
    uploaded_by: Mapped[UUID | None]


class DocumentAlert(Base):
    """An alert that was sent: so many days before the document was to expire on that day."""

    __tablename__ = "document_alerts"

    document_id: Mapped[UUID] = mapped_column(
        ForeignKey("documents.id", ondelete="CASCADE"), primary_key=True
    )
    expires_on: Mapped[date] = mapped_column(primary_key=True)
    days: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
