"""uvicorn's WebSocket as services run it, with a way past ASGI for frames."""

import asyncio
from typing import Any, cast

from starlette.types import Receive, Scope, Send
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

EXTENSION = "servicekit.protocol"  # of the scope: the Protocol itself

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
        cast("dict[str, Any]", scope["extensions"])[EXTENSION] = self
        await self._served(scope, receive, send)
        if self.close_sent:  # uvicorn would take a refusal for no answer, and complain
            self.handshake_complete = True

    def on_task_complete(self, task: asyncio.Task[None]) -> None:
        super().on_task_complete(task)
        self.loop.call_later(LINGER, self.transport.abort)

    def keepalive_timeout(self) -> None:
        super().keepalive_timeout()
        self.transport.abort()  # who answers no ping takes no close frame

    def write(self, frame: bytes) -> bool:
        """Send a frame at once; False: there is no room for it now, or never again."""
        if self.ended or not self.writable.is_set():
            return False
        self.transport.write(frame)
        return True

    async def room(self) -> bool:
        """Wait until `write` has room; False: it never will."""
        await self.writable.wait()
        return not self.ended

    @property
    def ended(self) -> bool:
        return self.close_sent or self.disconnected

    def abort(self) -> None:
        """End the connection now, whatever is still to be sent."""
        self.transport.abort()
