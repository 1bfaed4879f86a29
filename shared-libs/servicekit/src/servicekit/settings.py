"""Settings every deployable has, read from the environment.

A service's own prefix (`APP1_HRMS_`) comes first, then `FLEET_`, the fleet's
common values. Production has no defaults for secrets: start-up fails without.
"""

from pathlib import Path
from typing import Literal

from pydantic import PositiveFloat, PositiveInt, PostgresDsn, RedisDsn
from pydantic_settings import BaseSettings, EnvSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict


class DeployableSettings(BaseSettings):
    """What the gateway and the services have in common."""

    model_config = SettingsConfigDict(frozen=True)

    environment: Literal["development", "test", "production"] = "production"
    release: str = "development"
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    metrics_port: int | None = None  # default: the deployable's port + 1000; 0 turns the listener off
    redis_url: RedisDsn
    signing_key_file: Path  # PEM; signs the deployable's internal tokens

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the hook's signature
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the hook's signature
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, EnvSettingsSource(settings_cls, env_prefix="FLEET_")


class ServiceSettings(DeployableSettings):
    """What every service has. A service subclasses it with its `env_prefix`."""

    database_url: PostgresDsn
    database_read_url: PostgresDsn
    database_direct_url: PostgresDsn | None = (
        None  # for LISTEN, advisory locks, migrations, where the others go through PgBouncer
    )
    pool_size: PositiveInt = 16  # connections that write; an embedded worker uses eight of them
    read_pool_size: PositiveInt = 8  # connections that read
    trusted_keys_file: Path  # {"api-gateway": JWKS, "<service>": JWKS}: who may sign internal tokens
    worker: Literal["embedded", "none"] = (
        "none"  # embedded: relay, consumers and jobs run inside the API's process
    )
    worker_lease: PositiveFloat = (
        30  # seconds without a sign of life after which a worker's items go to others
    )
    body_limit: PositiveInt = 1_048_576  # bytes, where the route names no other
    files_url: str  # where files lie: file:///… or s3://bucket/…, whose keys AWS_… in the environment hold

    @property
    def direct_url(self) -> PostgresDsn:
        return self.database_direct_url or self.database_url
