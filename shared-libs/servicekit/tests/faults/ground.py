"""Servers, services and worker processes that fault tests may kill."""

import asyncio
import multiprocessing
import os
import shutil
import tempfile
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Iterable
from contextlib import asynccontextmanager, contextmanager
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import asyncpg
import faulty
from contracts.context import TenantContext
from contracts.facts import TenantRegistered
from contracts.jobs import Job
from redis.asyncio import Redis
from redis.exceptions import RedisError
from servicekit import jobs
from servicekit.auth import new_signing_key
from servicekit.databases import ensure_database
from servicekit.db import Database, TenantSession
from servicekit.embedded import Server, free_port, postgres_server, redis_server
from servicekit.facts import tell
from servicekit.fleet import fleet
from servicekit.migrations.runner import migrate
from servicekit.queue import Queue
from servicekit.service import Service
from servicekit.tenancy import provision
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

PASSWORD = "test"  # of databases that live for a test run, on loopback
LEASE = 1.0
ABOUT = TenantRegistered(organisation="Faulty", country="GB", currency="GBP", time_zone="UTC", locale="en")

_processes = multiprocessing.get_context("forkserver")
_processes.set_forkserver_preload(
    ["servicekit.worker", "fastapi", "pytest"]
)  # imported once, not per process


class Ground:
    """The hearer's and the teller's databases and queues, and processes that work on them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.postgres: Server
        self.redis_server: Server
        self.redis: Redis
        self.services: dict[str, Service] = {}
        self.databases: dict[str, Database] = {}
        self._workers: list[BaseProcess] = []
        self._tenants = 0

    async def start(self) -> None:
        (self.folder / "infrastructure").mkdir()
        (self.folder / "infrastructure/fleet.toml").write_text(faulty.FLEET)
        (self.folder / "trusted.json").write_text("{}")
        (self.folder / "key.pem").write_text(new_signing_key())
        self.postgres = postgres_server(self.folder / "postgres", free_port(), durable=True)
        self.start_redis(free_port())
        self.postgres.start()
        await asyncio.gather(self.postgres.wait_ready(), self.redis_server.wait_ready())
        host = self.postgres.url.split("@")[-1].split("/")[0]
        with self._fleet():
            for prefix in ("teller", "hearer"):
                await ensure_database(self.postgres.url, prefix, password=PASSWORD, read_password=PASSWORD)
                settings = faulty.Settings.model_validate(
                    {
                        "environment": "test",
                        "log_level": "error",
                        "worker_lease": LEASE,
                        "files_url": self.folder.as_uri(),
                        "redis_url": self.redis_server.url,
                        "trusted_keys_file": self.folder / "trusted.json",
                        "signing_key_file": self.folder / "key.pem",
                        "database_url": f"postgresql://{prefix}:{PASSWORD}@{host}/{prefix}",
                        "database_read_url": f"postgresql://{prefix}_ro:{PASSWORD}@{host}/{prefix}",
                    }
                )
                self.services[prefix] = faulty.service(prefix, settings)
                await migrate(self.services[prefix])
                self.databases[prefix] = Database(settings, prefix + "-service")

    @contextmanager
    def _fleet(self) -> Generator[None]:
        """Have this process take the teller and the hearer for the fleet."""
        before = os.environ.get("FLEET_ROOT")
        os.environ["FLEET_ROOT"] = str(self.folder)
        fleet.cache_clear()
        yield
        os.environ.pop("FLEET_ROOT")
        if before is not None:
            os.environ["FLEET_ROOT"] = before
        fleet.cache_clear()

    def start_redis(self, port: int) -> None:
        self.redis_server = redis_server(self.folder / "redis", port, durable=True)
        self.redis_server.start()
        self.redis = Redis.from_url(self.redis_server.url)

    async def stop(self) -> None:
        self.kill_workers()
        for database in self.databases.values():
            await database.dispose()
        await self.redis.aclose()
        for server in (self.postgres, self.redis_server):
            server.stop()
            shutil.rmtree(server.folder, ignore_errors=True)

    async def restart_redis(self, *, empty: bool) -> None:
        """Kill Redis as a crash does, and start it again with what its log holds, or with nothing."""
        self.redis_server.crash()
        await self.redis.aclose()
        if empty:
            shutil.rmtree(self.folder / "redis")
        self.start_redis(int(self.redis_server.url.rsplit(":", 1)[1].split("/")[0]))
        await self.redis_server.wait_ready()

    async def restart_postgres(self) -> None:
        """Kill PostgreSQL's postmaster and all backends as a crash does, and start it again."""
        self.postgres.crash()
        self.postgres.start()
        await self.postgres.wait_ready()
        for database in self.databases.values():
            await database.dispose()  # the tests' own connections

    async def tenant(self) -> str:
        self._tenants += 1
        tenant = f"f{self._tenants}"
        for prefix, database in self.databases.items():
            async with database.control() as session:
                await provision(session, tenant, ABOUT, self.services[prefix].tenant_streams)
                await session.commit()
        return tenant

    def worker(self, *prefixes: str, kill_at: str | None = None, clock: float = 0) -> BaseProcess:
        """A process that works for the services named, or for both."""
        settings = {
            prefix: self.services[prefix].settings.model_dump_json() for prefix in prefixes or self.services
        }
        process = _processes.Process(
            target=faulty.run, args=(str(self.folder), settings, kill_at, clock), daemon=True
        )
        process.start()
        self._workers.append(process)
        return process

    async def clear(self) -> None:
        """Kill the workers, and forget what they had to do."""
        self.kill_workers()
        await self.redis.flushall()
        for database in self.databases.values():
            async with database.control() as session:
                await session.execute(text("DELETE FROM control.outbox"))
                await session.commit()

    def kill_workers(self) -> None:
        for worker in self._workers:
            worker.kill()
            worker.join()
        self._workers.clear()

    @asynccontextmanager
    async def session(self, prefix: str, tenant: str) -> AsyncGenerator[TenantSession]:
        context = TenantContext(kind="service", application="business", tenant=tenant)
        async with self.databases[prefix].tenant(context) as session:
            yield session
            await session.commit()

    async def tell(self, tenant: str, numbers: Iterable[int]) -> None:
        """Tell facts, all in one transaction."""
        async with self.session("teller", tenant) as session:
            with self._fleet():
                for number in numbers:
                    tell(
                        session,
                        faulty.Happened(number=number),
                        tenant=tenant,
                        application="business",
                        actor=None,
                        aggregate=str(number),
                        version=1,
                    )

    async def ask(self, tenant: str, wanted: Iterable[Job]) -> None:
        """Ask for jobs, all in one transaction."""
        async with self.session("hearer", tenant) as session:
            for job in wanted:
                jobs.add(session, job)

    async def effects(self, tenant: str) -> Counter[int]:
        connection = await asyncpg.connect(self.postgres.url.rsplit("/", 1)[0] + "/hearer")
        try:
            rows = await connection.fetch(f"SELECT number FROM tenant_{tenant}.effects")
        finally:
            await connection.close()
        return Counter(row["number"] for row in rows)

    @property
    def queue(self) -> Queue:
        return Queue(self.redis, "hearer-service")

    async def done(self, tenant: str, numbers: Iterable[int]) -> Counter[int]:
        """The effects, once each number has one and nothing is under way any more."""
        expected = set(numbers)

        async def settled() -> bool:
            depth = await self.queue.depth()
            return (
                not depth.ready
                and not depth.running
                and not depth.delayed
                and expected <= (await self.effects(tenant)).keys()
            )

        await until(settled)
        return await self.effects(tenant)


async def until(true: Callable[[], Awaitable[Any]], seconds: float = 40) -> None:
    """Look again and again, for so many seconds; what is away at the moment says no."""
    async with asyncio.timeout(seconds):
        while True:
            try:
                if await true():
                    return
            except (OSError, RedisError, DBAPIError, asyncpg.PostgresError):
                pass
            await asyncio.sleep(0.05)


@asynccontextmanager
async def ground() -> AsyncGenerator[Ground]:
    folder = Path(tempfile.mkdtemp(prefix="fleet-faults-"))
    folder.chmod(0o755)
    made = Ground(folder)
    await made.start()
    try:
        yield made
    finally:
        await made.stop()
        shutil.rmtree(folder, ignore_errors=True)
