"""What no longer counts, told to every gateway as contracts.revocations has it."""

from contracts.revocations import CHANNEL, KEPT, KEY
from redis.asyncio import Redis


class Revocations:
    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def add(self, member: str) -> None:
        now, _ = await self._redis.time()  # the one clock of all replicas: a set is pruned by it
        async with self._redis.pipeline(transaction=True) as pipe:
            pipe.zadd(KEY, {member: now})
            pipe.publish(CHANNEL, member)
            pipe.zremrangebyscore(KEY, "-inf", now - KEPT)
            await pipe.execute()
