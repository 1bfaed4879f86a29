from typing import Annotated

from pydantic import Field, SecretStr
from servicekit.schemas import Email, Input

from identity_kit.schemas.account import NewPassword

Token = Annotated[SecretStr, Field(max_length=200)]


class Address(Input):
    email: Email


class Proof(Input):
    """The token of a mailed link."""

    token: Token


class Reset(Input, str_strip_whitespace=False):
    token: Token
    password: NewPassword


class Change(Input, str_strip_whitespace=False):
    current_password: Annotated[SecretStr, Field(max_length=256)]
    new_password: NewPassword
