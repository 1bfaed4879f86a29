"""SAQ, set so that a job of a killed worker runs again (`retries=1`, the default, would abort it)."""

import asyncio
from typing import Any

from saq import Queue, Worker

from bench.queues.tally import CONCURRENCY, Tally, arguments, produce, say

_SAFE = {"retries": 5, "timeout": 300, "ttl": -1}  # ttl: keep no result, as the others do


async def main() -> None:
    asked = arguments()
    queue = Queue.from_url(asked.url)
    await queue.connect()
    if asked.part == "produce":
        await produce(lambda sent: queue.enqueue("nothing", sent=sent, **_SAFE), asked.jobs, asked.every)
        return
    tally = Tally(asked.jobs)

    async def nothing(_: Any, *, sent: float) -> None:
        tally.begins(sent)

    async def ready(_: Any) -> None:
        say("ready")

    async def ended(_: Any) -> None:
        tally.ends()

    await Worker(
        queue, [("nothing", nothing)], concurrency=CONCURRENCY, startup=ready, after_process=ended
    ).start()


asyncio.run(main())
