"""A crash-safe queue on Redis lists.

An item is always in exactly one place, and every move is one atomic step:

    delayed ──► ready ──BLMOVE──► proc:<worker> ──► gone
       ▲                              │
       └────────── a failed try ──────┴──► dead, after the last one

A worker holds a lease. When it lapses, whoever sweeps puts the worker's items
back. An item may therefore be taken twice; handlers rely on the inbox. All times
are the Redis server's, so that no machine's clock matters.
"""

import random
from dataclasses import dataclass
from typing import Any

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

TRIES = 5
_FORGET_WORKER = 3600  # seconds a dead worker's list is still looked at, lest a late move refills it

_NOW = "local t = redis.call('TIME') local now = t[1] * 1000 + math.floor(t[2] / 1000) "

_ENQUEUE = """
for i = 1, #ARGV, 2 do
  if redis.call('HSETNX', KEYS[1], ARGV[i], ARGV[i + 1]) == 1 then redis.call('LPUSH', KEYS[2], ARGV[i]) end
end
"""

_ACK = """
if redis.call('LREM', KEYS[1], 1, ARGV[1]) == 1 then
  for i = 2, 4 do redis.call('HDEL', KEYS[i], ARGV[1]) end
end
"""

# Keys: proc, tries, errors, delayed, dead. Arguments: id, error, delay in ms, tries allowed.
_FAIL = (
    _NOW
    + """
if redis.call('LREM', KEYS[1], 1, ARGV[1]) == 0 then return 0 end
redis.call('HSET', KEYS[3], ARGV[1], ARGV[2])
if redis.call('HINCRBY', KEYS[2], ARGV[1], 1) >= tonumber(ARGV[4]) then
  redis.call('ZADD', KEYS[5], now, ARGV[1])
  return 1
end
redis.call('ZADD', KEYS[4], now + ARGV[3], ARGV[1])
return 0
"""
)

_GIVE_BACK = "if redis.call('LREM', KEYS[1], 1, ARGV[1]) == 1 then redis.call('RPUSH', KEYS[2], ARGV[1]) end"

_HEARTBEAT = _NOW + "redis.call('ZADD', KEYS[1], now + ARGV[2] * 1000, ARGV[1])"

# Keys: workers, ready, delayed, tries, dead, errors.
# Arguments: prefix of proc lists, tries allowed, seconds to remember a worker.
_SWEEP = (
    _NOW
    + """
for _, id in ipairs(redis.call('ZRANGEBYSCORE', KEYS[3], '-inf', now, 'LIMIT', 0, 1000)) do
  redis.call('ZREM', KEYS[3], id)
  redis.call('LPUSH', KEYS[2], id)
end
local moved = 0
for _, worker in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now)) do
  local list = ARGV[1] .. worker
  local id = redis.call('LPOP', list)
  while id do
    if redis.call('HINCRBY', KEYS[4], id, 1) >= tonumber(ARGV[2]) then
      redis.call('HSET', KEYS[6], id, 'The worker died each time.')
      redis.call('ZADD', KEYS[5], now, id)
    else
      redis.call('RPUSH', KEYS[2], id)
    end
    moved = moved + 1
    id = redis.call('LPOP', list)
  end
end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[3] * 1000)
return moved
"""
)

# Keys: dead, ready, tries, errors.
_REPLAY = """
if redis.call('ZREM', KEYS[1], ARGV[1]) == 0 then return 0 end
redis.call('HDEL', KEYS[3], ARGV[1]) redis.call('HDEL', KEYS[4], ARGV[1])
redis.call('LPUSH', KEYS[2], ARGV[1])
return 1
"""

# Keys: dead, jobs, tries, errors.
_DISCARD = """
if redis.call('ZREM', KEYS[1], ARGV[1]) == 0 then return 0 end
for i = 2, 4 do redis.call('HDEL', KEYS[i], ARGV[1]) end
return 1
"""


def connect(url: str) -> Redis:
    """A client for queues: a command that was sent is never sent again on its own."""
    return Redis.from_url(url, socket_timeout=10, socket_connect_timeout=5, retry=Retry(NoBackoff(), 0))


