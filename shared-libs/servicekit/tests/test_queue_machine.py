"""Whatever is done to a queue in whatever order, it is where a simple model says, and nowhere else."""

import asyncio
import os
from collections.abc import Coroutine
from typing import Any, TypeVar
from uuid import uuid4

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from servicekit.queue import Item, Queue, connect
from servicekit.testing.environment import Environment

T = TypeVar("T")

ITEMS = [
    Item(f"i{number}", f"toy.{kind}", tenant, weight, b"body")
    for number, (kind, tenant, weight) in enumerate(
        [("a", "x", 1), ("a", "x", 4), ("b", "x", 1), ("a", "y", 2), ("b", "y", 2), ("b", "y", 9)]
    )
]
KINDS = ["toy.a", "toy.b"]
WORKERS = ["v", "w"]
TRIES = 2


class QueueMachine(RuleBasedStateMachine):
    """The model: which items wait, are put off, are dead, or are held by which worker."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.redis: Any = connect(os.environ["FLEET_REDIS_URL"])
        self.queue = Queue(self.redis, f"machine-{uuid4().hex}")
        self.base = f"q:{{{self.queue.name}}}:"
        self.waiting: set[str] = set()
        self.delayed: set[str] = set()
        self.dead: set[str] = set()
        self.held: dict[str, set[str]] = {worker: set() for worker in WORKERS}
        self.cancelled: set[str] = set()
        self.paused: set[str] = set()
        self.tries: dict[str, int] = {}
        self.deaths: dict[str, int] = {}

    def teardown(self) -> None:
        self.do(self.redis.aclose())
        self.loop.close()

    def do(self, coroutine: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(coroutine)

    @property
    def known(self) -> set[str]:
        return self.waiting | self.delayed | self.dead | self.held["v"] | self.held["w"]

    def forget(self, id_: str) -> None:
        for count in (self.tries, self.deaths):
            count.pop(id_, None)
        self.cancelled.discard(id_)

    @rule(items=st.lists(st.sampled_from(ITEMS), min_size=1, max_size=6))
    def enqueue(self, items: list[Item]) -> None:
        self.do(self.queue.enqueue(*items))
        self.waiting |= {item.id for item in items} - self.known

    @rule(worker=st.sampled_from(WORKERS), at_most=st.integers(1, 4))
    def take(self, worker: str, at_most: int) -> None:
        before = set(self.waiting)
        taken = {item.id: item for item in self.do(self.queue.take(worker, 0.001, at_most))}
        assert len(taken) <= at_most
        assert taken.keys() <= before - self.cancelled
        assert not {item.type for item in taken.values()} & self.paused
        for id_, item in taken.items():
            assert (item.tries, item.deaths) == (self.tries.get(id_, 0), self.deaths.get(id_, 0))
        self.waiting -= taken.keys()
        self.held[worker] |= taken.keys()
        left = {key.split("|")[0] for key in self.do(self.everywhere())}
        for id_ in (self.waiting & self.cancelled) - left:  # dropped on its way
            self.waiting.discard(id_)
            self.forget(id_)

    @rule(worker=st.sampled_from(WORKERS), item=st.sampled_from(ITEMS))
    def finish(self, worker: str, item: Item) -> None:
        self.do(self.queue.done(worker, item))
        if item.id in self.held[worker]:
            self.held[worker].discard(item.id)
            self.forget(item.id)

    @rule(worker=st.sampled_from(WORKERS), item=st.sampled_from(ITEMS))
    def fail(self, worker: str, item: Item) -> None:
        died = self.do(self.queue.failed(worker, item, "boom", delay=0, tries=TRIES))
        if item.id in self.held[worker]:
            self.held[worker].discard(item.id)
            self.tries[item.id] = self.tries.get(item.id, 0) + 1
            assert died == (self.tries[item.id] >= TRIES)
            (self.dead if died else self.delayed).add(item.id)
        else:
            assert not died

    @rule(worker=st.sampled_from(WORKERS), item=st.sampled_from(ITEMS))
    def give_back(self, worker: str, item: Item) -> None:
        self.do(self.queue.give_back(worker, item))
        if item.id in self.held[worker]:
            self.held[worker].discard(item.id)
            self.waiting.add(item.id)

    @rule(dying=st.sampled_from([None, *WORKERS]))
    def sweep(self, dying: str | None) -> None:
        for worker in WORKERS:
            self.do(self.queue.heartbeat(worker, lease=-1 if worker == dying else 60))
        moved = self.do(self.queue.sweep())
        reaped = self.held[dying] if dying else set[str]()
        assert moved == len(reaped)
        for id_ in reaped:
            self.deaths[id_] = self.deaths.get(id_, 0) + 1
            (self.dead if self.deaths[id_] >= 5 else self.waiting).add(id_)
        reaped.clear()
        self.waiting |= self.delayed
        self.delayed.clear()

    @rule(item=st.sampled_from(ITEMS))
    def replay(self, item: Item) -> None:
        assert self.do(self.queue.replay(item)) == (item.id in self.dead)
        if item.id in self.dead:
            self.dead.discard(item.id)
            self.waiting.add(item.id)
            self.tries.pop(item.id, None)
            self.deaths.pop(item.id, None)

    @rule(item=st.sampled_from(ITEMS))
    def discard(self, item: Item) -> None:
        assert self.do(self.queue.discard(item)) == (item.id in self.dead)
        if item.id in self.dead:
            self.dead.discard(item.id)
            self.forget(item.id)

    @rule(item=st.sampled_from(ITEMS))
    def cancel(self, item: Item) -> None:
        outcome = self.do(self.queue.cancel(item))
        running = item.id in self.held["v"] | self.held["w"]
        assert outcome == ("running" if running else "removed" if item.id in self.known else "unknown")
        if running:
            self.cancelled.add(item.id)
        else:
            for place in (self.waiting, self.delayed, self.dead):
                place.discard(item.id)
            self.forget(item.id)

    @rule(kind=st.sampled_from(KINDS), stop=st.booleans())
    def pause_or_resume(self, kind: str, stop: bool) -> None:
        if stop:
            self.do(self.queue.pause(kind))
            self.paused.add(kind)
        else:
            self.do(self.queue.resume(kind))
            self.paused.discard(kind)

    async def everywhere(self) -> list[str]:
        """The key of every item, as often as it stands somewhere."""
        found: list[bytes] = []
        async for name in self.redis.scan_iter(match=self.base.replace("{", "\\{") + "*", count=1000):
            place = name.decode().removeprefix(self.base)
            if place == "ready" or place.startswith(("lane:", "proc:", "parked:")):
                found += await self.redis.lrange(name, 0, -1)
            elif place in {"delayed", "dead"}:
                found += await self.redis.zrange(name, 0, -1)
        return [key.decode() for key in found]

    @invariant()
    def every_item_is_in_one_place(self) -> None:
        found = self.do(self.everywhere())
        assert sorted(key.split("|")[0] for key in found) == sorted(self.known)
        bodies = self.do(self.redis.hkeys(self.base + "jobs"))
        assert sorted(found) == sorted(key.decode() for key in bodies)

    @invariant()
    def the_depth_is_the_models(self) -> None:
        depth = self.do(self.queue.depth())
        assert depth.ready + depth.parked == len(self.waiting)
        assert (depth.delayed, depth.dead) == (len(self.delayed), len(self.dead))
        for worker in WORKERS:
            assert {item.id for item in self.do(self.queue.held(worker))} == self.held[worker]

    @invariant()
    def a_lane_is_in_turn_while_it_holds_something(self) -> None:
        async def lanes() -> tuple[list[bytes], list[bytes]]:
            turns = await self.redis.lrange(self.base + "lanes", 0, -1)
            prefix = self.base + "lane:"
            filled = [
                name.removeprefix(prefix.encode())
                async for name in self.redis.scan_iter(match=prefix.replace("{", "\\{") + "*", count=1000)
            ]
            return turns, filled

        turns, filled = self.do(lanes())
        assert sorted(turns) == sorted(filled)


def test_a_queue_does_as_its_model(environment: Environment) -> None:  # noqa: ARG001 - starts Redis
    run_state_machine_as_test(
        QueueMachine,
        settings=settings(
            max_examples=60, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
