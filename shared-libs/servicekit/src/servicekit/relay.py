"""The relay: carries facts and jobs from the outbox to the queues of those concerned.

One relay per service is active, the holder of an advisory lock. NOTIFY wakes it,
a poll every second is the truth. A crash between enqueueing and marking sends an
item again; queues and inbox take the second one for the first. So they do when
Redis was restarted, and may have lost what it had taken: the relay notices and
sends again.
"""

import asyncio
import time
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
from servicekit.queue import Item, Queue

log = structlog.get_logger()

SENT = Counter("outbox_sent_total", "Facts and jobs handed to queues.", ["kind"])
POLL = 1.0  # seconds
BATCH = 500
_LOCK = 0x0B0C  # any number, the same for every relay of a database

_TAKE = """
SELECT id, kind, queue, tenant, application, type, created_at, actor, aggregate, version, data, trace, weight
FROM control.outbox WHERE sent_at IS NULL AND due_at <= now()
ORDER BY due_at, id LIMIT $1 FOR UPDATE SKIP LOCKED
"""
_MARK = "UPDATE control.outbox SET sent_at = now() WHERE id = ANY($1)"

_REMEMBER = """
INSERT INTO control.broker (run_id) VALUES ($1) ON CONFLICT (id) DO UPDATE SET run_id = excluded.run_id
"""
# A server that writes its log once a second loses less than a minute when it is killed.
_SINCE = {True: "'-infinity'", False: "(SELECT max(sent_at) - interval '1 minute' FROM control.outbox)"}
_SEND_AGAIN = """
WITH again AS (
    UPDATE control.outbox SET sent_at = NULL WHERE sent_at >= {since}
    AND NOT EXISTS (SELECT FROM control.inbox WHERE message_id = outbox.id)
    RETURNING 1
) SELECT count(*) FROM again
"""


async def relay(direct_url: str, redis: Redis, service: str, running: Callable[[], bool]) -> None:
    """Relay a service's outbox until `running` says no.

    Returns early, to be called again, when the lock is another's.
    """
    connection = await asyncpg.connect(direct_url, timeout=10)
    try:
        if not await connection.fetchval("SELECT pg_try_advisory_lock($1)", _LOCK):
            await asyncio.sleep(POLL)
            return
        woken = asyncio.Event()
        await connection.add_listener("outbox", lambda *_: woken.set())
        looked = -POLL
        while running():
            woken.clear()
            if time.monotonic() >= looked + POLL:  # not for every item: it asks as much as sending one does
                looked = time.monotonic()
                await send_again_what_was_lost(connection, redis, service)
            if await send_batch(connection, redis) == BATCH:
                continue
            try:
                await asyncio.wait_for(woken.wait(), POLL)
            except TimeoutError:
                continue
    finally:
        await connection.close(timeout=5)


async def send_again_what_was_lost(connection: Any, redis: Redis, service: str) -> int:
    """Mark as unsent what a Redis that was restarted, or is another one, may not have; says how much.

    That is what was sent in the last minute, or, where Redis is empty, all that the outbox
    still has. A job that is done already is left out; of facts only the others' inboxes know.
    """
    marker = f"outbox:{{{service}}}"
    run_id = (await redis.info("server"))["run_id"]
    known = await connection.fetchval("SELECT run_id FROM control.broker")
    kept = await redis.exists(marker)
    if kept and known == run_id:
        return 0
    count = 0
    async with connection.transaction():
        if known is not None:
            count = await connection.fetchval(_SEND_AGAIN.format(since=_SINCE[not kept]))
        await connection.execute(_REMEMBER, run_id)
    await redis.set(marker, run_id)
    if known is not None:
        log.warning("redis_restarted", empty=not kept, sent_again=count)
    return int(count)


async def send_batch(connection: Any, redis: Redis) -> int:
    """Hand the oldest unsent items to their queues; says how many there were."""
    async with connection.transaction():
        rows = await connection.fetch(_TAKE, BATCH)
        by_queue: dict[str, list[Item]] = defaultdict(list)
        for row in rows:
            body = envelope(row).model_dump_json().encode()
            item = Item(str(row["id"]), row["type"], row["tenant"], row["weight"], body)
            for queue in receivers(row):
                by_queue[queue].append(item)
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
    del members["queue"], members["weight"]
    members["data"] = from_json(members["data"])
    return Envelope.model_validate(members)
