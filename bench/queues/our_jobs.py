"""servicekit's queue alone: the fleet's consumer, but with a handler that touches no database."""

import asyncio
from datetime import UTC, datetime
from typing import cast
from uuid import uuid4

from contracts.facts import Envelope
from servicekit.consumer import Consumer
from servicekit.db import Database
from servicekit.handlers import Handlers
from servicekit.queue import Item, Queue, connect

from bench.queues.tally import CONCURRENCY, Tally, arguments, produce, say


class NoDatabase(Consumer):
    """Takes, heartbeats and says done as the fleet's consumer does."""

    tally: Tally

    async def _handle(self, envelope: Envelope) -> None:
        self.tally.begins(envelope.data["sent"])

    async def _work(self, item: Item) -> None:
        await super()._work(item)
        self.tally.ends()


async def main() -> None:
    asked = arguments()
    queue = Queue(connect(asked.url), "bench")
    if asked.part == "produce":
        await produce(lambda sent: queue.enqueue(_item(sent)), asked.jobs, asked.every)
        return
    consumer = NoDatabase(queue, cast("Database", None), Handlers(), concurrency=CONCURRENCY)
    consumer.tally = Tally(asked.jobs)
    await consumer.heartbeat()
    say("ready")
    await asyncio.gather(_take(consumer), _look_after(consumer, queue))


async def _take(consumer: Consumer) -> None:
    while True:
        await consumer.take()


async def _look_after(consumer: Consumer, queue: Queue) -> None:
    """What a worker does every few seconds, every second."""
    while True:
        await consumer.heartbeat()
        await consumer.take_up_lost()
        await queue.sweep()
        await asyncio.sleep(1)


def _item(sent: float) -> Item:
    envelope = Envelope(
        id=uuid4(),
        kind="job",
        tenant="acme",
        application="business",
        type="bench.nothing",
        occurred_at=datetime.now(UTC),
        actor=None,
        aggregate="",
        version=0,
        data={"sent": sent},
    )
    return Item(str(envelope.id), envelope.type, envelope.tenant, 1, envelope.model_dump_json().encode())


asyncio.run(main())
