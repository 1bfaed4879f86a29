"""One HTTP/1.1 connection to a service, carrying one exchange at a time.

httptools (llhttp, strict) reads the answers: contradicting lengths, bare CR or LF
and folded lines are errors of the parser. What is added here is what a parser
cannot know: which request was asked, and that nothing may come unasked. A
connection whose answer was not read to its exact end is never used again.
"""

import asyncio
from typing import Protocol, cast

from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser

Headers = list[tuple[bytes, bytes]]

HEAD_LIMIT = 65_536  # bytes of status line and headers, informational answers included
MOST_HEADERS = 500
HIGH_WATER = 262_144  # bytes of body held for a slow reader before the service has to wait
_BODILESS = frozenset({204, 304})


class UpstreamFailed(Exception):  # noqa: N818 - what happened
    """The exchange cannot be completed."""


class ConnectFailed(UpstreamFailed):
    """No connection: the service has seen nothing of the request."""


class ConnectionLost(UpstreamFailed):
    """The connection ended before the answer did."""


class BadResponse(UpstreamFailed):
    """The answer breaks the protocol."""


class Home(Protocol):
    """Where a connection is kept between exchanges."""

    def returned(self, connection: "Connection", *, reusable: bool) -> None:
        """An exchange ended."""

    def lost(self, connection: "Connection") -> None:
        """The connection was closed while idle."""


