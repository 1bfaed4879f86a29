"""Two services whose workers are killed: the teller tells facts, the hearer hears them and does jobs.

Every effect is a row, with nothing to stop a second one, so that whatever happens twice shows.
"""

import asyncio
import importlib
import os
import signal
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from uuid import UUID

from contracts.facts import Envelope, Fact
from contracts.jobs import Job
from redis.asyncio import Redis
from servicekit.db import TYPES, Database, Identified, TenantSession, tenant_metadata
from servicekit.fleet import fleet
from servicekit.handlers import Handlers
from servicekit.migrations import Stream
from servicekit.observability import configure_logging
from servicekit.service import Service
from servicekit.settings import ServiceSettings
from servicekit.worker import Watchdog, Worker
from sqlalchemy.orm import DeclarativeBase, Mapped

FLEET = """
gateway = {name = "api-gateway", folder = "", package = "", port = 1}

[[service]]
name = "teller-service"
application = "business"
folder = ""
package = ""
port = 2
database = "teller"
prefix = "teller"
built = true

[[service]]
name = "hearer-service"
application = "business"
folder = ""
package = ""
port = 3
database = "hearer"
prefix = "hearer"
built = true
hears = ["teller.thing_happened.v1"]
"""


class Base(DeclarativeBase):
    metadata = tenant_metadata()
    type_annotation_map = TYPES


class Effect(Identified, Base):
    __tablename__ = "effects"
    number: Mapped[int]


class Happened(Fact):
    name = "teller.thing_happened.v1"
    number: int


class Work(Job):
    name = "hearer.work"
    number: int
    seconds: float = 0


class Poison(Job):
    """Kills the process that does it."""

    name = "hearer.poison"
    about: UUID | None = None


class Forever(Job):
    """Never ends: waiting, or with a firm hand on the process."""

    name = "hearer.forever"
    firmly: bool


handlers = Handlers()


@handlers.hears(Happened)
async def hear(session: TenantSession, fact: Happened, _: Envelope) -> None:
    session.add(Effect(number=fact.number))
    await session.flush()


@handlers.does(Work)
async def work(session: TenantSession, job: Work, _: Envelope) -> None:
    session.add(Effect(number=job.number))
    await session.flush()
    if job.seconds:
        await asyncio.sleep(job.seconds)


@handlers.does(Poison)
async def poison(_: TenantSession, __: Poison, ___: Envelope) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


@handlers.does(Forever, timeout=0.2)
async def forever(_: TenantSession, job: Forever, __: Envelope) -> None:
    if job.firmly:
        time.sleep(3600)  # noqa: ASYNC251 - that is the fault
    await asyncio.sleep(3600)


class Settings(ServiceSettings, env_prefix="FAULTY_"):
    pass


def service(prefix: str, settings: Settings) -> Service:
    entry = fleet().named(f"{prefix}-service")
    stream = Stream("faulty", "tenant", Path(__file__).with_name("migrations"), Base.metadata)
    own = handlers if prefix == "hearer" else Handlers()
    return Service(entry=entry, settings=settings, routers=[], streams=[stream], handlers=own)


def run(root: str, settings: dict[str, str], kill_at: str | None = None, clock: float = 0) -> None:
    """What a worker process does.

    Args:
        root: where its fleet.toml lies.
        settings: of each of its services, as JSON.
        kill_at: the function at which it kills itself: `before` it, `after` it, or when it has
            `given` something.
        clock: seconds by which its wall clock steps after a moment.
    """
    os.environ["FLEET_ROOT"] = root
    fleet.cache_clear()
    configure_logging("test", "critical")
    if kill_at is not None:
        when, function = kill_at.split(" ")
        _kill_at(when, function)
    if clock:
        _step_clock(clock)
    asyncio.run(_work({prefix: Settings.model_validate_json(text) for prefix, text in settings.items()}))


async def _work(settings: dict[str, Settings]) -> None:
    workers = []
    for prefix, one in settings.items():
        redis = Redis.from_url(str(one.redis_url))
        own = service(prefix, one)
        workers.append(Worker(own, Database(one, own.name), redis))
    with Watchdog(min(one.worker_lease for one in settings.values())):
        await asyncio.gather(*(worker.run() for worker in workers))


def _kill_at(when: str, function: str) -> None:
    owner_name, name = function.rsplit(".", 1)
    try:
        owner: Any = importlib.import_module(owner_name)
    except ModuleNotFoundError:
        module, kind = owner_name.rsplit(".", 1)
        owner = getattr(importlib.import_module(module), kind)
    original: Callable[..., Awaitable[Any]] = getattr(owner, name)

    async def deadly(*arguments: Any, **options: Any) -> Any:
        if when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        result = await original(*arguments, **options)
        if when == "after" or result:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(owner, name, deadly)


def _step_clock(seconds: float) -> None:
    real, began = time.time, time.monotonic()
    time.time = lambda: real() + (seconds if time.monotonic() > began + 0.5 else 0)
