from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field, SecretStr
from servicekit.pagination import ListQuery
from servicekit.schemas import Email, Input, Output

from identity_kit.models.account import AccountStatus

NewPassword = Annotated[SecretStr, Field(min_length=8, max_length=256)]
"""Taken as it comes: nothing is trimmed or changed."""


class Credentials(Input, str_strip_whitespace=False):
    email: Email
    password: Annotated[SecretStr, Field(max_length=256)]


class UserRead(Output):
    id: UUID
    email: str
    email_verified: bool
    name: str
    status: AccountStatus
    roles: list[str]
    created_at: AwareDatetime


class OwnUserRead(UserRead):
    permissions: list[str]


class UserQuery(ListQuery):
    """`q` finds parts of names and addresses."""

    q: Annotated[str, Field(min_length=1, max_length=100)] | None = None
    role: str | None = None
    status: AccountStatus | None = None
    sort: Literal["name", "-name", "email", "-email", "created_at", "-created_at"] = "name"
