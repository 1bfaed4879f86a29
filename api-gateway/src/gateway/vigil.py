"""What ends a request before its time: the client leaves, nothing moves, it takes too long."""

import asyncio

from gateway.body import Body, ClientGone
from gateway.errors import UpstreamTimeout

PATIENCE = 0.05  # seconds before anybody listens for the client's leaving; most requests are done by then


class Vigil:
    """Watches over one request from within its own task, which it cancels with a `reason`.

    One timer, which most requests never see fire: first to begin listening for
    the client's leaving, then for the time-outs.
    """

    def __init__(self, body: Body, *, first_byte: float, idle: float, total: float) -> None:
        self.reason: Exception | None = None
        self.waiting = False  # for the answer's head, with nothing left to send
        self.receiving = False  # the request's body, which has a time limit of its own
        self._body = body
        self._first_byte = first_byte
        self._idle = idle
        self._loop = asyncio.get_running_loop()
        self._task = asyncio.current_task()
        self._moved = self._loop.time()
        self._until = self._moved + total
        self._listener: asyncio.Task[None] | None = None
        self._timer = self._loop.call_later(PATIENCE, self._look)

    def moved(self) -> None:
        """Something went on in one direction or the other."""
        self._moved = self._loop.time()

    def end(self, reason: Exception) -> None:
        """Interrupt the request: its task sees CancelledError and finds the reason here."""
        if self.reason is None and self._task is not None:
            self.reason = reason
            self._task.cancel()

    def listen(self) -> None:
        """Begin to listen for the client's leaving, unless the body is still being received."""
        if self._listener is None and self._body.ended:
            self._listener = self._loop.create_task(self._listen())

    def over(self) -> None:
        """Nothing is to be interrupted any more."""
        self._task = None
        self._timer.cancel()
        if self._listener is not None:
            self._listener.cancel()

    async def _listen(self) -> None:
        await self._body.gone()
        self.end(ClientGone())

    def _look(self) -> None:
        self.listen()
        now = self._loop.time()
        allowed = self._first_byte if self.waiting else self._idle
        until = min(self._until, (now if self.receiving else self._moved) + allowed)
        if now >= until:
            self.end(UpstreamTimeout())
        else:
            self._timer = self._loop.call_at(until, self._look)
