"""What is no tenant's: signing keys, which service is ready for whom, answers to registrations."""

from datetime import datetime
from typing import Any

from servicekit.records import KeptAnswer
from sqlalchemy import text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from identity_kit.models.base import ControlBase


class SigningKey(ControlBase):
    """A key for access tokens; the private part is encrypted.

    It is published at once, signs from `signs_from` until a younger one does,
    and is withdrawn at `published_until`, when the last token it signed is dead.
    """

    __tablename__ = "signing_key"

    kid: Mapped[str] = mapped_column(primary_key=True)
    public_jwk: Mapped[dict[str, Any]] = mapped_column(JSONB)
    private_sealed: Mapped[bytes]
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    signs_from: Mapped[datetime]
    published_until: Mapped[datetime | None]


class TenantService(ControlBase):
    """A service that has told it is ready for a tenant."""

    __tablename__ = "tenant_service"

    tenant: Mapped[str] = mapped_column(primary_key=True)
    service: Mapped[str] = mapped_column(primary_key=True)
    revision: Mapped[str]
    ready_at: Mapped[datetime] = mapped_column(server_default=text("now()"))


class AccountAddress(ControlBase):
    """An organisation in which an address, in lower case, has an account that is in use."""

    __tablename__ = "account_address"

    address: Mapped[str] = mapped_column(primary_key=True)
    tenant: Mapped[str] = mapped_column(primary_key=True)


class KeptRegistration(KeptAnswer, ControlBase):
    """Registrations belong to no tenant yet, so their answers are kept here."""

    __tablename__ = "idempotency"
