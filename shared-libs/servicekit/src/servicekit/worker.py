"""The worker of a service: inside the API's process in development, a process of its own in production."""

import asyncio
import os
import threading
from collections.abc import Callable, Coroutine
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import structlog
from contracts.facts import Envelope, TenantRegistered
from httpx import HTTPError
from prometheus_client import Gauge
from pydantic import BaseModel, TypeAdapter
from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlalchemy import delete, func, select
from sqlalchemy.exc import InterfaceError, OperationalError

from servicekit.consumer import Consumer
from servicekit.context import ContextMinter
from servicekit.db import Database
from servicekit.fleet import fleet
from servicekit.http import InternalClient
from servicekit.queue import Item, Queue, connect
from servicekit.records import Handled, Outgoing, Tenant
from servicekit.relay import relay
from servicekit.schedule import ask_for_due
from servicekit.service import Service
from servicekit.tenancy import provision_heard
from servicekit.tenant_schema import schema_of

log = structlog.get_logger()

DEPTH = Gauge("queue_items", "Items of the service's queue by place.", ["place"])
WAITING = Gauge("queue_oldest_seconds", "Age of what has waited longest in the service's queue.")
OLDEST = Gauge("outbox_oldest_seconds", "Age of the oldest fact or job not yet sent.")

_SWEEP = 1
_SCHEDULE = 15
_CATCH_UP = 600
_PRUNE = 3600
_STARTED = 60  # until then nothing is done that can wait
_SENT_KEPT = timedelta(days=7)  # a lost Redis is replayed from these
_HANDLED_KEPT = timedelta(days=8)  # longer than what may be sent again
_FORGET_ANSWERS = "DELETE FROM {schema}.idempotency WHERE created_at < now() - interval '1 day'"
_BREATH = 0.02  # seconds
_DRAIN = 20
_AWAY = (OSError, RedisError, HTTPError, InterfaceError, OperationalError)  # no news worth a traceback


class KnownTenant(BaseModel):
    """A tenant as the directory in the user-service tells of it."""

    id: str
    profile: TenantRegistered


