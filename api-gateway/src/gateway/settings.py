"""The gateway's settings, `GATEWAY_…` in the environment."""

from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PositiveFloat, PositiveInt
from pydantic_settings import NoDecode, SettingsConfigDict
from servicekit.settings import DeployableSettings

STANDARD = "standard"  # the plan of a tenant that has no other
_WITH_COMMAS = BeforeValidator(lambda given: given.split(",") if isinstance(given, str) else given)


class Limit(BaseModel):
    """A token bucket: `burst` requests at once, `rate` a second in the long run."""

    model_config = ConfigDict(frozen=True)

    rate: PositiveFloat
    burst: PositiveInt


class Plan(BaseModel):
    """What a tenant and each of its users may ask for."""

    model_config = ConfigDict(frozen=True)

    tenant: Limit = Limit(rate=5_000, burst=10_000)
    user: Limit = Limit(rate=1_000, burst=2_000)


class Settings(DeployableSettings):
    """What differs from every deployable's settings."""

    model_config = SettingsConfigDict(frozen=True, env_prefix="GATEWAY_")

    tenant_domain: str | None = None  # acme.example.org is tenant acme where this is example.org
    # Whose X-Forwarded-For and -Proto count.
    trusted_proxies: Annotated[tuple[IPv4Network | IPv6Network, ...], NoDecode, _WITH_COMMAS] = ()
    # Pages that may open WebSockets: "https://app.example.org".
    origins: Annotated[tuple[str, ...], NoDecode, _WITH_COMMAS] = ()
    plans: dict[str, Plan] = Field(default_factory=lambda: {STANDARD: Plan()})  # by the token's claim `plan`
    public_limit: Limit = Limit(rate=50, burst=500)  # per client address, on public routes
    public_tenant_limit: Limit = Limit(rate=200, burst=1_000)  # per tenant, on public routes
    route_limits: dict[str, Limit] = Field(default_factory=dict)  # per client and route: "POST /user/login"
    concurrency: PositiveInt = 512  # requests under way to one service
    body_limit: PositiveInt = 10_485_760  # bytes; a service may have a lower one
    body_limits: dict[str, PositiveInt] = Field(default_factory=dict)  # by path prefix
    body_rate: PositiveInt = 1_024  # bytes per second below which, after `body_grace`, a body is too slow
    body_grace: timedelta = timedelta(seconds=10)
    first_byte_timeout: timedelta = timedelta(seconds=15)
    idle_timeout: timedelta = timedelta(seconds=30)  # without a byte moving either way
    total_timeout: timedelta = timedelta(seconds=300)
    total_timeouts: dict[str, timedelta] = Field(default_factory=dict)  # by path prefix
    sockets_per_user: PositiveInt = 20  # open WebSockets, by this gateway
    sockets_per_tenant: PositiveInt = 5_000
    socket_silence: timedelta = timedelta(
        seconds=120
    )  # without a byte of the service, which pings every 25 s
