"""The gateway's settings, `GATEWAY_…` in the environment."""

from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network

from pydantic import Field, PositiveInt
from pydantic_settings import SettingsConfigDict
from servicekit.settings import DeployableSettings


class Settings(DeployableSettings):
    """What differs from every deployable's settings."""

    model_config = SettingsConfigDict(frozen=True, env_prefix="GATEWAY_")

    tenant_domain: str | None = None  # acme.example.org is tenant acme where this is example.org
    trusted_proxies: tuple[IPv4Network | IPv6Network, ...] = ()  # whose X-Forwarded-For counts
    body_limit: PositiveInt = 10_485_760  # bytes; a service may have a lower one
    body_limits: dict[str, PositiveInt] = Field(default_factory=dict)  # by path prefix
    body_rate: PositiveInt = 1_024  # bytes per second below which, after `body_grace`, a body is too slow
    body_grace: timedelta = timedelta(seconds=10)
    first_byte_timeout: timedelta = timedelta(seconds=15)
    idle_timeout: timedelta = timedelta(seconds=30)  # without a byte moving either way
    total_timeout: timedelta = timedelta(seconds=300)
    total_timeouts: dict[str, timedelta] = Field(default_factory=dict)  # by path prefix
