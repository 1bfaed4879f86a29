"""Bytes between a client and a service once both speak WebSocket.

Frames go on as they are: pings, compression, fragments and close codes are the two
ends' own affair. Of a service's frames the gateway looks at the lengths, so that it
can close a socket between two of them.
"""

import asyncio

PATIENCE = 1.0  # seconds for a frame to end before the connection is cut in its middle
LINGER = 3.0  # seconds for either end to take what is left for it and to close

# https://www.iana.org/assignments/websocket, close codes
POLICY_VIOLATION = 1008
SERVICE_RESTART = 1012
BAD_GATEWAY = 1014

_CLOSE = 0x8  # opcode
_LONGER = {126: 2, 127: 8}  # bytes of a length that does not fit into a head's second byte


class Frames:
    """Where a service's frames begin and end, by RFC 6455 §5.2."""

    __slots__ = ("_head", "closed", "left")

    def __init__(self) -> None:
        self.left = 0  # bytes of payload still to come in the current frame
        self.closed = False  # whether a close frame has come
        self._head = b""  # what is there of a frame's head

    @property
    def between(self) -> bool:
        """Whether the last frame is whole and no other has begun."""
        return not self.left and not self._head

    def feed(self, data: bytes) -> None:
        if self._head:
            data, self._head = self._head + data, b""
        at, size = self.left, len(data)
        while at < size:
            head = data[at : at + 10]
            longer = _LONGER.get(head[1] & 127, 0) if len(head) > 1 else 1
            if len(head) < 2 + longer:
                self._head = head
                break
            self.closed = self.closed or head[0] & 0xF == _CLOSE
            at += 2 + longer + (int.from_bytes(head[2 : 2 + longer], "big") if longer else head[1] & 127)
        self.left = max(0, at - size)

    def finish(self, data: bytes) -> bytes:
        """Go on to the end of the frame under way; what of `data` belongs to it."""
        at = 0
        while at < len(data) and not self.between:
            step = data[at : at + (self.left or 1)]
            self.feed(step)
            at += len(step)
        return data[:at]


class Relay:
    """Two connections, each read no faster than the other one takes it."""

    def __init__(self, client: asyncio.Transport, service: asyncio.Transport) -> None:
        self._loop = asyncio.get_running_loop()
        self.ended: asyncio.Future[None] = self._loop.create_future()
        self.heard = self._loop.time()  # from the service
        self._frames = Frames()
        self._client, self._service = client, service
        self._goodbye = b""  # the close frame that is to end this
        self._lost = False  # one of the two
        self._timer: asyncio.TimerHandle | None = None

    @property
    def leaving(self) -> bool:
        """Whether this is being closed."""
        return bool(self._goodbye)

    def begin(self, first: bytes) -> None:
        """Take both connections over; `first` is what the service has sent already."""
        service = _Service(self, self._service, self._client)
        service.data_received(first)
        for protocol in (service, _End(self, self._client, self._service)):
            protocol.transport.set_protocol(protocol)
            protocol.transport.resume_reading()

    def close(self, code: int, reason: str) -> None:
        """End this with a close frame to the client, between two of the service's frames."""
        if self._goodbye or self._client.is_closing():
            return
        text = reason.encode()
        self._goodbye = bytes((0x80 | _CLOSE, 2 + len(text))) + code.to_bytes(2, "big") + text
        if self._frames.between:
            self._say_goodbye()
        else:
            self._cut_in(PATIENCE)

    def cut(self) -> None:
        """End this at once."""
        self._client.abort()
        self._service.abort()

    # What the two ends tell.

    def from_service(self, data: bytes) -> None:
        self.heard = self._loop.time()
        if self._goodbye:
            data = self._frames.finish(data)
        else:
            self._frames.feed(data)
        self._client.write(data)
        if self._goodbye and self._frames.between:
            self._say_goodbye()

    def lost(self, transport: asyncio.Transport) -> None:
        if self._lost:
            if self._timer is not None:
                self._timer.cancel()
            self.ended.set_result(None)
            return
        self._lost = True
        if transport is self._client:
            self._service.close()
        elif self._goodbye:
            return
        elif self._frames.closed:
            self._client.close()
        elif self._frames.between:
            self.close(BAD_GATEWAY, "The service is gone.")
            return
        else:
            self._client.abort()
        self._cut_in(LINGER)

    def _say_goodbye(self) -> None:
        self._service.abort()
        if not self._frames.closed:
            self._client.write(self._goodbye)
        if self._client.can_write_eof():
            self._client.write_eof()  # and its own close frame is read, else a reset could overtake ours
        self._cut_in(LINGER)

    def _cut_in(self, seconds: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._loop.call_later(seconds, self.cut)


class _End(asyncio.Protocol):
    """One of the two connections."""

    def __init__(self, relay: Relay, transport: asyncio.Transport, other: asyncio.Transport) -> None:
        self.transport = transport
        self._relay = relay
        self._other = other

    def data_received(self, data: bytes) -> None:
        if not self._other.is_closing():
            self._other.write(data)

    def pause_writing(self) -> None:
        if not self._other.is_closing():
            self._other.pause_reading()

    def resume_writing(self) -> None:
        if not self._other.is_closing():
            self._other.resume_reading()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - gone is gone
        self._relay.lost(self.transport)


class _Service(_End):
    def data_received(self, data: bytes) -> None:
        if not self._other.is_closing():
            self._relay.from_service(data)
