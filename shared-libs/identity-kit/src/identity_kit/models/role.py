"""Roles that an organisation makes for itself, beside those of its application."""

from servicekit.db import Editable
from sqlalchemy import ARRAY, String
from sqlalchemy.orm import Mapped, mapped_column

from identity_kit.models.base import Base


class Role(Editable, Base):
    """`code` is what accounts and tokens carry; it is no built-in role's."""

    __tablename__ = "roles"

    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    permissions: Mapped[list[str]] = mapped_column(ARRAY(String))
