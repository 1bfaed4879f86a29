"""arq, looking for jobs every 10 ms instead of every 500: what it finds in one look bounds its rate."""

import asyncio
from typing import Any

from arq import create_pool
from arq.connections import RedisSettings
from arq.worker import Worker, func

from bench.queues.tally import CONCURRENCY, Tally, arguments, produce, say


async def main() -> None:
    asked = arguments()
    redis = await create_pool(RedisSettings.from_dsn(asked.url))
    if asked.part == "produce":
        await produce(lambda sent: redis.enqueue_job("nothing", sent), asked.jobs, asked.every)
        return
    tally = Tally(asked.jobs)

    async def nothing(_: Any, sent: float) -> None:
        tally.begins(sent)

    async def ready(_: Any) -> None:
        say("ready")

    async def ended(_: Any) -> None:
        tally.ends()

    worker = Worker(
        [func(nothing, name="nothing", keep_result=0, max_tries=5)],
        redis_pool=redis,
        max_jobs=CONCURRENCY,
        poll_delay=0.01,
        on_startup=ready,
        after_job_end=ended,
        handle_signals=False,
    )
    await worker.async_run()


asyncio.run(main())
