"""The queue: nothing is lost, nothing is stuck, whoever dies."""

import asyncio
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
from redis.asyncio import Redis
from servicekit.queue import Depth, Queue, connect
from servicekit.testing.environment import Environment


@pytest.fixture
async def redis(environment: Environment) -> AsyncIterator[Redis]:
    async with connect(environment.redis_url) as client:
        yield client


@pytest.fixture
def queue(redis: Redis) -> Queue:
    return Queue(redis, f"test-{uuid4().hex}")


async def test_an_item_is_taken_in_order_and_gone_when_done(queue: Queue) -> None:
    await queue.enqueue(("a", b"1"), ("b", b"2"))
    assert await queue.take("w", 1) == ("a", b"1")
    assert await queue.take("w", 1) == ("b", b"2")
    await queue.done("w", "a")
    await queue.done("w", "b")
    assert await queue.depth() == Depth(ready=0, delayed=0, running=0, dead=0)


async def test_an_id_that_waits_or_runs_is_not_taken_a_second_time(queue: Queue) -> None:
    await queue.enqueue(("a", b"1"))
    await queue.enqueue(("a", b"1"))
    await queue.take("w", 1)
    await queue.enqueue(("a", b"1"))
    assert (await queue.depth()).ready == 0


async def test_a_failed_item_waits_and_comes_back(queue: Queue) -> None:
    await queue.enqueue(("a", b"1"))
    await queue.take("w", 1)
    assert not await queue.failed("w", "a", "boom", delay=0)
    assert (await queue.depth()).delayed == 1
    await queue.sweep()
    assert await queue.take("w", 1) == ("a", b"1")


async def test_after_its_last_try_an_item_is_dead_with_its_error_and_can_be_replayed(queue: Queue) -> None:
    await queue.enqueue(("a", b"1"))
    for attempt in range(3):
        await queue.take("w", 1)
        assert await queue.failed("w", "a", f"boom {attempt}", delay=0, tries=3) == (attempt == 2)
        await queue.sweep()
    assert [(item.id, item.body, item.error) for item in await queue.dead()] == [("a", b"1", "boom 2")]
    assert await queue.replay("a")
    assert not await queue.replay("a")
    assert await queue.take("w", 1) == ("a", b"1")
    assert await queue.tries("a") == 0


async def test_a_discarded_item_leaves_nothing_behind(queue: Queue, redis: Redis) -> None:
    await queue.enqueue(("a", b"1"))
    await queue.take("w", 1)
    await queue.failed("w", "a", "boom", delay=0, tries=1)
    assert await queue.discard("a")
    assert [key async for key in redis.scan_iter("q:{" + queue.name + "}:*")] == []


async def test_what_a_dead_worker_held_goes_back(queue: Queue) -> None:
    await queue.enqueue(("a", b"1"), ("b", b"2"))
    await queue.heartbeat("dead", lease=-1)
    await queue.take("dead", 1)
    await queue.take("dead", 1)
    assert await queue.sweep() == 2
    assert await queue.take("alive", 1) == ("a", b"1")


async def test_a_dead_workers_late_move_goes_back_too(queue: Queue) -> None:
    await queue.heartbeat("dead", lease=-1)
    await queue.sweep()
    await queue.enqueue(("a", b"1"))
    await queue.take("dead", 1)
    assert await queue.sweep() == 1


async def test_a_living_workers_items_are_left_alone(queue: Queue) -> None:
    await queue.enqueue(("a", b"1"))
    await queue.heartbeat("alive", lease=30)
    await queue.take("alive", 1)
    assert await queue.sweep() == 0


async def test_an_item_that_kills_every_worker_is_dead_in_the_end(queue: Queue) -> None:
    await queue.enqueue(("poison", b"1"))
    for _ in range(5):
        await queue.heartbeat("w", lease=-1)
        await queue.take("w", 1)
        await queue.sweep()
    assert [item.id for item in await queue.dead()] == ["poison"]


async def test_a_reaped_workers_late_answer_changes_nothing(queue: Queue) -> None:
    await queue.enqueue(("a", b"1"))
    await queue.heartbeat("slow", lease=-1)
    await queue.take("slow", 1)
    await queue.sweep()
    assert await queue.take("other", 1) == ("a", b"1")
    await queue.done("slow", "a")
    await queue.failed("slow", "a", "late", delay=0)
    assert await queue.held("other") == [("a", b"1")]


async def test_many_sweeps_at_once_put_an_item_back_once(queue: Queue) -> None:
    await queue.enqueue(*((str(n), b"") for n in range(50)))
    await queue.heartbeat("dead", lease=-1)
    for _ in range(50):
        await queue.take("dead", 1)
    moved = await asyncio.gather(*(queue.sweep() for _ in range(20)))
    assert sum(moved) == 50
    assert (await queue.depth()).ready == 50
