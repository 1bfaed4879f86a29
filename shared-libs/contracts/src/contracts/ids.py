"""Identifiers whose form is a promise between services."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, StringConstraints

Application = Literal["business", "school"]

RESERVED_TENANTS = frozenset({"www", "api", "admin", "app"})


def _not_reserved(tenant: str) -> str:
    if tenant in RESERVED_TENANTS:
        msg = "This name is reserved."
        raise ValueError(msg)
    return tenant


TENANT_PATTERN = r"^[a-z0-9]([a-z0-9_]{0,38}[a-z0-9])?$"

TenantId = Annotated[str, StringConstraints(pattern=TENANT_PATTERN), AfterValidator(_not_reserved)]
"""An organisation's slug, unique per application: `1`, `acme`, `north_school`."""

UserId = UUID
EmployeeId = UUID
