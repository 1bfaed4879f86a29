"""Nothing acknowledged is lost, nothing is stuck, effects in the database happen once: whatever is killed."""

import asyncio
import os
import random
import signal
import sys
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from contracts.jobs import Job
from faulty import Forever, Poison, Work
from ground import Ground, until
from servicekit.queue import Item
from sqlalchemy import text

Count = Callable[..., None]

ROAD = [
    "before servicekit.queue.Queue.enqueue",  # the relay has read the outbox
    "after servicekit.queue.Queue.enqueue",  # the item is in the queue, the outbox says unsent
    "given servicekit.relay.send_batch",  # the outbox says sent
    "given redis.asyncio.Redis.blmove",  # on the worker's list
    "before servicekit.consumer.Consumer._handle",  # opened
    "after servicekit.consumer._first_time",  # in the inbox, not committed
    "before servicekit.db.TenantSession.commit",  # the handler has run
    "after servicekit.tenancy.Tenants.require_schema",  # looked up
    "before servicekit.queue.Queue.done",  # committed
    "after servicekit.queue.Queue.done",  # off the list
]


def once(numbers: int) -> Counter[int]:
    return Counter(range(numbers))


async def test_twenty_killed_workers_and_three_thousand_jobs(faults: Ground, count: Count) -> None:
    tenant, jobs, kills = await faults.tenant(), 3000, 20
    await faults.ask(tenant, (Work(number=number, seconds=0.001) for number in range(jobs)))
    workers = [faults.worker() for _ in range(3)]
    for kill in range(1, kills + 1):
        goal = kill * jobs // (kills + 2)

        async def far_enough(goal: int = goal) -> bool:
            return len(await faults.effects(tenant)) >= goal

        await until(far_enough)
        victim = workers.pop(random.randrange(len(workers)))
        victim.kill()
        workers.append(faults.worker())
    effects = await faults.done(tenant, range(jobs))
    assert effects == once(jobs)
    assert (await faults.queue.depth()).dead == 0
    count(jobs=jobs, kills=kills, lost=jobs - len(effects), twice=excess(effects))


@pytest.mark.parametrize("step", ROAD)
async def test_a_process_killed_at_any_step_of_the_road_of_a_fact(
    faults: Ground, step: str, count: Count
) -> None:
    tenant = await faults.tenant()
    await faults.tell(tenant, [1])
    victim = faults.worker(kill_at=step)
    await asyncio.to_thread(victim.join, 60)
    assert victim.exitcode == -signal.SIGKILL
    faults.worker()
    effects = await faults.done(tenant, [1])
    assert effects == Counter([1])
    count(effects=effects.total())


async def test_a_worker_stopped_past_its_lease_and_continued(faults: Ground, count: Count) -> None:
    tenant, jobs = await faults.tenant(), 200
    await faults.ask(tenant, (Work(number=number, seconds=0.05) for number in range(jobs)))
    sleeper = faults.worker()
    assert sleeper.pid is not None
    await until(lambda: some_effects(faults, tenant, 20))
    os.kill(sleeper.pid, signal.SIGSTOP)
    stopped = await faults.queue.workers()
    faults.worker()

    async def reaped() -> bool:
        holding = await faults.queue.workers()
        return not any(holding[name] for name in stopped)

    await until(reaped)
    os.kill(sleeper.pid, signal.SIGCONT)
    effects = await faults.done(tenant, range(jobs))
    assert effects == once(jobs)
    count(jobs=jobs, held=sum(map(len, stopped.values())), lost=jobs - len(effects), twice=excess(effects))


async def test_an_answer_of_redis_that_got_lost(faults: Ground, count: Count) -> None:
    """The items are on the worker's list, and it does not know: as after a broken connection."""
    tenant, jobs = await faults.tenant(), 20
    faults.worker()
    await until(faults.queue.workers)
    (name,) = [name for name in await faults.queue.workers() if await alive(faults, name)]
    base = "q:{hearer-service}:"
    await faults.queue.pause(Work.name)
    await faults.ask(tenant, (Work(number=number) for number in range(jobs)))

    async def parked() -> bool:
        return (await faults.queue.depth()).parked == jobs

    await until(parked)
    for _ in range(jobs):
        await faults.redis.lmove(f"{base}parked:{Work.name}", f"{base}proc:{name}", "RIGHT", "LEFT")
    await faults.queue.resume(Work.name)
    effects = await faults.done(tenant, range(jobs))
    assert effects == once(jobs)
    count(jobs=jobs, answers_lost=jobs, lost=jobs - len(effects), twice=excess(effects))


