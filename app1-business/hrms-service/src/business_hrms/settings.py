"""Settings of the hrms-service, read from APP1_HRMS_* and FLEET_*."""

from servicekit.settings import ServiceSettings


class Settings(ServiceSettings, env_prefix="APP1_HRMS_"):
    pass
