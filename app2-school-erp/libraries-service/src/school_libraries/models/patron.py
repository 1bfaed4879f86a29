"""Patrons: who may borrow."""

from datetime import date

from servicekit.db import Editable
from sqlalchemy import Computed, Index, Sequence, text
from sqlalchemy.orm import Mapped, mapped_column

from school_libraries.models.base import Base

CARD_NUMBERS = Sequence("card_numbers", metadata=Base.metadata)


class Patron(Editable, Base):
    """Where the patron is an account, `id` is the account's; a young pupil may have none."""

    __tablename__ = "patrons"
    __table_args__ = (
        Index("uq_patrons_card", text("lower(card)"), unique=True),
        Index("ix_patrons_sort_name", "sort_name", "id"),
    )

    has_account: Mapped[bool]
    # Versions of the account whose facts said last whether it is in use, and which roles it has.
    status_version: Mapped[int] = mapped_column(server_default="0")
    roles_version: Mapped[int] = mapped_column(server_default="0")
    active: Mapped[bool]
    name: Mapped[str]
    email: Mapped[str | None]
    guardian_email: Mapped[str | None]  # gets the notices, too
    category: Mapped[str]
    card: Mapped[str]
    until: Mapped[date | None]  # nothing is lent, or due, after this day: the end of a term, a leaver's last
    blocked: Mapped[str | None]  # why, where the patron may not borrow
    sort_name: Mapped[str] = mapped_column(Computed("folded(name)", persisted=True), deferred=True)
