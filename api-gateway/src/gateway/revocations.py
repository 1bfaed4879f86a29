"""Sessions, accounts and tenants whose tokens no longer count, as contracts.revocations has them."""

import asyncio
import time
from typing import Any
from uuid import UUID

import structlog
from contracts import revocations
from redis.asyncio import Redis
from redis.exceptions import RedisError

RELOAD_EVERY = 30.0  # seconds
_TRY_AGAIN = 0.5  # seconds

log = structlog.get_logger()


class Revocations:
    """A copy of the set in Redis: changed as changes are published, loaded anew now and then.

    Without Redis the copy stays what it was: tokens live ten minutes at most.
    """

    def __init__(self, redis: Redis) -> None:
        self.sessions: set[UUID] = set()
        self.versions: dict[UUID, int] = {}  # of accounts: tokens below are stale
        self.tenants: set[tuple[str, str]] = set()
        self.changes = 0  # so far
        self._redis = redis

    async def follow(self) -> None:
        """Listen for ever."""
        heard = True
        while True:
            try:
                async with self._redis.pubsub() as pubsub:
                    await pubsub.subscribe(revocations.CHANNEL)
                    loaded_at = float("-inf")
                    while True:
                        if time.monotonic() - loaded_at > RELOAD_EVERY:
                            loaded_at = time.monotonic()
                            await self._load()
                            heard = True
                        message = await pubsub.get_message(ignore_subscribe_messages=True, timeout=1.0)
                        if message is not None:
                            self._change(str(message["data"]))
            except (RedisError, OSError) as error:
                if heard:
                    log.warning("revocations not heard", reason=str(error))
                heard = False
            await asyncio.sleep(_TRY_AGAIN)

    async def _load(self) -> None:
        members = await self._redis.zrange(
            revocations.KEY, time.time() - revocations.KEPT, "+inf", byscore=True
        )
        self.sessions, self.versions, self.tenants = set(), {}, set()
        for member in members:
            self._change(str(member))

    def _change(self, member: str) -> None:
        self.changes += 1
        taken_back = member.startswith("-")
        kind, _, whom = member.removeprefix("-").partition(":")
        try:
            if kind == "session":
                _put(self.sessions, UUID(whom), taken_back=taken_back)
            elif kind == "tenant":
                application, _, tenant = whom.partition(":")
                _put(self.tenants, (application, tenant), taken_back=taken_back)
            elif kind == "account":
                account, _, version = whom.partition(":")
                known = self.versions.get(UUID(account), 0)
                self.versions[UUID(account)] = max(known, int(version))
        except ValueError:
            log.warning("revocation not understood", member=member)


def _put(members: set[Any], member: object, *, taken_back: bool) -> None:
    (members.discard if taken_back else members.add)(member)
