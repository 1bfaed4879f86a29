"""Counters that slow guessing down, in Redis, so that all replicas count together."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from hashlib import sha256
from ipaddress import IPv6Address, ip_address, ip_network

from pydantic_core import to_json
from redis.asyncio import Redis
from redis.exceptions import RedisError
from servicekit.errors import Unavailable

_SITE = 64  # bits of an IPv6 address that name a site: the rest is anybody's there


@dataclass(frozen=True)
class Limit:
    """So many times within so many seconds, counted from the first."""

    name: str
    most: int
    seconds: int


LOGIN_OF_ACCOUNT = Limit("login-account", most=10, seconds=900)
LOGIN_FROM_ADDRESS = Limit("login-address", most=100, seconds=900)
CODES_OF_ACCOUNT = Limit("codes", most=5, seconds=900)
MAILS_TO_ADDRESS = Limit("mails", most=3, seconds=3600)


class Throttle:
    """Counts by what and whom.

    Every method raises `Unavailable` where Redis is away: what is not counted is not let in.
    """

    def __init__(self, redis: Redis, service: str) -> None:
        self._redis = redis
        self._prefix = f"throttle:{service}:"

    async def add(self, limit: Limit, *whom: str) -> int:
        """Count once more; says how often that makes."""
        key = self._key(limit, whom)
        async with _needed(), self._redis.pipeline(transaction=True) as pipe:
            pipe.incr(key)
            pipe.expire(key, limit.seconds, nx=True)
            count, _ = await pipe.execute()
        return int(count)

    async def reached(self, limit: Limit, *whom: str) -> bool:
        async with _needed():
            return int(await self._redis.get(self._key(limit, whom)) or 0) >= limit.most

    async def clear(self, limit: Limit, *whom: str) -> None:
        async with _needed():
            await self._redis.delete(self._key(limit, whom))

    def _key(self, limit: Limit, whom: tuple[str, ...]) -> str:
        """Hashed, so that Redis knows no addresses."""
        return f"{self._prefix}{limit.name}:{sha256(to_json(whom)).hexdigest()}"


def site(address: str) -> str:
    """An address as it is counted."""
    known = ip_address(address)
    return str(ip_network((known, _SITE), strict=False)) if isinstance(known, IPv6Address) else address


@asynccontextmanager
async def _needed() -> AsyncGenerator[None]:
    try:
        yield
    except RedisError as error:
        raise Unavailable("Signing in is not possible at the moment.") from error
