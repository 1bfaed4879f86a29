"""Presence on a replica: what its sockets say of their users, and whose presence they watch."""

import asyncio
from collections import defaultdict
from collections.abc import Collection
from contextlib import suppress
from itertools import islice
from uuid import UUID

import structlog
from pydantic_core import to_json
from redis.asyncio import Redis
from redis.exceptions import RedisError

from servicekit.presence import FRESH, Presence, look, note
from servicekit.realtime_feed import Connection
from servicekit.realtime_frame import frame
from servicekit.realtime_publisher import Publisher

LOOK_EVERY = FRESH / 2.4  # seconds
_AT_ONCE = 500  # users

log = structlog.get_logger()
Person = tuple[str, UUID]  # tenant and user


class _Watched:
    """Somebody's presence as it was last told to those who watch it."""

    def __init__(self) -> None:
        self.presence: Presence | None = None
        self.watchers: set[Connection] = set()


class Presences:
    def __init__(self, redis: Redis, publisher: Publisher, service: str) -> None:
        self._redis = redis
        self._publisher = publisher
        self._service = service
        self._active: dict[Connection, bool] = {}  # all connections, and what they say
        self._news: set[Connection] = set()  # those newly active
        self._heard: set[Person] = set()  # those of whom there is something new
        self._something = asyncio.Event()
        self._watched: dict[Person, _Watched] = {}
        self._watching: dict[Connection, set[Person]] = {}

    def enter(self, connection: Connection) -> None:
        self._active[connection] = False

    def leave(self, connection: Connection) -> None:
        self._unwatch(connection)
        del self._active[connection]
        self._news.discard(connection)

    def says(self, connection: Connection, *, active: bool) -> None:
        """A client says whether somebody is at it; it holds until it says otherwise."""
        self._active[connection] = active
        if active:
            self._news.add(connection)
            self._something.set()

    async def watch(self, connection: Connection, user_ids: Collection[UUID]) -> None:
        """Send how these people are seen, now and whenever that changes; those named before no longer."""
        self._unwatch(connection)
        people = {_person(connection, user_id) for user_id in user_ids}
        self._watching[connection] = people
        for person in people:
            self._watched.setdefault(person, _Watched()).watchers.add(connection)
        try:
            await self._look(people, new=connection)
        except (RedisError, OSError) as error:
            log.warning("presence not known", reason=str(error))

    def heard(self, tenant: str, user_id: UUID) -> None:
        """Some replica noted somebody who was not active before."""
        if (tenant, user_id) in self._watched:
            self._heard.add((tenant, user_id))
            self._something.set()

    async def keep(self) -> None:
        """Note who is here, and tell those who watch what changed, for ever."""
        loop = asyncio.get_running_loop()
        while True:
            whole = loop.time() + LOOK_EVERY
            try:
                await self._note(self._active)
                await self._look(self._watched)
                while loop.time() < whole:
                    with suppress(TimeoutError):
                        async with asyncio.timeout_at(whole):
                            await self._something.wait()
                    self._something.clear()
                    news, self._news, heard, self._heard = self._news, set(), self._heard, set()
                    await self._note(news)
                    await self._look(heard)
            except (RedisError, OSError) as error:
                log.warning("presence not kept", reason=str(error))
                await asyncio.sleep(1)

    async def _note(self, connections: Collection[Connection]) -> None:
        by_tenant: dict[str, dict[UUID, bool]] = defaultdict(dict)
        for connection in connections:
            tenant, user_id = _person(connection, connection.user_id)
            users = by_tenant[tenant]
            users[user_id] = users.get(user_id, False) or self._active.get(connection, False)
        for tenant, users in by_tenant.items():
            rest = iter(users.items())
            while some := dict(islice(rest, _AT_ONCE)):
                for user_id in await note(self._redis, self._service, tenant, some):
                    self._publisher.offer(to_json({"tenant": tenant, "active": user_id}))

    async def _look(self, people: Collection[Person], new: Connection | None = None) -> None:
        by_tenant: dict[str, list[UUID]] = defaultdict(list)
        for tenant, user_id in people:
            by_tenant[tenant].append(user_id)
        for tenant, user_ids in by_tenant.items():
            rest = iter(user_ids)
            while some := list(islice(rest, _AT_ONCE)):
                seen = await look(self._redis, self._service, tenant, some)
                for user_id, presence in seen.items():
                    self._tell((tenant, user_id), presence, new)

    def _tell(self, person: Person, presence: Presence, new: Connection | None) -> None:
        watched = self._watched.get(person)
        if watched is None:  # nobody any more
            return
        known, watched.presence = watched.presence, presence
        changed = known is None or known.status is not presence.status
        told = frame("presence", user_id=person[1], status=presence.status, at=presence.at)
        for connection in watched.watchers:
            if changed or connection is new:
                connection.hint(told)

    def _unwatch(self, connection: Connection) -> None:
        for person in self._watching.pop(connection, set()):
            watched = self._watched[person]
            watched.watchers.discard(connection)
            if not watched.watchers:
                del self._watched[person]


def _person(connection: Connection, user_id: UUID) -> Person:
    return connection.context.tenant or "", user_id