class Worker:
    """Relays, consumes, sweeps, catches up and prunes until stopped."""

    def __init__(self, service: Service, database: Database, redis: Redis) -> None:
        self._service = service
        self._database = database
        self._redis = redis
        self._blocking = connect(str(service.settings.redis_url))
        self._queue = Queue(redis, service.name)
        lease = service.settings.worker_lease
        self._heartbeat = lease / 6
        blocking = Queue(self._blocking, service.name)
        self._consumer = Consumer(blocking, database, service.all_handlers, lease=lease)
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        """Ask `run` to finish: running handlers may end, the rest goes back to the queue."""
        self._stopping.set()

    async def run(self) -> None:
        await self._keep(self._consumer.heartbeat, once=True)
        taking = asyncio.create_task(self._keep(self._consumer.take))
        loops = [
            asyncio.create_task(loop)
            for loop in (
                self._keep(self._relay),
                self._keep(self._consumer.heartbeat, every=self._heartbeat),
                self._keep(self._consumer.take_up_lost, every=self._heartbeat),
                self._keep(self._sweep, every=_SWEEP),
                self._keep(self._ask_for_due, every=_SCHEDULE),
                self._keep(self._prune, after=_STARTED, every=_PRUNE),
                self._keep(self._catch_up, every=_CATCH_UP),
            )
        ]
        await self._stopping.wait()
        taking.cancel()
        await asyncio.gather(taking, *loops, return_exceptions=True)
        await self._consumer.drain(_DRAIN)
        await self._blocking.aclose()

    async def _keep(
        self,
        step: Callable[[], Coroutine[Any, Any, None]],
        *,
        after: float = 0,
        every: float = 0,
        once: bool = False,
    ) -> None:
        """Repeat a step for as long as the worker runs, whatever becomes of it."""
        await self._wait(after)
        pause = 0.5
        while not self._stopping.is_set():
            try:
                await step()
                pause = 0.5
                if once:
                    return
                await self._wait(every)
            except Exception as error:  # the worker outlives whatever is away or broken
                away = isinstance(error, _AWAY)
                log.warning("worker_step_failed", step=step.__name__, error=repr(error), exc_info=not away)
                await self._wait(pause)
                pause = min(pause * 2, 30)

    async def _wait(self, seconds: float) -> None:
        if seconds:
            try:
                await asyncio.wait_for(self._stopping.wait(), seconds)
            except TimeoutError:
                return

    async def _relay(self) -> None:
        url, name = str(self._service.settings.direct_url), self._service.name
        await relay(url, self._redis, name, lambda: not self._stopping.is_set())

    async def _ask_for_due(self) -> None:
        entry, schedules = self._service.entry, self._service.all_handlers.schedules
        async with self._database.control() as session:
            await ask_for_due(session, schedules, service=entry.name, application=entry.application)
            await session.commit()

    async def _sweep(self) -> None:
        await self._queue.sweep()
        depth = await self._queue.depth()
        for place, count in vars(depth).items():
            DEPTH.labels(place).set(count)
        oldest = min((_since(item) for item in await self._queue.oldest()), default=None)
        WAITING.set((datetime.now(UTC) - oldest).total_seconds() if oldest else 0)
        async with self._database.control() as session:
            unsent = await session.scalar(
                select(func.extract("epoch", func.now() - func.min(Outgoing.due_at))).where(
                    Outgoing.sent_at.is_(None), Outgoing.due_at <= func.now()
                )
            )
        OLDEST.set(float(unsent or 0))

    async def _catch_up(self) -> None:
        """Provision the tenants of the directory that this service does not have."""
        entry = self._service.entry
        directory = fleet().at(entry.application, "user")
        if directory is None or "tenant.registered.v1" not in entry.hears:
            return
        minter = ContextMinter(self._service.name, self._service.settings.signing_key_file)
        async with InternalClient(minter, entry) as client:
            known = TypeAdapter(list[KnownTenant]).validate_python(
                await client.get(directory, "/user/internal/tenants")
            )
        async with self._database.control() as session:
            here = set(await session.scalars(select(Tenant.id)))
        for tenant in known:
            if tenant.id not in here:
                async with self._database.control() as session:
                    await provision_heard(
                        session,
                        tenant.id,
                        tenant.profile,
                        application=entry.application,
                        service=self._service.name,
                        streams=self._service.tenant_streams,
                    )
                    await session.commit()
                log.info("caught_up", tenant=tenant.id)

    async def _prune(self) -> None:
        await self._queue.adopt()
        async with self._database.control() as session:
            await session.execute(delete(Outgoing).where(Outgoing.sent_at < func.now() - _SENT_KEPT))
            await session.execute(delete(Handled).where(Handled.handled_at < func.now() - _HANDLED_KEPT))
            tenants = list(await session.scalars(select(Tenant.id).where(Tenant.status == "active")))
            await session.commit()
        # On a connection of its own: PostgreSQL's process behind one remembers all tables that it ever met.
        connection = await asyncpg.connect(str(self._service.settings.direct_url), timeout=10)
        try:
            for tenant in tenants:
                with suppress(asyncpg.UndefinedTableError):  # deleted meanwhile
                    await connection.execute(_FORGET_ANSWERS.format(schema=schema_of(tenant)))
                await asyncio.sleep(_BREATH)  # thousands of them at a stretch would be felt by all
        finally:
            await connection.close(timeout=5)


class Watchdog:
    """Ends a worker's process whose event loop stands still for three leases.

    A handler that never lets go cannot be timed out. Its items have long gone to
    others; whoever supervises the process starts another.
    """

    def __init__(self, lease: float) -> None:
        self._lease = lease
        self._stopped = threading.Event()

    def __enter__(self) -> None:
        threading.Thread(target=self._watch, args=[asyncio.get_running_loop()], daemon=True).start()

    def __exit__(self, *_: object) -> None:
        self._stopped.set()

    def _watch(self, loop: asyncio.AbstractEventLoop) -> None:
        while not self._stopped.wait(self._lease):
            answered = threading.Event()
            loop.call_soon_threadsafe(answered.set)
            if not answered.wait(3 * self._lease) and not self._stopped.is_set():
                log.critical("worker_stuck", seconds=3 * self._lease)
                os._exit(os.EX_SOFTWARE)


def _since(item: Item) -> datetime:
    return Envelope.model_validate_json(item.body).occurred_at
