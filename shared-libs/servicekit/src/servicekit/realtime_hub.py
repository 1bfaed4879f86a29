"""Live, from the side of who listens: one hub per process hears the other replicas for its sockets."""

import asyncio
from collections.abc import AsyncGenerator, Collection
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import structlog
from contracts import revocations
from pydantic_core import from_json, to_json
from redis.asyncio import Redis
from redis.exceptions import RedisError

from servicekit.db import Database
from servicekit.realtime_feed import Connection, Entry, Feeds, Log
from servicekit.realtime_frame import frame
from servicekit.realtime_presence import Presences
from servicekit.realtime_publisher import Publisher, topic

POLICY_VIOLATION = 1008  # close code

LOOK_EVERY = 25.0  # seconds: in case an event was lost on the way
_TRY_AGAIN = 0.5  # seconds

log = structlog.get_logger()


class Hub:
    """What this process's sockets follow."""

    def __init__(self, database: Database, redis: Redis, service: str, source: Log) -> None:
        self._redis = redis
        self._topic = topic(service)
        self._publisher = Publisher(redis, service)
        self._of_user: dict[UUID, set[Connection]] = {}
        self.feeds = Feeds(database, source)
        self.presences = Presences(redis, self._publisher, service)

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[None]:
        work = (self._listen(), self._look(), self.presences.keep())
        tasks = [asyncio.create_task(part) for part in work]
        yield
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, self.feeds.stop(), return_exceptions=True)

    def enter(self, connection: Connection) -> None:
        """Get to know a connection."""
        self._of_user.setdefault(connection.user_id, set()).add(connection)
        self.presences.enter(connection)

    def leave(self, connection: Connection) -> None:
        """Forget a connection."""
        mine = self._of_user[connection.user_id]
        mine.discard(connection)
        if not mine:
            del self._of_user[connection.user_id]
        self.presences.leave(connection)
        self.feeds.leave(connection)

    def typing(self, connection: Connection, channel_id: UUID, thread_root_id: UUID | None) -> None:
        """Tell who follows a channel that somebody writes there, if they follow it themselves."""
        tenant = connection.context.tenant or ""
        if connection not in self.feeds.followers(tenant, channel_id):
            return
        typing = {"channel_id": channel_id, "user_id": connection.user_id}
        if thread_root_id is not None:
            typing["thread_root_id"] = thread_root_id
        self._publisher.offer(to_json({"tenant": tenant, "typing": typing}))

    async def _look(self) -> None:
        while True:
            await asyncio.sleep(LOOK_EVERY)
            await self.feeds.look()

    async def _listen(self) -> None:
        """Hear the other replicas, for ever. After a time without Redis all look at everything."""
        missed = False
        while True:
            try:
                async with self._redis.pubsub() as pubsub:
                    await pubsub.subscribe(self._topic, revocations.CHANNEL)
                    if missed:
                        for connection in self._connections():
                            connection.offer(frame("list_channels"))
                        await self.feeds.look()
                    missed = True
                    while True:
                        message = await pubsub.get_message(ignore_subscribe_messages=True, timeout=10.0)
                        if message is not None:
                            self._hear(message["channel"].decode(), message["data"])
            except (RedisError, OSError) as error:
                log.warning("replicas not heard", reason=str(error))
            await asyncio.sleep(_TRY_AGAIN)

    def _hear(self, where: str, data: bytes) -> None:
        if where == revocations.CHANNEL:
            self._refuse(data.decode())
            return
        about, _, event = data.partition(b"\n")
        match from_json(about):
            case {"tenant": tenant, "channel": channel_id, "seq": seq, "leaver": leaver}:
                self.feeds.added(tenant, UUID(channel_id), Entry(seq, event, leaver and UUID(leaver)))
            case {"user": user_id, "frame": said}:
                told = frame(said.pop("type"), **said)
                for connection in self._of_user.get(UUID(user_id), ()):
                    connection.offer(told)
            case {"tenant": tenant, "active": user_id}:
                self.presences.heard(tenant, UUID(user_id))
            case {"tenant": tenant, "typing": typing}:
                self._typed(tenant, typing)

    def _typed(self, tenant: str, typing: dict[str, Any]) -> None:
        hint, user_id = frame("typing", **typing), UUID(typing["user_id"])
        for connection in self.feeds.followers(tenant, UUID(typing["channel_id"])):
            if connection.user_id != user_id:
                connection.hint(hint)

    def _refuse(self, revoked: str) -> None:
        """Close the sockets of whoever was shut out, as contracts.revocations names them."""
        for connection in self._connections():
            of = connection.context
            shut = {f"session:{of.session_id}", f"tenant:{of.application}:{of.tenant}"}
            if revoked in shut or revoked.startswith(f"account:{of.user_id}:"):
                connection.close(POLICY_VIOLATION, "revoked")

    def _connections(self) -> Collection[Connection]:
        return [connection for mine in self._of_user.values() for connection in mine]