def backoff(tries: int) -> int:
    """Milliseconds until the next try: full jitter below 2, 4, 8 … 300 seconds."""
    ceiling = min(300_000, 1000 * 2**tries)
    return random.randint(ceiling // 4, ceiling)  # noqa: S311 - jitter is no secret


@dataclass(frozen=True)
class Depth:
    """How much there is in each place."""

    ready: int
    delayed: int
    running: int
    dead: int


@dataclass(frozen=True)
class DeadItem:
    id: str
    body: bytes
    error: str


class Queue:
    """One service's queue. Items are ids with a body; the same id is kept once until it is done."""

    def __init__(self, redis: Redis, name: str) -> None:
        self._redis: Any = redis  # its types say "bytes or str" of every answer; ours are bytes
        self.name = name
        base = f"q:{{{name}}}:"
        self._proc = base + "proc:"
        self._ready, self._jobs, self._tries = base + "ready", base + "jobs", base + "tries"
        self._delayed, self._dead, self._errors = base + "delayed", base + "dead", base + "errors"
        self._workers = base + "workers"

    async def enqueue(self, *items: tuple[str, bytes]) -> None:
        """Add items by id and body. One that is already waiting or running stays as it is."""
        flat = [part for item in items for part in item]
        await self._run(_ENQUEUE, [self._jobs, self._ready], *flat)

    async def take(self, worker: str, patience: float) -> tuple[str, bytes] | None:
        """The oldest ready item, now on the worker's own list, or None after `patience` seconds."""
        moved = await self._redis.blmove(self._ready, self._proc + worker, patience, "RIGHT", "LEFT")
        if moved is None:
            return None
        return moved.decode(), await self._redis.hget(self._jobs, moved) or b""

    async def held(self, worker: str) -> list[tuple[str, bytes]]:
        """All items on a worker's own list: also one that was moved there while the answer got lost."""
        ids = await self._redis.lrange(self._proc + worker, 0, -1)
        bodies = await self._redis.hmget(self._jobs, ids) if ids else []
        return [(id_.decode(), body or b"") for id_, body in zip(ids, bodies, strict=True)]

    async def done(self, worker: str, id_: str) -> None:
        await self._run(_ACK, [self._proc + worker, self._jobs, self._tries, self._errors], id_)

    async def failed(self, worker: str, id_: str, error: str, *, delay: int, tries: int = TRIES) -> bool:
        """Put an item off by `delay` milliseconds; after `tries` failures it is dead, and this says so."""
        keys = [self._proc + worker, self._tries, self._errors, self._delayed, self._dead]
        return bool(await self._run(_FAIL, keys, id_, error[:2000], delay, tries))

    async def tries(self, id_: str) -> int:
        """How often an item has failed so far."""
        return int(await self._redis.hget(self._tries, id_) or 0)

    async def give_back(self, worker: str, id_: str) -> None:
        """Return an unfinished item to the front, at no cost of a try."""
        await self._run(_GIVE_BACK, [self._proc + worker, self._ready], id_)

    async def heartbeat(self, worker: str, lease: float) -> None:
        """Say that the worker lives, for `lease` seconds."""
        await self._run(_HEARTBEAT, [self._workers], worker, lease)

    async def sweep(self, tries: int = TRIES) -> int:
        """Make due items ready and take back what dead workers held; says how many of the latter."""
        keys = [self._workers, self._ready, self._delayed, self._tries, self._dead, self._errors]
        return int(await self._run(_SWEEP, keys, self._proc, tries, _FORGET_WORKER))

    async def depth(self) -> Depth:
        workers = await self._redis.zrange(self._workers, 0, -1)
        async with self._redis.pipeline(transaction=False) as pipe:
            pipe.llen(self._ready)
            pipe.zcard(self._delayed)
            pipe.zcard(self._dead)
            for worker in workers:
                pipe.llen(self._proc + worker.decode())
            ready, delayed, dead, *running = await pipe.execute()
        return Depth(ready=ready, delayed=delayed, running=sum(running), dead=dead)

    async def dead(self, limit: int = 100) -> list[DeadItem]:
        """The items given up longest ago."""
        ids = [id_.decode() for id_ in await self._redis.zrange(self._dead, 0, limit - 1)]
        if not ids:
            return []
        bodies = await self._redis.hmget(self._jobs, ids)
        errors = await self._redis.hmget(self._errors, ids)
        return [
            DeadItem(id_, body or b"", (error or b"").decode())
            for id_, body, error in zip(ids, bodies, errors, strict=True)
        ]

    async def replay(self, id_: str) -> bool:
        """Give a dead item its tries again; False where there is none of that id."""
        return bool(await self._run(_REPLAY, [self._dead, self._ready, self._tries, self._errors], id_))

    async def discard(self, id_: str) -> bool:
        """Forget a dead item; False where there is none of that id."""
        return bool(await self._run(_DISCARD, [self._dead, self._jobs, self._tries, self._errors], id_))

    async def _run(self, script: str, keys: list[str], *arguments: Any) -> Any:
        return await self._redis.eval(script, len(keys), *keys, *arguments)
