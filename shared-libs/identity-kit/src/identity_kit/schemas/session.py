from typing import Annotated, Literal

from pydantic import Field, SecretStr
from servicekit.schemas import Input, Output

from identity_kit.schemas.account import UserRead


class Renewal(Input, str_strip_whitespace=False):
    refresh_token: Annotated[SecretStr, Field(max_length=200)]


class TokensRead(Output):
    """`expires_in` is the access token's life in seconds; the refresh token is good once."""

    access_token: str
    token_type: Literal["bearer"]
    expires_in: int
    refresh_token: str
    user: UserRead
