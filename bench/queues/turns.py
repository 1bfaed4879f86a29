"""Ours and the libraries that keep jobs in Redis, each in its safest setting, taking turns on one server."""

import asyncio
import json
import sys
from asyncio.subprocess import PIPE, Process
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from statistics import median, quantiles
from typing import Any, cast

from redis.asyncio import Redis

from bench.environments import python_with
from bench.ground import REPOSITORY
from bench.usage import cpu_seconds

_AT_MOST = 600  # seconds of a turn; a library that loses a job would never end


@dataclass(frozen=True)
class Library:
    name: str
    module: str
    packages: tuple[str, ...] = ()  # in an environment of their own, because they cap redis differently

    @cached_property
    def python(self) -> Path:
        return python_with(self.name, *self.packages) if self.packages else Path(sys.executable)


LIBRARIES = (
    Library("servicekit.queue", "bench.queues.our_jobs"),
    Library(
        "saq", "bench.queues.saq_jobs", ("saq[redis]==0.26.4", "redis~=7.4", "hiredis", "typing_extensions")
    ),
    Library("arq", "bench.queues.arq_jobs", ("arq==0.28.0", "hiredis")),
    Library("dramatiq", "bench.queues.dramatiq_jobs", ("dramatiq[redis]==2.2.1", "hiredis")),
)


@dataclass(frozen=True)
class Turn:
    """What one producer and one worker did with some jobs."""

    rate: float  # jobs per second, from the first enqueue until the last was done
    waits: list[float]  # seconds from enqueue until the handler began
    cpu: dict[str, float]  # µs per job, by process

    @property
    def p50(self) -> float:
        """Milliseconds."""
        return median(self.waits) * 1e3

    @property
    def p99(self) -> float:
        """Milliseconds."""
        return percentile(self.waits, 99) * 1e3


def percentile(values: list[float], which: int) -> float:
    return quantiles(values, n=100, method="inclusive")[which - 1]


async def in_turns(redis: Redis, url: str, jobs: int, every: float, turns: int) -> dict[str, list[Turn]]:
    """Let each library have so many jobs done, so many times.

    Args:
        redis: the server that `url` leads to; it is emptied before every turn.
        every: seconds between two jobs; 0 sends the next as soon as the last one is enqueued.
    """
    server = (await redis.info("server"))["process_id"]
    done: dict[str, list[Turn]] = {library.name: [] for library in LIBRARIES}
    for _ in range(turns):
        for library in LIBRARIES:
            await redis.flushall()
            done[library.name].append(await _turn(library, url, server, jobs, every))
    return done


async def _turn(library: Library, url: str, server: int, jobs: int, every: float) -> Turn:
    worker = await _start(library, "work", url, jobs, every)
    producer = None
    try:
        await _said(worker)
        producer = await _start(library, "produce", url, jobs, every)
        began = await _said(producer)
        pids = {"producer": producer.pid, "worker": worker.pid, "redis": server}
        before = cpu_seconds(pids)
        ended = await _said(worker)
        after = cpu_seconds(pids)
    finally:
        for process in filter(None, (worker, producer)):
            process.kill()
            await process.wait()
    return Turn(
        rate=jobs / (ended["at"] - began["at"]),
        waits=ended["waits"],
        cpu={name: (after[name] - before[name]) / jobs * 1e6 for name in pids},
    )


async def _start(library: Library, part: str, url: str, jobs: int, every: float) -> Process:
    return await asyncio.create_subprocess_exec(
        *(library.python, "-m", library.module, part, url, str(jobs), str(every)),
        cwd=REPOSITORY,
        stdin=PIPE,
        stdout=PIPE,
        limit=2**24,  # the waits of all jobs come in one line
    )


async def _said(process: Process) -> Any:
    async with asyncio.timeout(_AT_MOST):
        return json.loads(await cast("asyncio.StreamReader", process.stdout).readline())
