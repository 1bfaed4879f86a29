"""Positions: what people are employed as."""

from servicekit.db import Editable
from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped

from business_hrms.models.base import Base


class Position(Editable, Base):
    __tablename__ = "positions"
    __table_args__ = (Index("uq_positions_name", text("lower(name)"), unique=True),)

    name: Mapped[str]
