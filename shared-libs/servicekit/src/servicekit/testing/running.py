"""A service that runs inside the tests, and those who call it."""

from collections.abc import AsyncGenerator, Generator, Iterable, Mapping
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest.mock import patch
from uuid import UUID, uuid4

import asyncpg
import httpx
from contracts.context import CONTEXT_HEADER, TenantContext
from contracts.facts import Envelope, Fact, TenantRegistered
from contracts.permissions import permissions_of
from fastapi import FastAPI
from redis.asyncio import Redis
from sqlalchemy import Engine, event, update

from servicekit.consumer import Consumer
from servicekit.context import ContextMinter
from servicekit.databases import ensure_database
from servicekit.db import Database, ReadSession
from servicekit.migrations.runner import migrate
from servicekit.prepared import Prepared
from servicekit.queue import Item, Queue
from servicekit.records import Tenant, TenantStatus
from servicekit.relay import send_batch
from servicekit.service import Service
from servicekit.tenancy import provision
from servicekit.testing.environment import PASSWORD, Environment


class Minting(httpx.Auth):
    """A fresh context for each request, as the gateway would give."""

    def __init__(self, minter: ContextMinter, context: TenantContext, audience: str) -> None:
        self._minter, self._context, self._audience = minter, context, audience

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response]:
        request.headers[CONTEXT_HEADER] = self._minter.mint(self._context, audience=self._audience)
        yield request


class Running:
    """A started service with its database and queue."""

    def __init__(self, app: FastAPI, service: Service, keys: Path) -> None:
        self.app = app
        self.service = service
        self.keys = keys
        self.minter = ContextMinter("api-gateway", keys / "api-gateway.pem")

    @property
    def database(self) -> Database:
        database: Database = self.app.state.database
        return database

    @property
    def redis(self) -> Redis:
        redis: Redis = self.app.state.redis
        return redis

    async def new_tenant(self) -> str:
        """A tenant of its own, with every migration."""
        tenant = f"t{uuid4().hex[:12]}"
        about = TenantRegistered(
            organisation="Test Ltd", country="GB", currency="GBP", time_zone="Europe/London", locale="en-GB"
        )
        async with self.database.control() as session:
            await provision(session, tenant, about, self.service.tenant_streams)
            await session.commit()
        return tenant

    async def set_status(self, tenant: str, status: TenantStatus) -> None:
        """What an operator's command does to a tenant here."""
        async with self.database.control() as session:
            await session.execute(update(Tenant).where(Tenant.id == tenant).values(status=status))
            await session.commit()

    def context(
        self, tenant: str | None, *, roles: Iterable[str] = ("owner",), user_id: UUID | None = None
    ) -> TenantContext:
        """A user of a tenant, holding what the roles hold."""
        application = self.service.entry.application
        return TenantContext(
            kind="user",
            application=application,
            tenant=tenant,
            user_id=user_id or uuid4(),
            session_id=uuid4(),
            roles=frozenset(roles),
            permissions=permissions_of(application, frozenset(roles)),
        )

    def client(self, context: TenantContext | None, *, at: str | None = None) -> httpx.AsyncClient:
        """Calls the service as the gateway does for such a caller; None: past the gateway.

        `at` is the address of a process that serves it, where not this one is meant.
        """
        auth = Minting(self.minter, context, self.service.name) if context else None
        if at is not None:
            return httpx.AsyncClient(base_url=at, auth=auth)
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        return httpx.AsyncClient(transport=transport, base_url="http://service", auth=auth)

    async def hear(self, fact: Fact, *, tenant: str, version: int = 0) -> None:
        """Have the service handle a fact of another one's, as it comes from the queue."""
        envelope = Envelope(
            id=uuid4(),
            kind="fact",
            tenant=tenant,
            application=self.service.entry.application,
            type=fact.name,
            occurred_at=datetime.now(UTC),
            actor=None,
            aggregate=tenant,
            version=version,
            data=fact.model_dump(mode="json"),
        )
        item = Item(str(envelope.id), fact.name, tenant, 4, envelope.model_dump_json().encode())
        await Queue(self.redis, self.service.name).enqueue(item)
        await self.settle()

    async def settle(self) -> None:
        """Relay what the outbox holds and handle what reaches this service, until nothing is left."""
        queue = Queue(self.redis, self.service.name)
        consumer = Consumer(queue, self.database, self.service.all_handlers)
        connection: Any = await asyncpg.connect(str(self.service.settings.direct_url))
        try:
            while await send_batch(connection, self.redis) or (await queue.depth()).ready:
                while (await queue.depth()).ready:
                    await consumer.take()
                await consumer.drain(30)
        finally:
            await connection.close()


@contextmanager
def statements() -> Generator[list[str]]:
    """What is sent to the database meanwhile, but for looks at whether tenants may be served."""
    sent: list[str] = []
    rows = Prepared.rows

    def note(*arguments: Any) -> None:
        if not arguments[2].startswith("SELECT control.tenant."):
            sent.append(arguments[2])

    async def noted(prepared: Prepared, session: ReadSession, values: Mapping[str, Any]) -> Any:
        sent.append(prepared.text)
        return await rows(prepared, session, values)

    event.listen(Engine, "before_cursor_execute", note)
    with patch.object(Prepared, "rows", noted):  # of these SQLAlchemy knows nothing
        yield sent
    event.remove(Engine, "before_cursor_execute", note)


@asynccontextmanager
async def start(environment: Environment, app: FastAPI, service: Service) -> AsyncGenerator[Running]:
    """A service on a migrated database of its own, started."""
    await ensure_database(
        environment.admin_url, service.entry.database, password=PASSWORD, read_password=PASSWORD
    )
    await migrate(service)
    async with app.router.lifespan_context(app):
        yield Running(app, service, environment.folder)
