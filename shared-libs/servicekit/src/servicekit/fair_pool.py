"""A pool of connections that serves those who wait for one in turn, and a tenant where it was served before.

SQLAlchemy's gives a connection that comes back to whoever asks next, though others wait, and
those begin to wait anew, behind all (https://github.com/sqlalchemy/sqlalchemy/issues/7679): on
a busy pool a few requests wait for many times as long as the others.

And it gives any connection to any tenant. PostgreSQL's process behind one that meets a tenant has
to read what its tables are and to plan its statements, which takes ten times as long as to run
them, and remembers it all: with thousands of tenants that would be most of what it does. So a
connection goes first to those whose tenant it has met, unless others have waited for too long.
"""

import asyncio
from collections import deque
from contextlib import suppress
from contextvars import ContextVar
from itertools import islice
from typing import Any, NamedTuple

from sqlalchemy.pool import AsyncAdaptedQueuePool, PoolProxiedConnection
from sqlalchemy.util.concurrency import await_
from sqlalchemy.util.queue import Empty, Full, QueueCommon

whose: ContextVar[str | None] = ContextVar("whose", default=None)
"""The tenant that the current task needs connections for; None: no particular one."""

_PATIENCE = 0.1  # seconds that somebody waits for a connection that has met the tenant
_MET = 512  # tenants that a connection has met and not forgotten; as many statements are kept
_LOOKED_AT = 64  # of those who wait


class _Waiting(NamedTuple):
    turn: "asyncio.Future[Any]"
    tenant: str | None
    since: float  # by the loop's clock


class _Turns(QueueCommon[Any]):
    """Free connections, the one used last on top, and those who wait for one."""

    def __init__(self, maxsize: int = 0, use_lifo: bool = True) -> None:
        self.maxsize, self.use_lifo = maxsize, use_lifo
        self._met: dict[Any, dict[str, None]] = {}  # of every connection, the latest last
        self._free: list[Any] = []
        self._waiting: deque[_Waiting] = deque()

    def qsize(self) -> int:
        return len(self._free)

    def put(self, item: Any, block: bool = True, timeout: float | None = None) -> None:  # noqa: ARG002 - never waits
        if item not in self._met:
            self._met[item] = {}
            self._lent(item, whose.get())  # whom it was made for
        while (waiting := self._next(item)) is not None:
            self._waiting.remove(waiting)
            if not waiting.turn.done():
                waiting.turn.set_result(self._lent(item, waiting.tenant))
                return
        if len(self._free) == self.maxsize:
            raise Full
        self._free.append(item)

    def get(self, block: bool = True, timeout: float | None = None) -> Any:
        tenant = whose.get()
        fit = [item for item in self._free if self._fits(item, tenant)]
        if fit:
            # Whom nobody has met goes where the fewest have been.
            item = min(reversed(fit), key=lambda item: len(self._met[item]))
            self._free.remove(item)
            return self._lent(item, tenant)
        if not block:
            raise Empty
        return await_(self._turn(tenant, timeout))

    def _fits(self, item: Any, tenant: str | None) -> bool:
        """Whether a connection is as good as any for a tenant."""
        if tenant is None or tenant in self._met[item]:
            return True
        return not any(tenant in met for met in self._met.values())

    def _lent(self, item: Any, tenant: str | None) -> Any:
        if tenant is not None:
            met = self._met[item]
            met.pop(tenant, None)
            met[tenant] = None
            if len(met) > _MET:
                del met[next(iter(met))]
        return item

    def _next(self, item: Any) -> _Waiting | None:
        """Whose turn it is on a connection: whom it fits, or who waited longer by all their patience."""

        def due(waiting: _Waiting) -> float:
            return waiting.since + (0 if self._fits(item, waiting.tenant) else _PATIENCE)

        first = min(islice(self._waiting, _LOOKED_AT), key=due, default=None)
        if first is None or first.turn.done():
            return first
        return first if due(first) <= asyncio.get_running_loop().time() else None

    async def _turn(self, tenant: str | None, seconds: float | None) -> Any:
        loop = asyncio.get_running_loop()
        waiting = _Waiting(loop.create_future(), tenant, loop.time())
        self._waiting.append(waiting)
        patience = loop.call_later(_PATIENCE, self._lose_patience, waiting)
        try:
            async with asyncio.timeout(seconds):
                return await waiting.turn
        except BaseException as error:
            if waiting.turn.done() and not waiting.turn.cancelled():  # it came just as we gave up
                self.put(waiting.turn.result())
            with suppress(ValueError):  # somebody may have noticed
                self._waiting.remove(waiting)
            if isinstance(error, TimeoutError):
                raise Empty from error
            raise
        finally:
            patience.cancel()

    def _lose_patience(self, waiting: _Waiting) -> None:
        if self._free and not waiting.turn.done():
            self._waiting.remove(waiting)
            waiting.turn.set_result(self._lent(self._free.pop(), waiting.tenant))


class FairPool(AsyncAdaptedQueuePool):
    """SQLAlchemy's pool, but for who is next."""

    _queue_class = _Turns  # the hook by which SQLAlchemy's own pools differ

    def drop(self, connection: PoolProxiedConnection, error: BaseException) -> None:
        """Close a connection that broke, and those that are as old when they would be lent."""
        self._invalidate(connection, error)

    def dispose(self) -> None:
        before = whose.set(None)  # every connection is meant
        super().dispose()
        whose.reset(before)