async def test_redis_killed_and_started_empty_in_mid_run(faults: Ground, count: Count) -> None:
    tenant, facts, jobs = await faults.tenant(), 300, 300
    for _ in range(2):
        faults.worker()
    for first in range(0, 300, 100):
        await faults.tell(tenant, range(first, first + 100))
        await faults.ask(tenant, (Work(number=300 + n, seconds=0.02) for n in range(first, first + 100)))
        await until(lambda first=first: some_effects(faults, tenant, first + 50))  # type: ignore[misc]
        await faults.restart_redis(empty=True)
    effects = await faults.done(tenant, range(facts + jobs))
    assert effects == once(facts + jobs)
    count(facts=facts, jobs=jobs, kills=3, lost=facts + jobs - len(effects), twice=excess(effects))


async def test_redis_killed_and_started_with_what_its_log_holds(faults: Ground, count: Count) -> None:
    tenant, jobs = await faults.tenant(), 600
    for _ in range(2):
        faults.worker()
    for first in range(0, jobs, 200):
        await faults.ask(tenant, (Work(number=n, seconds=0.01) for n in range(first, first + 200)))
        await until(lambda first=first: some_effects(faults, tenant, first + 50))  # type: ignore[misc]
        await faults.restart_redis(empty=False)
    effects = await faults.done(tenant, range(jobs))
    assert effects == once(jobs)
    count(jobs=jobs, kills=3, lost=jobs - len(effects), twice=excess(effects))


async def test_postgresql_killed_in_mid_run(faults: Ground, count: Count) -> None:
    tenant, facts, jobs = await faults.tenant(), 300, 300
    for _ in range(2):
        faults.worker()
    for first in range(0, 300, 100):
        await until(lambda first=first: told(faults, tenant, first))  # type: ignore[misc]
        await until(lambda first=first: some_effects(faults, tenant, first + 50))  # type: ignore[misc]
        await faults.restart_postgres()
    effects = await faults.done(tenant, range(facts + jobs))
    assert effects == once(facts + jobs)
    count(facts=facts, jobs=jobs, kills=3, lost=facts + jobs - len(effects), twice=excess(effects))


async def buried(faults: Ground) -> tuple[str, int]:
    """Start a worker as often as it dies, until one item is dead; its kind, and how many workers died."""
    worker, deaths = faults.worker(), 0

    async def dead() -> bool:
        nonlocal worker, deaths
        if not worker.is_alive():
            worker, deaths = faults.worker(), deaths + 1
        return (await faults.queue.depth()).dead == 1

    await until(dead, 120)
    (found,) = await faults.queue.dead()
    return found.item.type, deaths


@pytest.mark.parametrize("fault", [Poison(), Forever(firmly=True)])
async def test_a_job_that_takes_its_worker_down_among_the_innocent(
    faults: Ground, fault: Job, count: Count
) -> None:
    """One kills the process, one holds it still; both are given up, and no other job with them."""
    tenant, jobs = await faults.tenant(), 60
    await faults.ask(tenant, [*(Work(number=n, seconds=0.02) for n in range(30)), fault])
    await faults.ask(tenant, (Work(number=n, seconds=0.02) for n in range(30, jobs)))
    kind, deaths = await buried(faults)
    effects = await faults.done(tenant, range(jobs))
    assert (kind, effects) == (fault.name, once(jobs))
    count(innocent=jobs, workers_lost=deaths, dead=1, lost=jobs - len(effects), twice=excess(effects))


async def test_a_handler_that_waits_for_ever_is_timed_out(faults: Ground, count: Count) -> None:
    tenant, jobs = await faults.tenant(), 40
    await faults.ask(tenant, [Forever(firmly=False), *(Work(number=n) for n in range(jobs))])
    worker = faults.worker()
    await until(lambda: some_effects(faults, tenant, jobs))

    async def put_off() -> bool:
        return (await faults.queue.depth()).delayed == 1

    await until(put_off)
    worker.kill()
    worker.join()
    (waiting,) = [item for item in await everything(faults) if item.type == Forever.name]
    assert await faults.effects(tenant) == once(jobs)
    count(others=jobs, tries=waiting.tries, lost=0, twice=0)


@pytest.mark.parametrize("step", [3600, -3600])
async def test_a_workers_clock_that_steps_by_an_hour(faults: Ground, step: int, count: Count) -> None:
    tenant, jobs = await faults.tenant(), 150
    await faults.ask(tenant, (Work(number=number, seconds=0.05) for number in range(jobs)))
    victim = faults.worker(clock=step)
    faults.worker(clock=-step)
    await until(lambda: some_effects(faults, tenant, 60))
    victim.kill()
    effects = await faults.done(tenant, range(jobs))
    assert effects == once(jobs)
    count(jobs=jobs, kills=1, lost=jobs - len(effects), twice=excess(effects))


