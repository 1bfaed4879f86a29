"""The consumer: takes facts and jobs from the service's queue and has them handled."""

import asyncio
import random
import secrets
import socket
from uuid import UUID

import asyncpg
import structlog
from contracts.context import TenantContext
from contracts.facts import Envelope
from prometheus_client import Counter
from redis.exceptions import RedisError
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession
from structlog.contextvars import bound_contextvars

from servicekit import long_jobs
from servicekit.db import Database
from servicekit.handlers import Handlers
from servicekit.queue import Item, Queue
from servicekit.records import Handled
from servicekit.tenancy import TenantDeleted, TenantProvisioning, Tenants

log = structlog.get_logger()

HANDLED = Counter("queue_handled_total", "Facts and jobs taken from the queue.", ["type", "outcome"])
_PATIENCE = 2  # seconds a take waits on an empty queue
_UNTIL_PROVISIONED = 600  # tries, about ten minutes, for a tenant whose schema is still being made
_OUTAGE = 1  # seconds until the next try while the database is away
_SUSPECT = 2  # deaths after which an item runs alone, so that nothing else dies of it


class Consumer:
    """One process's taker. Holds what it took on a list of its own until it is done."""

    def __init__(
        self, queue: Queue, database: Database, handlers: Handlers, *, lease: float = 30, concurrency: int = 8
    ) -> None:
        self.name = f"{socket.gethostname()}-{secrets.token_hex(4)}"
        self._queue = queue
        self._database = database
        self._tenants = Tenants(database)
        self._handlers = handlers
        self._lease = lease
        self._concurrency = concurrency
        self._running: dict[str, tuple[Item, asyncio.Task[None]]] = {}
        self._unexplained: set[str] = set()
        self._alone = False  # a suspect waits until nothing else runs

    async def take(self) -> None:
        """Take what comes within a moment, as much as there is room for, and start on it."""
        await self._room(self._concurrency if self._alone else 1)
        at_most = 1 if self._alone else self._concurrency - len(self._running)
        items = await self._queue.take(self.name, _PATIENCE, at_most)
        if len(items) == 1 and not self._running and items[0].deaths >= _SUSPECT:
            self._alone = False
            self._start(items[0])
            await self._room(self._concurrency)
        else:
            await self._start_or_return(items)

    async def take_up_lost(self) -> None:
        """Start on items that were moved to this worker's list while the answer got lost.

        An item is lost when two looks in a row find it on the list and nobody working on it.
        """
        idle = {item.id: item for item in await self._queue.held(self.name) if item.id not in self._running}
        lost = self._unexplained & idle.keys() - self._running.keys()
        await self._start_or_return([idle[id_] for id_ in lost])
        self._unexplained = set(idle)

    async def _start_or_return(self, items: list[Item]) -> None:
        """Start on items, but hand back the suspects among them until nothing else runs here."""
        for item in items:
            if item.deaths < _SUSPECT:
                self._start(item)
            else:
                self._alone = True
                await self._queue.give_back(self.name, item)

    async def heartbeat(self) -> None:
        """Prolong the lease, and stop what was cancelled meanwhile."""
        await self._queue.heartbeat(self.name, self._lease)
        for item in await self._queue.called_off([item for item, _ in self._running.values()]):
            if (found := self._running.get(item.id)) is not None:
                found[1].cancel()
                await self._queue.done(self.name, item)
                HANDLED.labels(item.type, "cancelled").inc()

    async def drain(self, patience: float) -> None:
        """Let what runs finish within `patience` seconds; hand the rest back."""
        if self._running:
            await asyncio.wait([task for _, task in self._running.values()], timeout=patience)
        for _, task in self._running.values():
            task.cancel()
        for item in await self._queue.held(self.name):
            await self._queue.give_back(self.name, item)

    async def _room(self, needed: int = 1) -> None:
        while self._concurrency - len(self._running) < needed:
            tasks = [task for _, task in self._running.values()]
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)

    def _start(self, item: Item) -> None:
        task = asyncio.create_task(self._work(item))
        self._running[item.id] = item, task
        task.add_done_callback(lambda _: self._running.pop(item.id))

    async def _work(self, item: Item) -> None:
        """Handle an item, and see it off. What fails because Redis is away is taken up again later."""
        try:
            await self._see_off(item)
        except (OSError, RedisError) as error:
            log.warning("queue_away", message=item.id, error=repr(error))

    async def _see_off(self, item: Item) -> None:
        try:
            envelope = Envelope.model_validate_json(item.body)
            with bound_contextvars(tenant=item.tenant, message=item.id, type=item.type, trace=envelope.trace):
                async with asyncio.timeout(self._handlers.timeout(item.type)):
                    await self._handle(envelope)
            await self._queue.done(self.name, item)
            HANDLED.labels(item.type, "done").inc()
        except TenantProvisioning as error:
            await self._queue.failed(self.name, item, error.code, delay=1000, tries=_UNTIL_PROVISIONED)
            HANDLED.labels(item.type, "waiting").inc()
        except TenantDeleted:
            await self._queue.done(self.name, item)
            HANDLED.labels(item.type, "discarded").inc()
        except Exception as error:
            if await self._database_away():  # no fault of the item's, and costs it no try
                await asyncio.sleep(_OUTAGE)
                await self._queue.give_back(self.name, item)
                HANDLED.labels(item.type, "waiting").inc()
                return
            self._tenants.doubt(item.tenant)
            text = f"{type(error).__name__}: {error}"
            dead = await self._queue.failed(self.name, item, text, delay=backoff(item.tries))
            HANDLED.labels(item.type, "dead" if dead else "failed").inc()
            log.exception("handler_failed", type=item.type, message=item.id, dead=dead)
            if dead:
                await self._mourn(item)

    async def _handle(self, envelope: Envelope) -> None:
        """Run the message's handler and mark it handled, in one transaction."""
        if (found := self._handlers.in_control.get(envelope.type)) is not None:
            kind, in_control = found
            async with self._database.control() as control:
                if await _first_time(control, envelope.id):
                    await in_control(control, kind.model_validate(envelope.data), envelope)
                    await control.commit()
        elif (heard := self._handlers.in_tenant.get(envelope.type)) is not None:
            kind, in_tenant = heard
            # What is on its way to a suspended tenant arrives: suspension is for its users.
            await self._tenants.require_schema(envelope.tenant)
            async with self._database.tenant(_context(envelope)) as session:
                if await _first_time(session, envelope.id):
                    await in_tenant(session, kind.model_validate(envelope.data), envelope)
                    await session.commit()
        else:
            raise LookupError(f"nothing here handles {envelope.type}")

    async def _database_away(self) -> bool:
        try:
            async with asyncio.timeout(5):
                await self._database.ping()
        except (OSError, SQLAlchemyError, asyncpg.PostgresError):
            return True
        return False

    async def _mourn(self, item: Item) -> None:
        """Tell long work that one of its portions was given up."""
        kind, _ = self._handlers.in_tenant.get(item.type, (None, None))
        if kind is None or not issubclass(kind, long_jobs.Portion):
            return
        envelope = Envelope.model_validate_json(item.body)
        async with self._database.tenant(_context(envelope)) as session:
            await long_jobs.give_up(session, kind.model_validate(envelope.data))
            await session.commit()


def backoff(tries: int) -> int:
    """Milliseconds until the next try: between a quarter and the whole of 1, 2, 4 … 300 seconds."""
    ceiling = min(300_000, 1000 * 2**tries)
    return random.randint(ceiling // 4, ceiling)  # noqa: S311 - jitter is no secret


def _context(envelope: Envelope) -> TenantContext:
    return TenantContext(
        kind="service", application=envelope.application, tenant=envelope.tenant, user_id=envelope.actor
    )


async def _first_time(session: AsyncSession, message: UUID) -> bool:
    statement = insert(Handled).values(message_id=message).on_conflict_do_nothing()
    return (await session.execute(statement.returning(Handled.message_id))).first() is not None
