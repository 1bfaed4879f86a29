from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field, SecretStr
from servicekit.schemas import Input, Output

from identity_kit.schemas.account import UserRead


class Renewal(Input, str_strip_whitespace=False):
    refresh_token: Annotated[SecretStr, Field(max_length=200)]


class TokensRead(Output):
    """`expires_in` is the access token's life in seconds; the refresh token is good once.

    `second_factor_required`: the organisation wants this account to have a second factor, and until it
    has one, the access token is good for little else than setting it up.
    """

    access_token: str
    token_type: Literal["bearer"]
    expires_in: int
    refresh_token: str
    second_factor_required: bool
    user: UserRead


class SessionRead(Output):
    """`device` and `address` are those it was started from; it is used when its tokens are refreshed."""

    id: UUID
    device: str | None
    address: str | None
    created_at: AwareDatetime
    last_used_at: AwareDatetime
    expires_at: AwareDatetime
    current: bool
