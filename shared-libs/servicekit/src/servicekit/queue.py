"""A crash-safe queue on Redis lists.

An item is always in exactly one place, and every move is one atomic step:

    delayed ──► lane of its tenant ──► ready ──BLMOVE──► proc:<worker> ──► gone
       ▲             ▲      (parked: its kind is paused)      │
       └─────────────┴──────── a failed try, a dead worker ───┴──► dead, after the last one

`ready` holds no more than a few items: it is filled from the lanes in turn, so that
however much one tenant has waiting, another's next item is at most one round away.

A worker holds a lease. When it lapses, whoever sweeps puts the worker's items
back. An item may therefore be taken twice; handlers rely on the inbox. All times
are the Redis server's, so that no worker's clock matters.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from servicekit.queue_scripts import (
    CANCEL,
    DISCARD,
    DONE,
    ENQUEUE,
    FAIL,
    GIVE_BACK,
    HEARTBEAT,
    OPEN,
    REPLAY,
    RESUME,
    SWEEP,
)

TRIES = 5
DEATHS = 5  # workers that an item may take down with it
_FORGET_WORKER = 3600  # seconds a dead worker's list is still looked at, lest a late move refills it


def connect(url: str) -> Redis:
    """A client for queues: a command that was sent is never sent again on its own."""
    return Redis.from_url(url, socket_timeout=10, socket_connect_timeout=5, retry=Retry(NoBackoff(), 0))


@dataclass(frozen=True)
class Item:
    """What waits in a queue. Its key says all that has to be known without looking at the body.

    `weight` is how many of its lane go ahead in one turn, 1 to 9. `tries` and
    `deaths` say how often it failed, and how often a worker died that held it.
    """

    id: str
    type: str
    tenant: str
    weight: int
    body: bytes
    tries: int = 0
    deaths: int = 0

    @property
    def key(self) -> str:
        return f"{self.id}|{self.type}|{self.tenant}:{self.weight}"

    @classmethod
    def of(cls, key: bytes, body: bytes | None, tries: Any = 0, deaths: Any = 0) -> Self:
        id_, type_, lane = key.decode().split("|")
        tenant, weight = lane.rsplit(":", 1)
        return cls(id_, type_, tenant, int(weight), body or b"", int(tries or 0), int(deaths or 0))


@dataclass(frozen=True)
class Depth:
    """How much there is in each place; `ready` includes what waits in the lanes."""

    ready: int
    delayed: int
    running: int
    dead: int
    parked: int


@dataclass(frozen=True)
class DeadItem:
    item: Item
    error: str


class Queue:
    """One service's queue. The same item is kept once until it is done."""

    def __init__(self, redis: Redis, name: str) -> None:
        self._redis: Any = redis  # its types say "bytes or str" of every answer; ours are bytes
        self.name = name
        self._base = f"q:{{{name}}}:"
        self._scripts = {script: redis.register_script(script) for script in _SCRIPTS}

    async def enqueue(self, *items: Item) -> None:
        """Add items. One that is already waiting or running stays as it is."""
        await self._run(ENQUEUE, *(part for item in items for part in (item.key, item.body)))

    async def take(self, worker: str, patience: float, at_most: int = 1) -> list[Item]:
        """The next items, now on the worker's own list; none after `patience` seconds."""
        moved = await self._redis.blmove(
            self._base + "ready", self._base + "proc:" + worker, patience, "RIGHT", "LEFT"
        )
        if moved is None:
            return []
        return [Item.of(*fields) for fields in await self._run(OPEN, worker, moved, at_most)]

    async def held(self, worker: str) -> list[Item]:
        """All items on a worker's own list: also one that was moved there while the answer got lost."""
        keys = await self._redis.lrange(self._base + "proc:" + worker, 0, -1)
        return await self._items(keys)

    async def done(self, worker: str, item: Item) -> None:
        await self._run(DONE, worker, item.key)

    async def failed(self, worker: str, item: Item, error: str, *, delay: int, tries: int = TRIES) -> bool:
        """Put an item off by `delay` milliseconds; after `tries` failures it is dead, and this says so."""
        return bool(await self._run(FAIL, worker, item.key, error[:2000], delay, tries))

    async def give_back(self, worker: str, item: Item) -> None:
        """Return an unfinished item to the front of its lane, at no cost of a try."""
        await self._run(GIVE_BACK, worker, item.key)

    async def heartbeat(self, worker: str, lease: float) -> None:
        """Say that the worker lives, for `lease` seconds."""
        await self._run(HEARTBEAT, worker, int(lease * 1000))

    async def sweep(self) -> int:
        """Make due items ready and take back what dead workers held; says how many of the latter.

        A clock of the server that was set back moves the leases and delays with it.
        """
        return int(await self._run(SWEEP, DEATHS, _FORGET_WORKER * 1000))

    async def adopt(self) -> None:
        """Have sweeps look at lists of workers that nobody remembers: of one stopped for hours, say."""
        prefix = self._base + "proc:"
        async for list_ in self._redis.scan_iter(match=_literally(prefix) + "*", count=1000):
            await self._redis.zadd(self._base + "workers", {list_.decode().removeprefix(prefix): 0}, nx=True)

    async def cancel(self, item: Item) -> str:
        """Take an item out, wherever it is: `removed`, `running` (its worker will stop), or `unknown`."""
        return str((await self._run(CANCEL, item.key)).decode())

    async def called_off(self, items: Sequence[Item]) -> list[Item]:
        """Those of the running items that were cancelled."""
        if not items:
            return []
        keys = [item.key for item in items]
        flags = await self._redis.smismember(self._base + "cancelled", keys)
        return [item for item, flag in zip(items, flags, strict=True) if flag]

    async def pause(self, type_: str) -> None:
        """Let no more items of a kind be taken; those that run go on."""
        await self._redis.sadd(self._base + "paused", type_)

    async def resume(self, type_: str) -> int:
        """Undo `pause`; says how many items had been waiting for it."""
        return int(await self._run(RESUME, type_))

    async def paused(self) -> list[str]:
        return sorted(type_.decode() for type_ in await self._redis.smembers(self._base + "paused"))

    async def depth(self) -> Depth:
        lanes = await self._redis.lrange(self._base + "lanes", 0, -1)
        workers = await self._redis.zrange(self._base + "workers", 0, -1)
        paused = await self.paused()
        async with self._redis.pipeline(transaction=False) as pipe:
            pipe.zcard(self._base + "delayed")
            pipe.zcard(self._base + "dead")
            pipe.llen(self._base + "ready")
            for lane in lanes:
                pipe.llen(self._base + "lane:" + lane.decode())
            for worker in workers:
                pipe.llen(self._base + "proc:" + worker.decode())
            for type_ in paused:
                pipe.llen(self._base + "parked:" + type_)
            delayed, dead, *lists = await pipe.execute()
        waiting, running = lists[: 1 + len(lanes)], lists[1 + len(lanes) : 1 + len(lanes) + len(workers)]
        return Depth(
            ready=sum(waiting),
            delayed=delayed,
            running=sum(running),
            dead=dead,
            parked=sum(lists[1 + len(lanes) + len(workers) :]),
        )

    async def workers(self) -> dict[str, list[Item]]:
        """The workers known, and what each holds."""
        names = [name.decode() for name in await self._redis.zrange(self._base + "workers", 0, -1)]
        return {name: await self.held(name) for name in names}

    async def oldest(self, lanes: int = 20) -> list[Item]:
        """What has waited longest in each of the lanes whose turn comes next."""
        names = await self._redis.lrange(self._base + "lanes", 0, lanes - 1)
        heads = [self._base + "ready", *(self._base + "lane:" + name.decode() for name in names)]
        async with self._redis.pipeline(transaction=False) as pipe:
            for head in heads:
                pipe.lindex(head, -1)
            keys = [key for key in await pipe.execute() if key is not None]
        return await self._items(keys)

    async def dead_kinds(self, limit: int) -> Counter[str]:
        """How many of the items given up longest ago are of which kind."""
        keys = await self._redis.zrange(self._base + "dead", 0, limit - 1)
        return Counter(Item.of(key, None).type for key in keys)

    async def dead(self, limit: int = 100) -> list[DeadItem]:
        """The items given up longest ago."""
        keys = await self._redis.zrange(self._base + "dead", 0, limit - 1)
        errors = await self._redis.hmget(self._base + "errors", keys) if keys else []
        items = await self._items(keys)
        return [DeadItem(item, (error or b"").decode()) for item, error in zip(items, errors, strict=True)]

    async def find(self, id_: str) -> Item | None:
        """The item of an id, wherever it is. Looks at every key: for people, not for programs."""
        pattern = _literally(id_) + "|*"
        async for key in self._redis.hscan_iter(
            self._base + "jobs", match=pattern, count=1000, no_values=True
        ):
            return (await self._items([key]))[0]
        return None

    async def replay(self, item: Item) -> bool:
        """Give a dead item its tries again; False where it is not dead."""
        return bool(await self._run(REPLAY, item.key))

    async def discard(self, item: Item) -> bool:
        """Forget a dead item; False where it is not dead."""
        return bool(await self._run(DISCARD, item.key))

    async def _items(self, keys: Sequence[bytes]) -> list[Item]:
        if not keys:
            return []
        async with self._redis.pipeline(transaction=False) as pipe:
            for hash_ in ("jobs", "tries", "deaths"):
                pipe.hmget(self._base + hash_, keys)
            bodies, tries, deaths = await pipe.execute()
        return [Item.of(*fields) for fields in zip(keys, bodies, tries, deaths, strict=True)]

    async def _run(self, script: str, *arguments: Any) -> Any:
        return await self._scripts[script](keys=[self._base], args=arguments)


_SCRIPTS = (CANCEL, DISCARD, DONE, ENQUEUE, FAIL, GIVE_BACK, HEARTBEAT, OPEN, REPLAY, RESUME, SWEEP)


def _literally(text: str) -> str:
    """Text without the meaning that Redis patterns give to some characters."""
    return "".join(f"\\{character}" if character in r"*?[]\^" else character for character in text)
