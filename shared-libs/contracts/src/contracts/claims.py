"""What the user-service says of somebody signed in: in an access token, or behind a ticket."""

from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from contracts.ids import Application, TenantId


class Claims(BaseModel):
    """Field names are ours, aliases those of the token.

    `version` is the account's: it rises when what the account may do changes,
    and older tokens are stale. A program's key is account and session at once.
    """

    model_config = ConfigDict(frozen=True, populate_by_name=True)

    user_id: UUID = Field(alias="sub")
    tenant: TenantId = Field(alias="tid")
    application: Application = Field(alias="app")
    session_id: UUID = Field(alias="sid")
    version: int = Field(alias="ver")
    roles: frozenset[str]
    permissions: frozenset[str] = Field(alias="perms")

    def in_token(self) -> dict[str, Any]:
        """As the token has them, sorted, so that equal claims look the same."""
        claims = self.model_dump(mode="json", by_alias=True)
        return claims | {"roles": sorted(self.roles), "perms": sorted(self.permissions)}
