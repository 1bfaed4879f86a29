"""Settings that both user-services have."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, HttpUrl, SecretStr, UrlConstraints, model_validator
from pydantic_core import Url
from servicekit.settings import ServiceSettings

SmtpUrl = Annotated[Url, UrlConstraints(allowed_schemes=["smtp", "smtps"], host_required=True)]


class IdentitySettings(ServiceSettings):
    """A service subclasses it with its `env_prefix` and the address of its frontend.

    Mails go to `smtp_url` (`smtp://user:password@host:587` upgrades by STARTTLS,
    `smtps://` is TLS from the start) or, in development, into `mail_folder`.
    """

    secret: Annotated[SecretStr, Field(min_length=32)]  # what keys for signing keys and tokens come from
    public_url: HttpUrl  # of the frontend, which links in mails lead to
    mail_from: str = "no-reply@fleet.test"
    mail_folder: Path | None = None
    smtp_url: SmtpUrl | None = None
    mfa_roles: frozenset[str] = frozenset()  # whose holders need a second factor in new organisations
    invitation_lifetime: timedelta = timedelta(days=7)
    session_idle: timedelta = timedelta(days=14)  # without a refresh, then the user signs in again
    session_lifetime: timedelta = timedelta(days=90)  # at most

    @model_validator(mode="after")
    def _mail_leaves_the_house(self) -> Self:
        if self.environment == "production":
            if missing := {"public_url", "mail_from", "smtp_url"} - self.model_fields_set:
                raise ValueError(f"production needs {', '.join(sorted(missing))}")
        elif self.mail_folder is None and self.smtp_url is None:
            raise ValueError("set mail_folder or smtp_url")
        return self
