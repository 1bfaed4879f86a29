"""A worker process of the toy service, to be killed: `toy_worker.py <settings as JSON>`."""

import asyncio
import sys
from pathlib import Path

from redis.asyncio import Redis
from servicekit.db import Database
from servicekit.long_jobs import LONG_JOBS
from servicekit.migrations import Stream
from servicekit.service import Service
from servicekit.worker import Worker

sys.path.insert(0, str(Path(__file__).parent))
from toy import ENTRY, Base, Settings, handlers


async def main() -> None:
    settings = Settings.model_validate_json(sys.argv[1])
    database = str(settings.database_url).rsplit("/", 1)[1]
    entry = ENTRY.model_copy(update={"name": f"{database}-service", "hears": ()})
    stream = Stream("toy", "tenant", Path(__file__).parent / "toy_migrations", Base.metadata)
    service = Service(
        entry=entry, settings=settings, routers=[], streams=[LONG_JOBS, stream], handlers=handlers
    )
    async with Redis.from_url(str(settings.redis_url)) as redis:
        await Worker(service, Database(settings, service.name), redis).run()


asyncio.run(main())
