from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field, SecretStr
from servicekit.schemas import Input, Name, Output


class ApiKeyWish(Input):
    name: Name
    permissions: Annotated[set[str], Field(min_length=1, max_length=500)]
    days: Annotated[int, Field(ge=1, le=366)] = 90  # until it expires


class ApiKeyRead(Output):
    id: UUID
    name: str
    permissions: list[str]
    created_by: UUID
    created_at: AwareDatetime
    expires_at: AwareDatetime
    last_used_at: AwareDatetime | None


class NewApiKeyRead(ApiKeyRead):
    """`key` is shown this one time."""

    key: str


class ApiKeyShown(Input):
    api_key: Annotated[SecretStr, Field(max_length=200)]


class AccessTokenRead(Output):
    access_token: str
    token_type: Literal["bearer"]
    expires_in: int


class TicketRead(Output):
    """`expires_in` is in seconds; the ticket is good once."""

    ticket: str
    expires_in: int
