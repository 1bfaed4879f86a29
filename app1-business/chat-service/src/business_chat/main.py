"""The chat-service: what it is made of."""

from pathlib import Path

from servicekit.app import create_app
from servicekit.fleet import fleet
from servicekit.handlers import Handlers
from servicekit.migrations import Stream
from servicekit.realtime_socket import live
from servicekit.service import Service

from business_chat import consumers, jobs
from business_chat.models.base import Base
from business_chat.routes import channel, draft, member, message, person, search, settings, thread
from business_chat.services.live import ChannelLogs
from business_chat.settings import Settings

service = Service(
    entry=fleet().named("app1-chat-service"),
    settings=Settings(),
    routers=[
        channel.router,
        draft.router,
        member.router,
        message.router,
        person.router,
        search.router,
        settings.router,
        thread.router,
    ],
    streams=[Stream("chat", "tenant", Path(__file__).parents[2] / "migrations/versions", Base.metadata)],
    plugs=[live("app1-chat-service", "/chat/ws", channel.USES, ChannelLogs())],
    handlers=Handlers(consumers.handlers, jobs.handlers),
)
app = create_app(service)
