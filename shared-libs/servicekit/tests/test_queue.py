"""The queue: nothing is lost, nothing is stuck, whoever dies."""

import asyncio
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
from redis.asyncio import Redis
from servicekit.queue import Depth, Item, Queue, connect
from servicekit.testing.environment import Environment


@pytest.fixture
async def redis(environment: Environment) -> AsyncIterator[Redis]:
    async with connect(environment.redis_url) as client:
        yield client


@pytest.fixture
def queue(redis: Redis) -> Queue:
    return Queue(redis, f"test-{uuid4().hex}")


def item(id_: str, *, type_: str = "toy.job", tenant: str = "t", weight: int = 2) -> Item:
    return Item(id_, type_, tenant, weight, id_.encode())


A, B = item("a"), item("b")


async def taken(queue: Queue, worker: str = "w", at_most: int = 1) -> list[str]:
    return [item.id for item in await queue.take(worker, 0.1, at_most)]


async def drained(queue: Queue) -> list[str]:
    """The ids of everything that can be taken, in that order."""
    order: list[str] = []
    while ids := await taken(queue, at_most=8):
        order += ids
    return order


async def test_an_item_is_taken_in_order_and_gone_when_done(queue: Queue, redis: Redis) -> None:
    await queue.enqueue(A, B)
    assert await queue.take("w", 1) == [A]
    assert await queue.take("w", 1) == [B]
    await queue.done("w", A)
    await queue.done("w", B)
    assert await queue.depth() == Depth(ready=0, delayed=0, running=0, dead=0, parked=0)
    assert [key async for key in redis.scan_iter("q:{" + queue.name + "}:*")] == []


async def test_several_are_taken_at_once_where_there_is_room(queue: Queue) -> None:
    await queue.enqueue(*(item(str(n)) for n in range(5)))
    assert await taken(queue, at_most=3) == ["0", "1", "2"]
    assert await taken(queue, at_most=3) == ["3", "4"]


async def test_an_id_that_waits_or_runs_is_not_taken_a_second_time(queue: Queue) -> None:
    await queue.enqueue(A)
    await queue.enqueue(A)
    await queue.take("w", 1)
    await queue.enqueue(A)
    assert (await queue.depth()).ready == 0


async def test_a_failed_item_waits_and_comes_back(queue: Queue) -> None:
    await queue.enqueue(A)
    await queue.take("w", 1)
    assert not await queue.failed("w", A, "boom", delay=0)
    assert (await queue.depth()).delayed == 1
    await queue.sweep()
    assert [(found.id, found.tries) for found in await queue.take("w", 1)] == [("a", 1)]


async def test_after_its_last_try_an_item_is_dead_with_its_error_and_can_be_replayed(queue: Queue) -> None:
    await queue.enqueue(A)
    for attempt in range(3):
        await queue.take("w", 1)
        assert await queue.failed("w", A, f"boom {attempt}", delay=0, tries=3) == (attempt == 2)
        await queue.sweep()
    assert [(dead.item.id, dead.item.body, dead.error) for dead in await queue.dead()] == [
        ("a", b"a", "boom 2")
    ]
    assert await queue.replay(A)
    assert not await queue.replay(A)
    assert await queue.take("w", 1) == [A]


async def test_a_discarded_item_leaves_nothing_behind(queue: Queue, redis: Redis) -> None:
    await queue.enqueue(A)
    await queue.take("w", 1)
    await queue.failed("w", A, "boom", delay=0, tries=1)
    assert await queue.discard(A)
    assert [key async for key in redis.scan_iter("q:{" + queue.name + "}:*")] == []


async def test_what_a_dead_worker_held_goes_back_in_its_order(queue: Queue) -> None:
    await queue.enqueue(A, B)
    await queue.heartbeat("dead", lease=-1)
    await queue.take("dead", 1, 2)
    assert await queue.sweep() == 2
    assert await taken(queue, "alive", 2) == ["a", "b"]


async def test_a_dead_workers_late_move_goes_back_too(queue: Queue) -> None:
    await queue.heartbeat("dead", lease=-1)
    await queue.sweep()
    await queue.enqueue(A)
    await queue.take("dead", 1)
    assert await queue.sweep() == 1


async def test_what_a_worker_holds_that_nobody_remembers_is_found(queue: Queue) -> None:
    await queue.enqueue(A)
    await queue.take("stopped for hours", 1)
    assert await queue.sweep() == 0
    await queue.adopt()
    assert await queue.sweep() == 1
    assert await taken(queue) == ["a"]


