"""A request's body as it comes from the client: counted, and not too slow."""

import asyncio
import contextlib
import time
from datetime import timedelta

from starlette.types import Receive

from gateway.errors import BodyTooLarge, SlowBody

LINGER = 2.0  # seconds


class ClientGone(Exception):  # noqa: N818 - what happened
    """The client closed its connection: nobody waits for an answer."""


class Body:
    def __init__(self, receive: Receive, *, limit: int, grace: timedelta, rate: int, idle: timedelta) -> None:
        """Take bodies of `limit` bytes; waiting may take `grace` and what `rate` (bytes a second) allows."""
        self.ended = False
        self._receive = receive
        self._limit = limit
        self._grace = grace.total_seconds()
        self._rate = rate
        self._idle = idle.total_seconds()
        self._size = 0
        self._waited = 0.0  # seconds, for the client alone

    def announce(self, length: int) -> None:
        """Refuse a body by its Content-Length, before any of it is asked for.

        Raises:
            BodyTooLarge: it would be.
        """
        if length > self._limit:
            raise BodyTooLarge(self._limit)

    async def piece(self) -> bytes:
        """The next piece; see `ended`.

        Raises:
            BodyTooLarge: more has come than may.
            SlowBody: it does not come fast enough.
            ClientGone: it will not come.
        """
        began = time.monotonic()
        patience = min(self._idle, self._grace + self._size / self._rate - self._waited)
        try:
            async with asyncio.timeout(patience):
                message = await self._receive()
        except TimeoutError:
            raise SlowBody("The request's body comes too slowly.") from None
        self._waited += time.monotonic() - began
        if message["type"] == "http.disconnect":
            raise ClientGone
        piece: bytes = message.get("body", b"")
        self._size += len(piece)
        if self._size > self._limit:
            raise BodyTooLarge(self._limit)
        self.ended = not message.get("more_body", False)
        return piece

    async def gone(self) -> None:
        """Wait until the client closes its connection; for when the body has ended."""
        while (await self._receive())["type"] != "http.disconnect":
            pass

    async def linger(self) -> None:
        """Take what still comes after an early answer, for a moment.

        Closing at once would reset the connection, and the client might never read why.
        """
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LINGER):
                while not self.ended:
                    message = await self._receive()
                    self.ended = message["type"] == "http.disconnect" or not message.get("more_body", False)
