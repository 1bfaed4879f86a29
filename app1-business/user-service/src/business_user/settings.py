"""Settings of the Business System's user-service, read from APP1_USER_* and FLEET_*."""

from identity_kit.settings import IdentitySettings
from pydantic import HttpUrl


class Settings(IdentitySettings, env_prefix="APP1_USER_"):
    public_url: HttpUrl = HttpUrl("http://localhost:3001")
