"""Who is asking: what the gateway tells a service about a request, signed."""

from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from contracts.ids import Application, TenantId

CONTEXT_HEADER = "x-internal-context"


class TenantContext(BaseModel):
    """The claims of a context token, apart from its times and parties.

    `kind` says who speaks: a signed-in `user`; `anonymous`, on a public route;
    another `service`, on an `/internal/` route. A `user` always has a tenant;
    the others have one where the route needs it.
    """

    model_config = ConfigDict(frozen=True)

    kind: Literal["user", "anonymous", "service"]
    application: Application | None
    tenant: TenantId | None = None
    user_id: UUID | None = None
    session_id: UUID | None = None
    roles: frozenset[str] = frozenset()
    permissions: frozenset[str] = frozenset()
