"""Rate limits: token buckets in Redis, spent here from leases.

A bucket is shared by all gateways. Each takes tokens out of it in batches of about
half a second's worth and spends them without asking again, so that the common
request makes no round trip. Tokens of a lease that grows old are lost.
"""

import asyncio
import math
import time

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from gateway.errors import LimitExceeded
from gateway.settings import Limit
from gateway.upstream.connection import Headers

_OLD = 60.0  # seconds a lease lasts: whoever comes now and then needs Redis once a minute
_BATCH = 0.5  # seconds' worth of tokens in a lease
_DOWN = 0.5  # seconds for which a silent Redis is not asked again
_REMEMBERED = 50_000  # buckets

# Takes up to ARGV[3] tokens. Answers: how many, how many are left, milliseconds until there is one.
_LEASE = """
local rate, burst, want = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local clock = redis.call('TIME')
local now = clock[1] + clock[2] / 1000000
local kept = redis.call('HMGET', KEYS[1], 'tokens', 'at')
local tokens = burst
if kept[1] then
    tokens = math.min(burst, tonumber(kept[1]) + math.max(0, now - tonumber(kept[2])) * rate)
end
local got = math.min(want, math.floor(tokens))
tokens = tokens - got
redis.call('HSET', KEYS[1], 'tokens', string.format('%.6f', tokens), 'at', string.format('%.6f', now))
redis.call('PEXPIRE', KEYS[1], math.ceil(burst / rate * 1000) + 1000)
local wait = 0
if got == 0 then wait = math.ceil((1 - tokens) / rate * 1000) end
return {got, math.floor(tokens), wait}
"""

log = structlog.get_logger()


class Lease:
    """Tokens of one bucket that are ours to spend."""

    __slots__ = (
        "_batch",
        "_left",
        "_refill",
        "_refused_until",
        "_rest",
        "_until",
        "_waiting",
        "key",
        "limit",
        "name",
        "policy",
    )

    def __init__(self, name: str, key: str, limit: Limit) -> None:
        self.name = name
        self.key = key
        self.limit = limit
        self.policy = f'"{name}";q={limit.burst};w={math.ceil(limit.burst / limit.rate)}'
        self._batch = max(1, min(round(limit.rate * _BATCH), limit.burst // 4))
        self._left = 0
        self._rest = limit.burst  # in Redis, when last seen
        self._until = 0.0
        self._refused_until = 0.0
        self._waiting = 0
        self._refill: asyncio.Task[None] | None = None

    async def spend(self, limits: "Limits") -> bool:
        """Spend one token. False: Redis does not answer, nobody knows.

        Raises:
            LimitExceeded: there is none.
        """
        now = time.monotonic()
        while self._left <= 0 or now >= self._until:
            if now < self._refused_until:
                raise LimitExceeded(self.name, self.policy, self._refused_until - now)
            if not limits.answering:
                return False
            self._waiting += 1
            try:
                await asyncio.shield(self._refilling(limits))
            finally:
                self._waiting -= 1
            now = time.monotonic()
        self._left -= 1
        if self._batch > 1 and self._left * 4 < self._batch and self._rest > 0 and limits.answering:
            self._refilling(limits)
        return True

    def headers(self) -> Headers:
        """What a client is told: the policy, what is left, and in how many seconds it would be whole."""
        refilled = self._rest + self.limit.rate * (time.monotonic() - self._until + _OLD)  # since it was seen
        left = min(self.limit.burst, max(0, self._left) + int(refilled))
        whole_in = (self.limit.burst - left) / self.limit.rate + 1
        state = f'"{self.name}";r={left};t={whole_in:.0f}'
        return [(b"ratelimit-policy", self.policy.encode()), (b"ratelimit", state.encode())]

    def _refilling(self, limits: "Limits") -> asyncio.Task[None]:
        if self._refill is None:
            self._refill = asyncio.create_task(self._fill(limits))
        return self._refill

    async def _fill(self, limits: "Limits") -> None:
        try:
            answer = await limits.lease(self.key, self.limit, max(self._batch, self._waiting))
        finally:
            self._refill = None  # at once, not in a callback: who comes next must not await what is done
        if answer is None:
            return
        got, self._rest, wait = answer
        now = time.monotonic()
        self._left = got + (self._left if now < self._until else 0)
        self._until = now + _OLD
        if not self._left:
            self._refused_until = now + wait / 1000


class Limits:
    """The leases, and Redis where they come from."""

    def __init__(self, redis: Redis) -> None:
        self._take = redis.register_script(_LEASE)
        self._leases: dict[str, Lease] = {}
        self._down_until = 0.0

    @property
    def answering(self) -> bool:
        return time.monotonic() >= self._down_until

    def of(self, name: str, whom: str, limit: Limit) -> Lease:
        """The lease on a bucket: `name` is the limit's, `whom` it concerns."""
        key = f"limit:{{{name}:{whom}}}"
        lease = self._leases.get(key)
        if lease is None or lease.limit != limit:
            if len(self._leases) >= _REMEMBERED:
                del self._leases[next(iter(self._leases))]
            lease = self._leases[key] = Lease(name, key, limit)
        return lease

    async def lease(self, key: str, limit: Limit, want: int) -> tuple[int, int, int] | None:
        """Take tokens out of a bucket.

        Returns how many, how many are left, and the milliseconds until there is one. None: Redis is away.
        """
        try:
            got, left, wait = await self._take(keys=[key], args=[limit.rate, limit.burst, want])
        except (RedisError, OSError) as error:
            if self.answering:
                log.warning("rate limits not counted", reason=str(error))
            self._down_until = time.monotonic() + _DOWN
            return None
        return int(got), int(left), int(wait)
