from typing import Annotated, Any, Self

from contracts.ids import Application, TenantId
from pydantic import Field, StringConstraints
from servicekit.records import Tenant, TenantStatus
from servicekit.schemas import LEFT_OUT, Email, Input, Name, Output, TimeZone

from identity_kit.schemas.account import NewPassword, UserRead
from identity_kit.schemas.role import RoleCode

Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
"""ISO 3166-1 alpha-2."""

Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
"""ISO 4217."""

Locale = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?$")]
"""A BCP 47 tag: `en-GB`."""


class Registration(Input, str_strip_whitespace=False):
    tenant: TenantId
    organisation: Name
    name: Name
    email: Email
    password: NewPassword
    country: Country = "GB"
    currency: Currency = "GBP"
    time_zone: TimeZone = "Europe/London"
    locale: Locale = "en-GB"


class TenantRead(Output):
    id: TenantId
    name: str
    application: Application
    status: TenantStatus

    @classmethod
    def of(cls, tenant: Tenant, application: Application, **more: Any) -> Self:
        """From a row of the directory, which knows no application but its own."""
        return cls.model_validate(
            {name: getattr(tenant, name) for name in cls.model_fields if hasattr(tenant, name)}
            | {"application": application}
            | more
        )


class RegisteredRead(Output):
    tenant: TenantRead
    user: UserRead


class OwnTenantRead(TenantRead):
    """`mfa_roles`: whose holders need a second factor.

    `services` says per module whether it is `ready` for the organisation or still `provisioning`.
    """

    country: Country
    currency: Currency
    time_zone: TimeZone
    locale: Locale
    mfa_roles: list[str]
    services: dict[str, str]


class TenantChanges(Input):
    """The currency is not among them: amounts are kept in it."""

    name: Name = LEFT_OUT
    country: Country = LEFT_OUT
    time_zone: TimeZone = LEFT_OUT
    locale: Locale = LEFT_OUT
    mfa_roles: Annotated[set[RoleCode], Field(max_length=50)] = LEFT_OUT


class Closing(Input):
    """The organisation's id, once more."""

    tenant: TenantId


class ProfileRead(Output):
    organisation: str = Field(validation_alias="name")
    country: str
    currency: str
    time_zone: str
    locale: str


class KnownTenantRead(Output):
    id: TenantId
    profile: ProfileRead
