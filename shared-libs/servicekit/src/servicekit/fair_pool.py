"""A pool of connections that serves those who wait for one in turn.

SQLAlchemy's gives a connection that comes back to whoever asks next, though others wait, and
those begin to wait anew, behind all (https://github.com/sqlalchemy/sqlalchemy/issues/7679): on
a busy pool a few requests wait for many times as long as the others.
"""

import asyncio
from collections import deque
from typing import Any

from sqlalchemy.pool import AsyncAdaptedQueuePool
from sqlalchemy.util.concurrency import await_
from sqlalchemy.util.queue import Empty, Full, QueueCommon


class _Turns(QueueCommon[Any]):
    """Free connections, the one used last on top, or else those who wait: never both."""

    def __init__(self, maxsize: int = 0, use_lifo: bool = True) -> None:
        self.maxsize, self.use_lifo = maxsize, use_lifo
        self._free: list[Any] = []
        self._waiting: deque[asyncio.Future[Any]] = deque()

    def qsize(self) -> int:
        return len(self._free)

    def put(self, item: Any, block: bool = True, timeout: float | None = None) -> None:  # noqa: ARG002 - never waits
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(item)
                return
        if len(self._free) == self.maxsize:
            raise Full
        self._free.append(item)

    def get(self, block: bool = True, timeout: float | None = None) -> Any:
        if self._free:
            return self._free.pop()
        if not block:
            raise Empty
        return await_(self._turn(timeout))

    async def _turn(self, seconds: float | None) -> Any:
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            async with asyncio.timeout(seconds):
                return await turn
        except BaseException as error:
            if turn.done() and not turn.cancelled():  # it came just as we gave up
                self.put(turn.result())
            if isinstance(error, TimeoutError):
                raise Empty from error
            raise


class FairPool(AsyncAdaptedQueuePool):
    """SQLAlchemy's pool, but for who is next."""

    _queue_class = _Turns  # the hook by which SQLAlchemy's own pools differ
