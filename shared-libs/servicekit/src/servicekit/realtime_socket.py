"""The WebSocket at `/<prefix>/ws`: frames in and out, within limits; docs/chat-protocol.md has them all.

Plain ASGI: per frame sent to each of many sockets, a framework's object is what costs most.
"""

import asyncio
import time
from collections import deque
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from typing import Annotated, Literal
from uuid import UUID, uuid4

import structlog
from contracts.context import TenantContext
from fastapi import FastAPI
from prometheus_client import Gauge
from pydantic import Field, TypeAdapter, ValidationError
from sqlalchemy.exc import SQLAlchemyError
from starlette.routing import WebSocketRoute
from starlette.types import Receive, Scope, Send

from servicekit.access import Access, ContextRequired
from servicekit.errors import Problem, Unavailable
from servicekit.realtime_feed import TRY_AGAIN_LATER, Log
from servicekit.realtime_frame import frame
from servicekit.realtime_hub import POLICY_VIOLATION, Hub
from servicekit.realtime_protocol import EXTENSION, LINGER, Protocol
from servicekit.schemas import Input
from servicekit.service import Plug
from servicekit.web import problem_response

QUEUE = 256  # frames that wait for a slow reader before it is closed
LONGEST = 8192  # characters of a client's frame
RATE, BURST = 20, 100  # frames a second a client may send, and how many at once
TYPING_EVERY = 1.0  # seconds; what a client says of it more often is passed over

UNSUPPORTED_DATA = 1003
MESSAGE_TOO_BIG = 1009

log = structlog.get_logger()

SOCKETS = Gauge("sockets", "WebSockets open.")


class _Resume(Input):
    type: Literal["resume"]
    channels: dict[UUID, Annotated[int, Field(ge=0, lt=2**63)]]


class _Ping(Input):
    type: Literal["ping"]


class _Says(Input):
    type: Literal["active", "idle"]


class _Watch(Input):
    type: Literal["watch"]
    user_ids: list[UUID]


class _Typing(Input):
    type: Literal["typing"]
    channel_id: UUID
    thread_root_id: UUID | None = None


_FRAMES: TypeAdapter[_Resume | _Ping | _Says | _Watch | _Typing] = TypeAdapter(
    Annotated[_Resume | _Ping | _Says | _Watch | _Typing, Field(discriminator="type")]
)


class _Ended(Exception):  # noqa: N818 - no error
    """The socket ended while something was still to be sent."""


class _Socket:
    """One connection, and a bounded queue for when its reader is behind."""

    def __init__(self, context: TenantContext, user_id: UUID, send: Send, protocol: Protocol) -> None:
        self.context, self.user_id = context, user_id
        self._send, self._protocol = send, protocol
        self._queue: deque[bytes] = deque()
        self._draining: asyncio.Task[None] | None = None
        self._ending: asyncio.Task[None] | None = None
        self._allowed, self._counted_at = float(BURST), time.monotonic()
        self._typed_at = -TYPING_EVERY

    def offer(self, frame: bytes) -> None:
        if self._ending or (not self._queue and self._protocol.write(frame)):
            return
        if len(self._queue) >= QUEUE:
            self.close(TRY_AGAIN_LATER, "too slow")
            return
        self._queue.append(frame)
        if self._draining is None:
            self._draining = asyncio.create_task(self._drain())

    def hint(self, frame: bytes) -> None:
        if len(self._queue) < QUEUE // 2:
            self.offer(frame)

    async def send(self, frame: bytes) -> None:
        while len(self._queue) >= QUEUE // 2 and self._draining:
            await asyncio.wait([self._draining])
        if self._ending or self._protocol.ended:
            raise _Ended
        self.offer(frame)

    async def _drain(self) -> None:
        """Send what waits, as the reader takes it."""
        while self._queue and await self._protocol.room():
            self._protocol.write(self._queue.popleft())
        self._queue.clear()
        self._draining = None

    def close(self, code: int, reason: str) -> None:
        if self._ending is None:
            self._queue.clear()
            self._ending = asyncio.create_task(self._end(code, reason))

    async def _end(self, code: int, reason: str) -> None:
        """Say goodbye, and wait a while for a reader that does not take even that."""
        goodbye = {"type": "websocket.close", "code": code, "reason": reason}
        try:
            await asyncio.wait_for(self._send(goodbye), LINGER)
        except (TimeoutError, OSError):
            self._protocol.abort()

    def within_rate(self) -> bool:
        now = time.monotonic()
        self._allowed = min(BURST, self._allowed + (now - self._counted_at) * RATE) - 1
        self._counted_at = now
        return self._allowed >= 0

    def may_type(self) -> bool:
        now = time.monotonic()
        if now - self._typed_at < TYPING_EVERY:
            return False
        self._typed_at = now
        return True


