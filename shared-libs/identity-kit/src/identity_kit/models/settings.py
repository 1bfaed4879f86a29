"""What an organisation decides about itself. One row, made by the migration."""

from servicekit.db import Editable
from sqlalchemy import ARRAY, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from identity_kit.models.base import Base


class Settings(Editable, Base):
    __tablename__ = "settings"

    mfa_roles: Mapped[list[str]] = mapped_column(ARRAY(String))  # whose holders need a second factor

    __table_args__ = (Index("uq_settings_only_one", text("(true)"), unique=True),)
