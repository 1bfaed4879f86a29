"""uvicorn's WebSocket as services run it."""

import asyncio
from typing import Any

from starlette.types import Receive, Scope, Send
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

OPTIONS = (  # of uvicorn; python.Dockerfile has them as variables
    "--ws=servicekit.realtime_protocol:Protocol",
    "--ws-max-size=65536",  # bytes; uvicorn would read 16 MB before anybody could refuse it
    "--ws-per-message-deflate=false",  # a frame for many would be compressed for each of them
    "--ws-ping-interval=25",
    "--ws-ping-timeout=20",
)
LINGER = 5.0  # seconds in which what was sent last may leave


class Protocol(WebSocketsSansIOProtocol):
    """Closing a connection waits for its reader, and would for ever; here it ends."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._served, self.app = self.app, self._serve

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._served(scope, receive, send)
        if self.close_sent:  # uvicorn would take a refusal for no answer, and complain
            self.handshake_complete = True

    def on_task_complete(self, task: asyncio.Task[None]) -> None:
        super().on_task_complete(task)
        self.loop.call_later(LINGER, self.transport.abort)

    def keepalive_timeout(self) -> None:
        super().keepalive_timeout()
        self.transport.abort()  # who answers no ping takes no close frame
