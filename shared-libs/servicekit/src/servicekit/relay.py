"""The relay: carries facts and jobs from the outbox to the queues of those concerned.

One relay per service is active, the holder of an advisory lock. NOTIFY wakes it,
a poll every second is the truth. A crash between enqueueing and marking sends an
item again; queues and inbox take the second one for the first.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable
from typing import Any

import asyncpg
import structlog
from contracts.facts import Envelope
from prometheus_client import Counter
from pydantic_core import from_json
from redis.asyncio import Redis

from servicekit.fleet import fleet
from servicekit.queue import Queue

log = structlog.get_logger()

SENT = Counter("outbox_sent_total", "Facts and jobs handed to queues.", ["kind"])
POLL = 1.0  # seconds
BATCH = 500
_LOCK = 0x0B0C  # any number, the same for every relay of a database

_TAKE = """
SELECT id, kind, queue, tenant, application, type, created_at, actor, aggregate, version, data, trace
FROM control.outbox WHERE sent_at IS NULL ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED
"""
_MARK = "UPDATE control.outbox SET sent_at = now() WHERE id = ANY($1)"


async def relay(direct_url: str, redis: Redis, running: Callable[[], bool]) -> None:
    """Relay until `running` says no. Returns early, to be called again, when the lock is another's."""
    connection = await asyncpg.connect(direct_url, timeout=10)
    try:
        if not await connection.fetchval("SELECT pg_try_advisory_lock($1)", _LOCK):
            await asyncio.sleep(POLL)
            return
        woken = asyncio.Event()
        await connection.add_listener("outbox", lambda *_: woken.set())
        while running():
            woken.clear()
            if await send_batch(connection, redis) == BATCH:
                continue
            try:
                await asyncio.wait_for(woken.wait(), POLL)
            except TimeoutError:
                continue
    finally:
        await connection.close(timeout=5)


async def send_batch(connection: Any, redis: Redis) -> int:
    """Hand the oldest unsent items to their queues; says how many there were."""
    async with connection.transaction():
        rows = await connection.fetch(_TAKE, BATCH)
        by_queue: dict[str, list[tuple[str, bytes]]] = defaultdict(list)
        for row in rows:
            body = envelope(row).model_dump_json().encode()
            for queue in receivers(row):
                by_queue[queue].append((str(row["id"]), body))
            SENT.labels(row["kind"]).inc()
        for name, items in by_queue.items():
            await Queue(redis, name).enqueue(*items)
        if rows:
            await connection.execute(_MARK, [row["id"] for row in rows])
    return len(rows)


def receivers(row: Any) -> list[str]:
    """Names of the services whose queues an outbox row goes to."""
    if row["kind"] == "job":
        return [row["queue"]]
    return [entry.name for entry in fleet().hearing(row["application"], row["type"])]


def envelope(row: Any) -> Envelope:
    members = dict(row)
    members["occurred_at"] = members.pop("created_at")
    del members["queue"]
    members["data"] = from_json(members["data"])
    return Envelope.model_validate(members)