class Connection(asyncio.Protocol):
    """See the module. `release` ends every exchange, whatever became of it."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._writable: asyncio.Future[None] | None = None
        self._parser = HttpResponseParser(self)
        self._busy = False
        self.idle_since = 0.0
        self.exchanges = 0

    # What the gateway calls.

    def begin(self, head: bytes, *, is_head: bool, whole: bool, upgrade: bool = False) -> None:
        """Send a request's head, with its body where that is `whole`; it may `upgrade` the connection."""
        self._busy = True
        self._upgrade = upgrade
        self._is_head = is_head
        self.exchanges += 1
        self.sent = whole
        self.status = 0
        self.headers: Headers = []
        self.started = self.complete = self.sized = False
        self.may_have_body = True
        self.answered_id: bytes | None = None
        self._framed = self._chunked = self._reusable = self._paused = False
        self._error: UpstreamFailed | None = None
        self._chunks: list[bytes] = []
        self._held = self._head_size = 0
        if self._transport is None or self._transport.is_closing():
            self._error = ConnectionLost("The pooled connection was closed.")
        else:
            self._transport.write(head)

    async def send(self, data: bytes) -> None:
        """Send a piece of the request's body, at the pace the service reads it.

        Raises:
            ConnectionLost: there is nobody to send it to.
        """
        if self._error or self._transport is None:
            raise self._error or ConnectionLost("The connection is closed.")
        self._transport.write(data)
        if self._writable is not None:
            await self._writable

    async def head(self) -> None:
        """Wait for the final answer's `status` and `headers`.

        Raises:
            UpstreamFailed: there will be none.
        """
        while not self.started:
            if self._error:
                raise self._error
            await self._wake_up()

    async def read(self) -> bytes:
        """The next piece of the answer's body, empty at its end (see `complete`).

        Raises:
            UpstreamFailed: the rest will not come.
        """
        while not self._chunks:
            if self.complete:
                return b""
            if self._error:
                raise self._error
            await self._wake_up()
        piece = self._chunks[0] if len(self._chunks) == 1 else b"".join(self._chunks)
        self._chunks = []
        self._held = 0
        if self._paused and self._transport is not None:
            self._paused = False
            self._transport.resume_reading()
        return piece

    def switched(self) -> tuple[asyncio.Transport, bytes]:
        """The connection itself, after an answer 101, and what has come behind it; reading is paused.

        Raises:
            ConnectionLost: it has closed meanwhile.
        """
        if self._error or self._transport is None:
            raise self._error or ConnectionLost("The connection is closed.")
        return self._transport, b"".join(self._chunks)

    @property
    def drained(self) -> bool:
        """Whether everything that will come has been read."""
        return self.complete and not self._chunks

    def release(self) -> None:
        """End the exchange: back to the pool if all of it went by the book, else closed."""
        if not self._busy:
            return
        self._busy = False
        self._chunks = []
        transport = self._transport
        whole = self.complete and self.sent and self._reusable
        reusable = whole and transport is not None and not transport.is_closing()
        if transport is not None:
            if not reusable:
                transport.abort()
            elif self._paused:
                transport.resume_reading()
        if self._is_head:  # the parser cannot be told that no body follows: it still waits for it
            self._parser = HttpResponseParser(self)
        self.idle_since = self._loop.time()
        self._home.returned(self, reusable=reusable)

    def close(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    async def _wake_up(self) -> None:
        self._waiter = self._loop.create_future()
        try:
            await self._waiter
        finally:
            self._waiter = None

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def _fail(self, error: UpstreamFailed) -> None:
        self._reusable = False
        if self._busy and not self.complete and self._error is None:
            self._error = error
            self._wake()
        self.close()

    # What the transport calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # TCP is all we open

    def data_received(self, data: bytes) -> None:
        if not self._busy:
            self.close()  # nothing was asked: whatever it is, it is not for the next request
            return
        try:
            self._parser.feed_data(data)
        except HttpParserUpgrade as upgrade:
            self._chunks.append(data[upgrade.args[0] :])
            if self._transport is not None:
                self._transport.pause_reading()
        except HttpParserError as error:
            self._fail(BadResponse(str(error)))
            return
        if not self.started:
            self._head_size += len(data)
            if self._head_size > HEAD_LIMIT:
                self._fail(BadResponse("The answer's head is too large."))
        elif self._held > HIGH_WATER and not self._paused and self._transport is not None:
            self._paused = True
            self._transport.pause_reading()

    def pause_writing(self) -> None:
        self._writable = self._loop.create_future()

    def resume_writing(self) -> None:
        if self._writable is not None and not self._writable.done():
            self._writable.set_result(None)
        self._writable = None

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self.resume_writing()
        if not self._busy:
            self._home.lost(self)
        elif self.started and not self._framed and exc is None:
            self.complete = True  # an answer without a length ends with its connection
            self._reusable = False
            self._wake()
        else:
            self._fail(ConnectionLost("The service closed the connection."))

    # What the parser calls.

    def on_message_begin(self) -> None:
        if self.complete:
            raise BadResponse("An answer that nobody asked for.")

    def on_header(self, name: bytes, value: bytes) -> None:
        if self.started:
            return  # trailers: nothing of ours has a use for them
        name = name.lower()
        if name == b"transfer-encoding":
            if self._chunked or value.lower() != b"chunked":
                raise BadResponse("An unknown transfer coding.")
            self._chunked = self._framed = True
            return
        if name == b"content-length":
            self.sized = self._framed = True
        elif name == b"x-request-id":
            self.answered_id = value
        self.headers.append((name, value))
        if len(self.headers) > MOST_HEADERS:
            raise BadResponse("Too many headers.")

    def on_headers_complete(self) -> None:
        status = self._parser.get_status_code()
        switched = status == 101 and self._upgrade and self._parser.should_upgrade()  # noqa: PLR2004
        if status < 200 and not switched:  # noqa: PLR2004 - 1xx: the real answer follows
            if status == 101:  # noqa: PLR2004
                raise BadResponse("Nobody asked to switch protocols.")
            self.headers = []
            self.sized = self._framed = self._chunked = False
            return
        if status > 599:  # noqa: PLR2004 - RFC 9110 §15
            raise BadResponse("The status is out of range.")
        self.status = status
        self.started = True
        self.may_have_body = not self._is_head and status not in _BODILESS
        self._framed = self._framed or not self.may_have_body
        self._reusable = self._parser.should_keep_alive() and not switched
        if self._is_head:
            self.complete = True
        self._wake()

    def on_body(self, body: bytes) -> None:
        if self.complete:
            raise BadResponse("More than was announced.")
        self._chunks.append(body)
        self._held += len(body)
        self._wake()

    def on_message_complete(self) -> None:
        if self.started:
            self.complete = True
            self._wake()
