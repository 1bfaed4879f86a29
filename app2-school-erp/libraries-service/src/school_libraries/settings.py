"""Settings of the libraries-service, read from APP2_LIBRARIES_* and FLEET_*."""

from servicekit.settings import ServiceSettings


class Settings(ServiceSettings, env_prefix="APP2_LIBRARIES_"):
    pass
