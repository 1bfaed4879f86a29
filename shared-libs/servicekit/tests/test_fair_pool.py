import asyncio
from collections.abc import AsyncIterator

import pytest
from servicekit.db import asyncpg_url
from servicekit.fair_pool import FairPool, whose
from servicekit.testing.running import Running
from sqlalchemy import func, select
from sqlalchemy.exc import TimeoutError as PoolExhausted
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine


@pytest.fixture
async def narrow(running: Running) -> AsyncIterator[AsyncEngine]:
    """A pool of one connection."""
    url = asyncpg_url(running.service.settings.database_read_url)
    engine = create_async_engine(url, poolclass=FairPool, pool_size=1, max_overflow=0, pool_timeout=30)
    yield engine
    await engine.dispose()


@pytest.fixture
async def wide(running: Running) -> AsyncIterator[AsyncEngine]:
    """A pool of two connections, of which one has met tenant a and the other tenant b."""
    url = asyncpg_url(running.service.settings.database_read_url)
    engine = create_async_engine(url, poolclass=FairPool, pool_size=2, max_overflow=0, pool_timeout=30)
    both = asyncio.Barrier(2)

    async def meets(tenant: str) -> None:
        async with lent(engine, tenant):
            await both.wait()

    await asyncio.gather(meets("a"), meets("b"))
    yield engine
    await engine.dispose()


def lent(engine: AsyncEngine, tenant: str) -> AsyncConnection:
    whose.set(tenant)
    return engine.connect()


async def backend(connection: AsyncConnection) -> int:
    return int(await connection.scalar(select(func.pg_backend_pid())) or 0)


async def test_who_asks_again_comes_after_those_who_wait(narrow: AsyncEngine) -> None:
    served: list[tuple[int, int]] = []

    async def asks(who: int) -> None:
        for time in range(5):
            async with narrow.connect() as connection:
                served.append((time, who))
                await connection.execute(select(1))

    await asyncio.gather(*(asks(who) for who in range(30)))
    assert served == [(time, who) for time in range(5) for who in range(30)]


async def test_those_who_give_up_waiting_take_no_connection_along(narrow: AsyncEngine) -> None:
    async def asks() -> None:
        async with narrow.connect() as connection:
            await connection.execute(select(1))

    for turns in range(20):  # of the loop: some are served then, some wait, one is about to be served
        asking = [asyncio.create_task(asks()) for _ in range(5)]
        for _ in range(turns):
            await asyncio.sleep(0)
        for task in asking:
            task.cancel()
        await asyncio.gather(*asking, return_exceptions=True)
    await asyncio.wait_for(asks(), 30)


async def test_who_waits_for_too_long_is_told_and_the_next_one_is_served(running: Running) -> None:
    url = asyncpg_url(running.service.settings.database_read_url)
    engine = create_async_engine(url, poolclass=FairPool, pool_size=1, max_overflow=0, pool_timeout=0.01)
    async with engine.connect():
        with pytest.raises(PoolExhausted):
            await engine.connect()
    async with engine.connect() as connection:
        assert await connection.scalar(select(1)) == 1
    await engine.dispose()


async def test_a_tenant_is_served_where_it_was_before(wide: AsyncEngine) -> None:
    seen: dict[str, set[int]] = {"a": set(), "b": set()}
    for tenant in "aabbabbaab":
        async with lent(wide, tenant) as connection:
            seen[tenant].add(await backend(connection))
    assert [len(pids) for pids in seen.values()] == [1, 1]
    assert seen["a"] != seen["b"]


async def test_a_tenant_whose_connection_is_busy_gets_another_before_long(wide: AsyncEngine) -> None:
    async with lent(wide, "a") as busy, lent(wide, "a") as other:
        assert await backend(busy) != await backend(other)


async def test_a_connection_that_comes_back_goes_to_who_was_served_by_it(wide: AsyncEngine) -> None:
    served: list[tuple[str, int]] = []

    async def asks(tenant: str) -> None:
        async with lent(wide, tenant) as connection:
            served.append((tenant, await backend(connection)))

    async with lent(wide, "b") as of_b:
        async with lent(wide, "a") as of_a:
            pids = {"a": await backend(of_a), "b": await backend(of_b)}
            asking = [asyncio.create_task(asks(tenant)) for tenant in "ba"]
            await asyncio.sleep(0)  # they wait, b before a
        await asking[1]
    await asking[0]
    assert served == [("a", pids["a"]), ("b", pids["b"])]


async def test_nobody_is_passed_over_for_ever(wide: AsyncEngine) -> None:
    stop = asyncio.Event()

    async def asks_on(tenant: str) -> None:
        while not stop.is_set():
            async with lent(wide, tenant) as connection:
                await connection.execute(select(func.pg_sleep(0.005)))

    async with asyncio.timeout(30), asyncio.TaskGroup() as crowd, lent(wide, "b"):
        for _ in range(5):
            crowd.create_task(asks_on("a"))
        async with lent(wide, "b"):  # its own is busy, and the other one always wanted
            stop.set()
