"""A service that tests script byte by byte."""

import asyncio
import re
from collections.abc import Awaitable, Callable

Script = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
"""What a scripted service does with each connection."""


class ScriptedService:
    """A service that speaks bytes, so that it can break the protocol."""

    def __init__(self) -> None:
        self.script: Script = answer_all
        self.connections = 0
        self._open: set[asyncio.StreamWriter] = set()

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def stop(self) -> None:
        self.hang_up()
        self._server.close()

    def hang_up(self) -> None:
        """Close every connection at once, as a killed service does."""
        for writer in list(self._open):
            writer.transport.abort()

    @property
    def open(self) -> int:
        return len(self._open)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._open.add(writer)
        try:
            await self.script(reader, writer)
        except (OSError, asyncio.IncompleteReadError):
            pass  # the gateway hung up
        finally:
            self._open.discard(writer)
            writer.close()


async def request_of(reader: asyncio.StreamReader) -> tuple[bytes, bytes]:
    """The next request's head and body.

    Raises:
        IncompleteReadError: there is none, or not all of it.
    """
    head = await reader.readuntil(b"\r\n\r\n")
    if match := re.search(rb"content-length: (\d+)", head):
        return head, await reader.readexactly(int(match[1]))
    body = b""
    if b"transfer-encoding: chunked" in head:
        while size := int(await reader.readline(), 16):
            body += await reader.readexactly(size)
            await reader.readexactly(2)
        await reader.readexactly(2)
    return head, body


def ok(body: bytes, *headers: bytes) -> bytes:
    """A whole answer."""
    lines = b"".join(header + b"\r\n" for header in headers)
    return b"HTTP/1.1 200 OK\r\n%bcontent-length: %d\r\n\r\n%b" % (lines, len(body), body)


async def answer_all(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer every request with its own target, on one connection."""
    while True:
        head, _ = await request_of(reader)
        writer.write(ok(head.split(b" ")[1]))
