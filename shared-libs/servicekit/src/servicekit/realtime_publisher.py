"""What a process has to tell the replicas of its service, on its way to Redis."""

import asyncio

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

MOST_WAITING = 10_000  # messages, while Redis is slow; what comes then is dropped
_AT_ONCE = 500
_TRIES = 3  # the first may only find out that the connection is gone
_PAUSE = 0.5  # seconds

log = structlog.get_logger()


def topic(service: str) -> str:
    """Where the replicas of a service listen in Redis."""
    return f"realtime:{service}"


class Publisher:
    """Publishes by one task, in order, what was offered; the same message waiting twice goes once.

    It may lose messages: all of them only tell sooner what somebody will look at anyway, and
    who was without Redis for longer looks at everything.
    """

    def __init__(self, redis: Redis, service: str) -> None:
        self._redis = redis
        self._topic = topic(service)
        self._waiting: dict[bytes, None] = {}
        self._task: asyncio.Task[None] | None = None

    def offer(self, message: bytes) -> None:
        if len(self._waiting) < MOST_WAITING:
            self._waiting[message] = None
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._empty())

    async def _empty(self) -> None:
        try:
            while self._waiting:
                batch = list(self._waiting)[:_AT_ONCE]
                for message in batch:
                    del self._waiting[message]  # before it goes: what is offered meanwhile tells of more
                await self._publish(batch)
        finally:
            self._task = None

    async def _publish(self, batch: list[bytes]) -> None:
        for number in range(1, _TRIES + 1):
            try:
                async with self._redis.pipeline(transaction=False) as pipeline:
                    for message in batch:
                        pipeline.publish(self._topic, message)
                    await pipeline.execute()
            except (RedisError, OSError) as error:
                log.warning("replicas not told", messages=len(batch), reason=str(error), tries=number)
                await asyncio.sleep(_PAUSE)
            else:
                return
