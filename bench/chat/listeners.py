"""Many WebSocket clients in one process that cost little: they count frames and look at one stamp in each."""

import asyncio
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial

from websockets.frames import Frame, Opcode

_STAMP = b"sent="
_DIGITS = 20
_PING = 0x89
_AT_ONCE = 25  # sockets that are being opened
LENGTH = 200  # bytes of a message


def stamped() -> str:
    """A message that says when it was made."""
    return f"sent={time.monotonic_ns():0{_DIGITS}d} ".ljust(LENGTH, "m")


@dataclass
class Heard:
    """What all listeners of a run heard."""

    waits: list[float] = field(default_factory=list)  # seconds from the making of a message to its coming


@dataclass(frozen=True)
class Way:
    """How a client opens a socket and what it says first."""

    port: int
    path: str
    headers: Sequence[tuple[str, str]] = ()
    says: Sequence[str] = ()  # the next after each frame that comes, until all was said


class _Listener(asyncio.Protocol):
    def __init__(self, way: Way, heard: Heard) -> None:
        self._unsaid = list(way.says)
        self._way = way
        self._heard = heard
        self._buffer = b""
        self._upgraded = False
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - it is one of TCP
        self.transport = transport
        headers = "".join(f"{name}: {value}\r\n" for name, value in self._way.headers)
        transport.write(
            f"GET {self._way.path} HTTP/1.1\r\nhost: a\r\nupgrade: websocket\r\nconnection: Upgrade\r\n"
            f"sec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
            f"{headers}\r\n".encode()
        )

    def data_received(self, data: bytes) -> None:
        if self.ready.done():
            self._count(data)
            return
        self._buffer += data
        if not self._upgraded:
            head, end, rest = self._buffer.partition(b"\r\n\r\n")
            if not end:
                return
            if not head.startswith(b"HTTP/1.1 101 "):
                self.ready.set_exception(RuntimeError(self._buffer.decode()))
                return
            self._upgraded, self._buffer = True, rest
        if self._unsaid and self._buffer:
            self._buffer = b""
            self.transport.write(Frame(Opcode.TEXT, self._unsaid.pop(0).encode()).serialize(mask=True))
        elif self._buffer or not self._way.says:
            self.ready.set_result(None)

    def _count(self, data: bytes) -> None:
        now = time.monotonic_ns()
        at = data.find(_STAMP)
        while at >= 0:
            sent = int(data[at + len(_STAMP) : at + len(_STAMP) + _DIGITS] or 0)
            self._heard.waits.append((now - sent) / 1e9)
            at = data.find(_STAMP, at + LENGTH)
        if data[0] == _PING:
            self.transport.write(Frame(Opcode.PONG, data[2 : 2 + data[1]]).serialize(mask=True))


async def _opened(way: Way, heard: Heard) -> _Listener:
    make = partial(_Listener, way, heard)
    _, listener = await asyncio.get_running_loop().create_connection(make, "127.0.0.1", way.port)
    await listener.ready
    return listener


@asynccontextmanager
async def listening(ways: Sequence[Way]) -> AsyncGenerator[Heard]:
    """Open all sockets, and hear until the end of the block."""
    heard = Heard()
    listeners: list[_Listener] = []
    for at in range(0, len(ways), _AT_ONCE):
        listeners += await asyncio.gather(*(_opened(way, heard) for way in ways[at : at + _AT_ONCE]))
    try:
        yield heard
    finally:
        for listener in listeners:
            listener.transport.abort()
