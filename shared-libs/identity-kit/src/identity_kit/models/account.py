"""Accounts: who may sign in to a tenant, and as what."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from servicekit.db import Editable, TextEnum, one_of
from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from identity_kit.models.base import Base


class AccountStatus(StrEnum):
    ACTIVE = "active"
    DEACTIVATED = "deactivated"


class User(Editable, Base):
    """An account. It belongs to its tenant alone; the same address elsewhere is another account."""

    __tablename__ = "users"

    email: Mapped[str]
    name: Mapped[str]
    status: Mapped[AccountStatus] = mapped_column(TextEnum(AccountStatus), default=AccountStatus.ACTIVE)
    token_version: Mapped[int] = mapped_column(default=1)  # `ver` of its tokens: older ones are stale
    email_verified_at: Mapped[datetime | None]
    grants: Mapped[list["UserRole"]] = relationship(
        lazy="raise", order_by="UserRole.role", cascade="all, delete-orphan"
    )

    __table_args__ = (
        Index("uq_users_email", text("lower(email)"), unique=True),
        one_of("status", AccountStatus),
    )

    @property
    def roles(self) -> list[str]:
        return sorted(grant.role for grant in self.grants)

    @property
    def email_verified(self) -> bool:
        return self.email_verified_at is not None


class UserRole(Base):
    """A role that an account holds, by its code."""

    __tablename__ = "user_roles"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    role: Mapped[str] = mapped_column(primary_key=True, index=True)


class PasswordHash(Base):
    """Apart from the account, so that no list of accounts carries it and a new hash is no new version."""

    __tablename__ = "passwords"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    hash: Mapped[str]
    changed_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
