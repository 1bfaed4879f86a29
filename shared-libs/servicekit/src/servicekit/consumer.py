"""The consumer: takes facts and jobs from the service's queue and has them handled."""

import asyncio
import secrets
import socket
from uuid import UUID

import structlog
from contracts.context import TenantContext
from contracts.facts import Envelope
from prometheus_client import Counter
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from structlog.contextvars import bound_contextvars

from servicekit.db import Database
from servicekit.handlers import Handlers
from servicekit.queue import TRIES, Queue, backoff
from servicekit.records import Handled
from servicekit.tenancy import TenantDeleted, TenantProvisioning, Tenants

log = structlog.get_logger()

HANDLED = Counter("queue_handled_total", "Facts and jobs taken from the queue.", ["type", "outcome"])
LONGEST = 300  # seconds a handler may take
_PATIENCE = 2  # seconds a take waits on an empty queue
_UNTIL_PROVISIONED = 600  # tries, about ten minutes, for a tenant whose schema is still being made


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
        self._slots = asyncio.Semaphore(concurrency)
        self._running: dict[str, asyncio.Task[None]] = {}
        self._unexplained: set[str] = set()

    async def take(self) -> None:
        """Take one item, if one comes within a moment, and start on it."""
        await self._slots.acquire()
        try:
            item = await self._queue.take(self.name, _PATIENCE)
        except BaseException:
            self._slots.release()
            raise
        if item is None:
            self._slots.release()
            return
        self._start(*item)

    async def take_up_lost(self) -> None:
        """Start on items that were moved to this worker's list while the answer got lost.

        An item is lost when two looks in a row find it on the list and nobody working on it.
        """
        idle = {id_: body for id_, body in await self._queue.held(self.name) if id_ not in self._running}
        for id_ in self._unexplained & idle.keys():
            await self._slots.acquire()
            self._start(id_, idle[id_])
        self._unexplained = set(idle)

    async def heartbeat(self) -> None:
        await self._queue.heartbeat(self.name, self._lease)

    async def drain(self, patience: float) -> None:
        """Let what runs finish within `patience` seconds; hand the rest back."""
        if self._running:
            await asyncio.wait(self._running.values(), timeout=patience)
        for id_, task in list(self._running.items()):
            task.cancel()
            await self._queue.give_back(self.name, id_)

    def _start(self, id_: str, body: bytes) -> None:
        task = asyncio.create_task(self._work(id_, body))
        self._running[id_] = task
        task.add_done_callback(lambda _: self._finished(id_))

    def _finished(self, id_: str) -> None:
        del self._running[id_]
        self._slots.release()

    async def _work(self, id_: str, body: bytes) -> None:
        kind = "unreadable"
        try:
            envelope = Envelope.model_validate_json(body)
            kind = envelope.type
            with bound_contextvars(tenant=envelope.tenant, message=id_, type=kind, trace=envelope.trace):
                async with asyncio.timeout(LONGEST):
                    await self._handle(envelope)
            await self._queue.done(self.name, id_)
            HANDLED.labels(kind, "done").inc()
        except TenantProvisioning as error:
            await self._queue.failed(self.name, id_, error.code, delay=1000, tries=_UNTIL_PROVISIONED)
            HANDLED.labels(kind, "waiting").inc()
        except TenantDeleted:
            await self._queue.done(self.name, id_)
            HANDLED.labels(kind, "discarded").inc()
        except Exception as error:
            tries = await self._queue.tries(id_)
            text = f"{type(error).__name__}: {error}"
            dead = await self._queue.failed(self.name, id_, text, delay=backoff(tries), tries=TRIES)
            HANDLED.labels(kind, "dead" if dead else "failed").inc()
            log.exception("handler_failed", type=kind, message=id_, dead=dead)

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
            context = TenantContext(
                kind="service",
                application=envelope.application,
                tenant=envelope.tenant,
                user_id=envelope.actor,
            )
            async with self._database.tenant(context) as session:
                if await _first_time(session, envelope.id):
                    await in_tenant(session, kind.model_validate(envelope.data), envelope)
                    await session.commit()
        else:
            raise LookupError(f"nothing here handles {envelope.type}")


async def _first_time(session: AsyncSession, message: UUID) -> bool:
    statement = insert(Handled).values(message_id=message).on_conflict_do_nothing()
    return (await session.execute(statement.returning(Handled.message_id))).first() is not None
