"""Settings of the School ERP's user-service, read from APP2_USER_* and FLEET_*."""

from identity_kit.settings import IdentitySettings
from pydantic import HttpUrl


class Settings(IdentitySettings, env_prefix="APP2_USER_"):
    public_url: HttpUrl = HttpUrl("http://localhost:3002")
