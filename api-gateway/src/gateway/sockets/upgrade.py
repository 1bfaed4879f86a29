"""Where uvicorn hands over a WebSocket's handshake: `--ws gateway.sockets.upgrade:Upgrade`.

uvicorn's own protocols take frames apart into ASGI's messages; the gateway would only
put them together again. This one gives the application the handshake, as a scope of
type "websocket" whose extension `UPGRADE` is the Upgrade itself, and gets out of the way.
"""

import asyncio
from http import HTTPStatus
from typing import Any, NoReturn, cast
from urllib.parse import unquote

import httptools
from starlette.types import Message
from uvicorn.config import Config
from uvicorn.server import ServerState

from gateway.sockets.relay import SERVICE_RESTART, Relay
from gateway.upstream.connection import Headers

UPGRADE = "gateway.upgrade"
_PHRASES = {status.value: status.phrase.encode() for status in HTTPStatus}


class Upgrade(asyncio.Protocol):
    def __init__(self, config: Config, server_state: ServerState, app_state: dict[str, Any]) -> None:
        self._app = config.loaded_app
        self._server = server_state
        self._state = app_state
        self._task: asyncio.Task[None] | None = None
        self._relay: Relay | None = None

    # What the application calls.

    def answer(self, status: int, headers: Headers, body: bytes) -> None:
        """Answer as to any request, and close: there will be no WebSocket."""
        self._write(status, [*headers, (b"connection", b"close")], body)
        self._transport.close()

    def switch(self, headers: Headers, service: asyncio.Transport) -> Relay:
        """Answer that it begins; the relay is still to begin."""
        self._write(101, [*headers, (b"connection", b"Upgrade"), (b"upgrade", b"websocket")], b"")
        self._relay = Relay(self._transport, service)
        return self._relay

    def _write(self, status: int, headers: Headers, body: bytes) -> None:
        lines = [b"%b: %b\r\n" % header for header in (*self._server.default_headers, *headers)]
        start = b"HTTP/1.1 %d %b\r\n" % (status, _PHRASES.get(status, b""))
        self._transport.write(b"".join((start, *lines, b"\r\n", body)))

    # What uvicorn calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._server.connections.add(cast("Any", self))  # it names its own protocols only

    def data_received(self, data: bytes) -> None:
        """Take the handshake, written anew by uvicorn from what it has read."""
        if self._task is not None:
            self._transport.abort()  # frames before the answer
            return
        start, *lines = data.removesuffix(b"\r\n\r\n").split(b"\r\n")
        method, target, _ = start.split(b" ")
        url = httptools.parse_url(target)
        scope = {
            "type": "websocket",
            "method": method.decode(),
            "scheme": "http",
            "client": self._transport.get_extra_info("peername"),
            "path": unquote(url.path.decode("ascii")),
            "raw_path": url.path,
            "query_string": url.query or b"",
            "headers": [tuple(line.split(b": ", 1)) for line in lines],
            "state": self._state,
            "extensions": {UPGRADE: self},
        }
        self._task = asyncio.get_running_loop().create_task(self._run(scope))
        self._server.tasks.add(self._task)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - gone is gone
        if self._task is not None:
            self._task.cancel()

    def shutdown(self) -> None:
        """The server stops."""
        if self._relay is None:
            self._transport.close()
        else:
            self._relay.close(SERVICE_RESTART, "The gateway restarts.")

    async def _run(self, scope: dict[str, Any]) -> None:
        try:
            await self._app(scope, _nothing, _nothing)
        finally:
            self._server.connections.discard(cast("Any", self))
            if self._task is not None:
                self._server.tasks.discard(self._task)
            self._transport.close()


async def _nothing(_: Message | None = None) -> NoReturn:
    raise RuntimeError("This WebSocket has no messages: see its extension.")