async def test_to_look_for_strangers_does_no_harm_to_the_living(queue: Queue) -> None:
    await queue.enqueue(A)
    await queue.heartbeat("alive", lease=30)
    await queue.take("alive", 1)
    await queue.adopt()
    assert await queue.sweep() == 0


async def test_an_item_that_kills_every_worker_is_dead_in_the_end(queue: Queue) -> None:
    await queue.enqueue(A)
    for _ in range(5):
        await queue.heartbeat("w", lease=-1)
        await queue.take("w", 1)
        await queue.sweep()
    assert [dead.item.id for dead in await queue.dead()] == ["a"]


async def test_a_reaped_workers_late_answer_changes_nothing(queue: Queue) -> None:
    await queue.enqueue(A)
    await queue.heartbeat("slow", lease=-1)
    await queue.take("slow", 1)
    await queue.sweep()
    assert await taken(queue, "other") == ["a"]
    await queue.done("slow", A)
    await queue.failed("slow", A, "late", delay=0)
    assert [held.id for held in await queue.held("other")] == ["a"]


async def test_many_sweeps_at_once_put_an_item_back_once(queue: Queue) -> None:
    await queue.enqueue(*(item(str(n)) for n in range(50)))
    await queue.heartbeat("dead", lease=-1)
    assert len(await drained(queue)) == 50
    await queue.heartbeat("w", lease=-1)
    moved = await asyncio.gather(*(queue.sweep() for _ in range(20)))
    assert sum(moved) == 50
    assert (await queue.depth()).ready == 50


async def test_one_tenants_many_do_not_hold_up_anothers_few(queue: Queue) -> None:
    await queue.enqueue(*(item(f"many-{n}", tenant="many") for n in range(1000)))
    await queue.enqueue(*(item(f"few-{n}", tenant="few") for n in range(3)))
    order = await drained(queue)
    assert len(order) == 1003
    assert max(order.index(f"few-{n}") for n in range(3)) < 40


async def test_what_people_wait_for_passes_what_they_do_not(queue: Queue) -> None:
    await queue.enqueue(*(item(f"bulk-{n}", weight=1) for n in range(100)))
    await queue.enqueue(*(item(f"mail-{n}", weight=4) for n in range(100)))
    order = await drained(queue)
    assert sum(name.startswith("mail") for name in order[32:82]) > 30


async def test_a_paused_kind_waits_and_the_others_pass(queue: Queue) -> None:
    await queue.enqueue(A, item("other", type_="toy.other"))
    await queue.pause("toy.job")
    await queue.enqueue(B)
    assert await drained(queue) == ["other"]
    assert ((await queue.depth()).parked, await queue.paused()) == (2, ["toy.job"])
    assert await queue.resume("toy.job") == 2
    assert await drained(queue) == ["a", "b"]


@pytest.mark.parametrize("place", ["lane", "ready", "delayed", "dead", "parked"])
async def test_what_waits_can_be_cancelled_wherever_it_is(queue: Queue, place: str) -> None:
    if place == "lane":
        await queue.enqueue(*(item(str(n)) for n in range(40)))
    await queue.enqueue(A)
    if place in {"delayed", "dead"}:
        await queue.take("w", 1)
        await queue.failed("w", A, "boom", delay=60_000, tries=1 if place == "dead" else 5)
    if place == "parked":
        await queue.pause("toy.job")
        await queue.take("w", 0.1)
    assert await queue.cancel(A) == "removed"
    assert await queue.cancel(A) == "unknown"
    await queue.resume("toy.job")
    await queue.sweep()
    assert "a" not in await drained(queue)


async def test_what_runs_is_called_off_and_not_begun_again(queue: Queue) -> None:
    await queue.enqueue(A, B)
    await queue.heartbeat("w", lease=-1)
    await queue.take("w", 1, 2)
    assert await queue.cancel(A) == "running"
    assert await queue.called_off([A, B]) == [A]
    await queue.sweep()
    assert await drained(queue) == ["b"]


async def test_a_clock_set_back_keeps_neither_leases_nor_delays_waiting(queue: Queue, redis: Redis) -> None:
    """The server cannot be given another clock here; what an hour ahead would have left behind, can."""
    await queue.enqueue(A, B)
    for worker in ("dead", "w"):
        await queue.heartbeat(worker, lease=3599)
        await queue.take(worker, 1)
    await queue.failed("w", B, "boom", delay=3_599_000)
    assert await queue.sweep() == 0
    ahead = int(await redis.get(f"q:{{{queue.name}}}:clock") or 0) + 3_600_000
    await redis.set(f"q:{{{queue.name}}}:clock", ahead)
    assert await queue.sweep() == 1
    assert sorted(await drained(queue)) == ["a", "b"]