async def test_a_tenant_deleted_with_jobs_in_flight(faults: Ground, count: Count) -> None:
    tenant, other = await faults.tenant(), await faults.tenant()
    await faults.ask(tenant, (Work(number=number, seconds=0.02) for number in range(300)))
    await faults.ask(other, (Work(number=number) for number in range(50)))
    faults.worker()
    await until(lambda: some_effects(faults, tenant, 20))
    done = len(await faults.effects(tenant))
    async with faults.databases["hearer"].control() as session:
        await session.execute(text(f"UPDATE control.tenant SET status = 'deleted' WHERE id = '{tenant}'"))
        await session.execute(text(f"DROP SCHEMA tenant_{tenant} CASCADE"))
        await session.commit()
    effects = await faults.done(other, range(50))
    assert effects == once(50)
    depth = await faults.queue.depth()
    assert (depth.ready, depth.running, depth.dead) == (0, 0, 0)
    count(jobs=300, done_before=done, stuck=0, of_another_tenant=50, lost=0)


async def test_a_hundred_thousand_jobs_of_one_tenant_before_three_of_another(
    faults: Ground, count: Count
) -> None:
    many, few = await faults.tenant(), await faults.tenant()
    items = [Item(f"many-{number}", "hearer.none", many, Work.weight, b"{}") for number in range(100_000)]
    for first in range(0, len(items), 5000):
        await faults.queue.enqueue(*items[first : first + 5000])
    await faults.ask(few, (Work(number=number) for number in range(3)))
    worker = faults.worker()
    await until(lambda: some_effects(faults, few, 3))
    worker.kill()
    worker.join()
    depth = await faults.queue.depth()
    passed = 100_000 - depth.ready - depth.running
    assert await faults.effects(few) == once(3)
    assert passed < 1000
    count(jobs=100_000, of_another=3, went_ahead_of_the_three=passed)


async def test_twenty_sweepers_killed_while_they_sweep(faults: Ground, count: Count) -> None:
    tenant, items = await faults.tenant(), 2000
    names = [f"dead-{number}" for number in range(100)]
    for number in range(items):
        await faults.queue.enqueue(Item(f"{number}", "hearer.none", tenant, 2, b"{}"))
        await faults.queue.take(names[number % 100], 1)
    for name in names:
        await faults.queue.heartbeat(name, lease=-1)
    program = (
        "import asyncio, sys; from redis.asyncio import Redis; from servicekit.queue import Queue\n"
        "async def main():\n"
        "    queue = Queue(Redis.from_url(sys.argv[1]), 'hearer-service')\n"
        "    print('ready', flush=True)\n"
        "    while True: await queue.sweep()\n"
        "asyncio.run(main())"
    )
    for _ in range(20):
        sweeper = await asyncio.create_subprocess_exec(
            sys.executable, "-c", program, faults.redis_server.url, stdout=asyncio.subprocess.PIPE
        )
        assert sweeper.stdout is not None
        await sweeper.stdout.readline()
        sweeper.kill()
        await sweeper.wait()
    await faults.queue.sweep()
    depth = await faults.queue.depth()
    assert (depth.ready, depth.running) == (items, 0)
    count(items=items, kills=20, lost=items - depth.ready, twice=0)


def excess(effects: Counter[int]) -> int:
    return effects.total() - len(effects)


async def some_effects(faults: Ground, tenant: str, number: int) -> bool:
    return len(await faults.effects(tenant)) >= number


async def told(faults: Ground, tenant: str, first: int) -> bool:
    await faults.tell(tenant, range(first, first + 100))
    await faults.ask(tenant, (Work(number=300 + n, seconds=0.02) for n in range(first, first + 100)))
    return True


async def alive(faults: Ground, name: str) -> bool:
    score = await faults.redis.zscore("q:{hearer-service}:workers", name)
    seconds, _ = await faults.redis.time()
    return score is not None and score > seconds * 1000


async def everything(faults: Ground) -> list[Item]:
    base = "q:{hearer-service}:"
    redis: Any = faults.redis  # its types say "bytes or str" of every answer; ours are bytes
    bodies = await redis.hgetall(base + "jobs")
    tries = await redis.hgetall(base + "tries")
    return [Item.of(key, body, tries.get(key)) for key, body in bodies.items()]
