"""Those who have an account, as the user-service tells of them."""

from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Mapped, mapped_column

from business_chat.models.base import Base


class Person(Base):
    """`handle` is what stands after the @ of a mention. `version` is that of the newest fact about them."""

    __tablename__ = "people"

    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    handle: Mapped[str] = mapped_column(unique=True)
    display_name: Mapped[str]
    active: Mapped[bool] = mapped_column(server_default=text("true"))
    version: Mapped[int]
