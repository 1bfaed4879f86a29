"""Invitations: a way in for one address, with a role chosen beforehand."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from servicekit.db import Editable, TextEnum, one_of
from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from identity_kit.models.base import Base


class InvitationStatus(StrEnum):
    PENDING = "pending"
    ACCEPTED = "accepted"
    REVOKED = "revoked"
    EXPIRED = "expired"


class Invitation(Editable, Base):
    """`token_hash` is that of the last mail sent, none before the first."""

    __tablename__ = "invitations"

    email: Mapped[str]
    role: Mapped[str]
    employee_id: Mapped[UUID | None]  # whom it is for, where another service said so
    invited_by: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    status: Mapped[InvitationStatus] = mapped_column(
        TextEnum(InvitationStatus), default=InvitationStatus.PENDING
    )
    token_hash: Mapped[bytes | None] = mapped_column(unique=True)
    expires_at: Mapped[datetime]

    __table_args__ = (
        Index(
            "uq_invitations_email_pending",
            text("lower(email)"),
            unique=True,
            postgresql_where=text("status = 'pending'"),
        ),
        one_of("status", InvitationStatus),
    )
