"""The whole road of facts and jobs: commit, outbox, relay, queue, inbox, effect, commit.

Two services with a worker process each, on one PostgreSQL that waits for its disk. They are those of
servicekit's fault tests. PostgreSQL says itself when an effect was committed (NOTIFY), so nothing polls.
"""

import asyncio
import sys
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import asyncpg

from bench.ground import REPOSITORY

sys.path.insert(0, str(REPOSITORY / "shared-libs/servicekit/tests/faults"))

from faulty import Work
from ground import Ground, ground

__all__ = ["Ground", "Road", "at_work", "ground"]  # the fault tests' ground too, found here

_TRIGGER = """
SET search_path = tenant_{tenant};
CREATE FUNCTION say_so() RETURNS trigger LANGUAGE plpgsql
    AS $$ BEGIN PERFORM pg_notify('effect', NEW.number::text); RETURN NULL; END $$;
CREATE TRIGGER say_so AFTER INSERT ON effects FOR EACH ROW EXECUTE FUNCTION say_so();
"""


class Road:
    """Both services at work for one tenant."""

    def __init__(self, where: Ground, tenant: str) -> None:
        self._where = where
        self._tenant = tenant
        self._seen: dict[int, asyncio.Future[float]] = {}

    def heard(self, number: str) -> None:
        self._seen[int(number)].set_result(time.monotonic())

    async def facts(self, count: int, every: float) -> list[float]:
        """Tell a fact every so many seconds; how many seconds after each one's commit its effect was seen."""
        committed = [await self._tell(number, every) for number in range(count)]
        seen = await self._effects(count)
        return [after - before for before, after in zip(committed, seen, strict=True)]

    async def _tell(self, number: int, every: float) -> float:
        await asyncio.sleep(every)
        self._expect(number)
        await self._where.tell(self._tenant, [number])
        return time.monotonic()

    async def jobs(self, count: int, at_once: int) -> float:
        """Ask for jobs, each in a transaction of its own, several at once; how many were done in a second."""
        numbers = iter(range(count))
        began = time.monotonic()

        async def ask() -> None:
            for number in numbers:
                self._expect(number)
                await self._where.ask(self._tenant, [Work(number=number)])

        await asyncio.gather(*(ask() for _ in range(at_once)))
        return count / (max(await self._effects(count)) - began)

    def _expect(self, number: int) -> None:
        self._seen[number] = asyncio.get_running_loop().create_future()

    async def _effects(self, count: int) -> list[float]:
        seen = await asyncio.gather(*(self._seen[number] for number in range(count)))
        self._seen.clear()
        return seen


@asynccontextmanager
async def at_work(where: Ground) -> AsyncGenerator[Road]:
    """The services' workers, until the end of the block."""
    tenant = await where.tenant()
    road = Road(where, tenant)
    listener = await asyncpg.connect(where.postgres.url.rsplit("/", 1)[0] + "/hearer")
    await listener.execute(_TRIGGER.format(tenant=tenant))
    await listener.add_listener("effect", lambda *said: road.heard(said[-1]))
    for prefix in ("teller", "hearer"):
        where.worker(prefix)
    try:
        await road.facts(20, 0.05)  # until both are up and warm
        yield road
    finally:
        await listener.close()
        await where.clear()
