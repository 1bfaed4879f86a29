import asyncio
from collections.abc import AsyncIterator

import pytest
from servicekit.db import asyncpg_url
from servicekit.fair_pool import FairPool
from servicekit.testing.running import Running
from sqlalchemy import select
from sqlalchemy.exc import TimeoutError as PoolExhausted
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine


@pytest.fixture
async def narrow(running: Running) -> AsyncIterator[AsyncEngine]:
    """A pool of one connection."""
    url = asyncpg_url(running.service.settings.database_read_url)
    engine = create_async_engine(url, poolclass=FairPool, pool_size=1, max_overflow=0, pool_timeout=30)
    yield engine
    await engine.dispose()


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
