from typing import Annotated

from pydantic import Field, StringConstraints
from servicekit.schemas import LEFT_OUT, Input, Name, Output

RoleCode = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,49}$")]
Permissions = Annotated[set[str], Field(max_length=500)]


class RoleWish(Input):
    code: RoleCode
    name: Name
    permissions: Permissions


class RoleChanges(Input):
    name: Name = LEFT_OUT
    permissions: Permissions = LEFT_OUT


class RoleRead(Output):
    """`version` is null for a built-in role, which nobody changes."""

    code: str
    name: str
    built_in: bool
    permissions: list[str]
    version: int | None


class RolesGiven(Input):
    roles: Annotated[set[RoleCode], Field(min_length=1, max_length=20)]


class PermissionRead(Output):
    code: str
    label: str
    allowed: bool
