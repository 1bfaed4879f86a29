"""The one place where a tenant's id becomes the name of a schema, and of a place for files."""

from functools import lru_cache

from contracts.ids import TenantId
from pydantic import TypeAdapter

CONTROL = "control"  # what is no tenant's
EXTENSIONS = "ext"

_tenant_id: TypeAdapter[str] = TypeAdapter(TenantId)


@lru_cache(maxsize=16_384)
def schema_of(tenant: str) -> str:
    """`acme` → `tenant_acme`.

    Raises:
        pydantic.ValidationError: the id is not of the form that makes the name safe in SQL.
    """
    return f"tenant_{_tenant_id.validate_python(tenant)}"


def files_of(tenant: str, service: str) -> str:
    """Where a service keeps the tenant's files: `tenant_acme/app1-hrms-service`."""
    return f"{schema_of(tenant)}/{service}"