class _Endpoint:
    """What answers the handshake and then speaks."""

    def __init__(self, app: FastAPI, hub: Hub, access: Access) -> None:
        self._app, self._hub, self._access = app, hub, access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        context: TenantContext = scope["context"]
        try:
            self._access.check(context)
            if context.user_id is None:
                raise ContextRequired
            await self._active(context.tenant)
        except Problem as problem:
            await problem_response(problem, scope["path"], "")(scope, receive, send)
            return
        await receive()
        await send({"type": "websocket.accept"})
        socket = _Socket(context, context.user_id, send, scope["extensions"][EXTENSION])
        self._hub.enter(socket)
        socket.offer(frame("hello", conn_id=uuid4(), user_id=context.user_id))
        try:
            with SOCKETS.track_inprogress(), suppress(_Ended):
                await self._read(socket, receive)
        finally:
            self._hub.leave(socket)

    async def _active(self, tenant: str | None) -> None:
        try:
            await self._app.state.tenants.require_active(tenant)
        except (SQLAlchemyError, OSError) as error:
            raise Unavailable("The database is busy. Try again.") from error

    async def _read(self, socket: _Socket, receive: Receive) -> None:
        while (message := await receive())["type"] == "websocket.receive":
            text = message.get("text")
            if not socket.within_rate():
                socket.close(POLICY_VIOLATION, "too many frames")
            elif text is None:
                socket.close(UNSUPPORTED_DATA, "text only")
            elif len(text) > LONGEST:
                socket.close(MESSAGE_TOO_BIG, "frame too large")
            else:
                await self._take(socket, text)

    async def _take(self, socket: _Socket, text: str) -> None:
        try:
            said = _FRAMES.validate_json(text)
        except ValidationError as error:
            unknown = error.errors()[0]["type"] == "union_tag_invalid"
            code = "unknown_type" if unknown else "malformed"
            await socket.send(frame("error", code=code))
            return
        match said:
            case _Ping():
                await socket.send(frame("pong"))
            case _Says():
                self._hub.presences.says(socket, active=said.type == "active")
            case _Watch():
                await self._hub.presences.watch(socket, said.user_ids)
            case _Typing():
                if socket.may_type():
                    self._hub.typing(socket, said.channel_id, said.thread_root_id)
            case _Resume():
                try:
                    for channel_id, after in said.channels.items():
                        await self._hub.feeds.follow(socket, channel_id, after)
                except (SQLAlchemyError, OSError) as error:
                    log.warning("log not read", reason=repr(error))
                    socket.close(TRY_AGAIN_LATER, "cannot read the log")


def live(service: str, path: str, access: Access, source: Log) -> Plug:
    """A service's WebSocket, to stand among its plugs: who may open it, and the logs that it shows."""

    @asynccontextmanager
    async def plug(app: FastAPI) -> AsyncGenerator[None]:
        hub = Hub(app.state.database, app.state.redis, service, source)
        route = WebSocketRoute(path, _Endpoint(app, hub, access))
        app.router.routes.append(route)
        async with hub.running():
            yield
        app.router.routes.remove(route)

    return plug
