"""Settings of the chat-service, read from APP1_CHAT_* and FLEET_*."""

from servicekit.settings import ServiceSettings


class Settings(ServiceSettings, env_prefix="APP1_CHAT_"):
    pass
