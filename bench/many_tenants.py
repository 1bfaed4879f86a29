"""The employees list of one tenant and of many, asked for at random: rate, and what the memory grows to."""

import asyncio
from statistics import median

import httpx
import psutil

from bench import tenants
from bench.employees import PROCESSES, check, target
from bench.ground import Ground
from bench.load import Target, columns, compare, run
from bench.options import Options
from bench.report import Report
from bench.usage import resident_mb

_TENANTS = (1, 100, 1_000, 3_000)
_CONNECTIONS = 32
_SHARE, _TIMES = 0.8, 1.5  # goals: of the rate at one tenant, times the memory there
_BACKENDS = "SELECT pid FROM pg_stat_activity WHERE datname = 'app1_hrms' AND usename = 'app1_hrms_ro'"


def at_random(where: Ground, options: Options, report: Report) -> None:
    there = asyncio.run(tenants.count(where))
    if there < _TENANTS[-1]:
        print(f"  only {there} tenants: make bench-data makes more, once")
    if there < _TENANTS[1]:
        return
    names = {count: f"{count:,} tenants" for count in _TENANTS if count <= there} | {1: "1 tenant"}
    targets = [target(where, name, count) for count, name in names.items()]
    memory = {}
    for one in targets:
        check(one)
        asyncio.run(_meet(one))
        run(one, _CONNECTIONS, options.seconds)
        memory[one.name] = _memory(where)
    turns = compare(
        targets,
        connections=_CONNECTIONS,
        seconds=options.seconds,
        repeats=options.turns,
        warm_up=1,
    )
    measured = {name: of_one.middle for name, of_one in turns.items()}
    report.table(
        f"The employees list at {_CONNECTIONS} connections, tenants at random",
        ("", *columns(PROCESSES), "service MB", "a backend MB"),
        [
            (name, *sample.cells(PROCESSES), *(f"{size:.0f}" for size in memory[name]))
            for name, sample in measured.items()
        ],
    )
    report.by_tenants = {name: sample.rate for name, sample in measured.items()}
    few, *_, many = measured
    share, times = turns[many].times(turns[few]), memory[many][0] / memory[few][0]
    report.goal(f"rate at {many}, of that at 1", f"≥ {_SHARE:.0%}", f"{share:.0%}", met=share >= _SHARE)
    report.goal(
        f"the service's memory after {many}, times that after 1",
        f"≤ {_TIMES}",
        f"{times:.2f}",
        met=times <= _TIMES,
    )


async def _meet(target: Target) -> None:
    """Ask for each tenant once: the first time its tables are read about and its statement is planned.

    Among requests at random some tenants would meet the service late, in what is measured.
    """
    waiting = iter(target.tokens)

    async def ask(client: httpx.AsyncClient) -> None:
        for token in waiting:
            answer = await client.get(target.url, headers={"Authorization": f"Bearer {token}"})
            answer.raise_for_status()

    async with httpx.AsyncClient(timeout=60) as client, asyncio.TaskGroup() as together:
        for _ in range(_CONNECTIONS):
            together.create_task(ask(client))


def _memory(where: Ground) -> tuple[float, float]:
    """MB of the service, and of the median backend that reads for it (PSS)."""
    service = resident_mb([psutil.Process(where.pids["app1-hrms-service"])])
    backends = asyncio.run(_backends(where))
    return service, median(resident_mb([psutil.Process(pid)]) for pid in backends)


async def _backends(where: Ground) -> list[int]:
    connection = await where.connect("app1_hrms")
    rows = await connection.fetch(_BACKENDS)
    await connection.close()
    return [row["pid"] for row in rows]
