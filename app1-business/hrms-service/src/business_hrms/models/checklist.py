"""Checklists for those who join and leave, and the templates that they are made from."""

from datetime import date, datetime
from uuid import UUID

from servicekit.db import Editable, TextEnum, one_of
from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from business_hrms.models.base import Base
from business_hrms.rules.checklist_words import Assignee, Occasion


class ChecklistTemplate(Editable, Base):
    """Begun for everybody of a department and those below it, or for all, when the occasion comes."""

    __tablename__ = "checklist_templates"
    __table_args__ = (
        Index("uq_checklist_templates_name", text("lower(name)"), unique=True),
        one_of("occasion", Occasion),
    )

    name: Mapped[str]
    occasion: Mapped[Occasion] = mapped_column(TextEnum(Occasion))
    department_id: Mapped[UUID | None] = mapped_column(ForeignKey("departments.id"), index=True)


class TemplateTask(Base):
    """Due so many days after the day of the occasion; before it where that is below zero."""

    __tablename__ = "checklist_template_tasks"
    __table_args__ = (one_of("assignee", Assignee),)

    template_id: Mapped[UUID] = mapped_column(
        ForeignKey("checklist_templates.id", ondelete="CASCADE"), primary_key=True
    )
    position: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    assignee: Mapped[Assignee] = mapped_column(TextEnum(Assignee))
    due_after_days: Mapped[int]


class Checklist(Editable, Base):
    __tablename__ = "checklists"
    __table_args__ = (UniqueConstraint("employee_id", "template_id"), one_of("occasion", Occasion))

    employee_id: Mapped[UUID] = mapped_column(ForeignKey("employees.id", ondelete="CASCADE"))
    template_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("checklist_templates.id", ondelete="SET NULL"), index=True
    )
    name: Mapped[str]
    occasion: Mapped[Occasion] = mapped_column(TextEnum(Occasion))


class ChecklistTask(Editable, Base):
    """A template's task as it was when the checklist began; `due_on` follows the day of the occasion."""

    __tablename__ = "checklist_tasks"
    __table_args__ = (Index("ix_checklist_tasks_due_on", "due_on", "id"), one_of("assignee", Assignee))

    checklist_id: Mapped[UUID] = mapped_column(ForeignKey("checklists.id", ondelete="CASCADE"), index=True)
    title: Mapped[str]
    assignee: Mapped[Assignee] = mapped_column(TextEnum(Assignee))
    due_after_days: Mapped[int]
    due_on: Mapped[date]
    done_at: Mapped[datetime | None]
    done_by: Mapped[UUID | None]  # the account
