"""The queue beside the libraries, and the road that facts and jobs really take."""

import asyncio
from statistics import median

from bench.options import Options
from bench.queues.road import Ground, at_work, ground
from bench.queues.tally import CONCURRENCY
from bench.queues.turns import Turn, in_turns, percentile
from bench.report import Report

_JOBS = 5_000  # of each library in one turn
_ROAD_JOBS = 1_000
_JOB_EVERY, _FACT_EVERY = 0.02, 0.05  # seconds, of an idle queue and of idle services
_OURS, _LISTS = "servicekit.queue", ("saq", "dramatiq")
_IDLE, _EFFECT = 5, 50  # goals: ms


def beside_libraries(options: Options, report: Report) -> None:
    """Many jobs, an idle queue, the whole road; one Redis that writes its log, one PostgreSQL."""
    asyncio.run(_measure(options, report))


async def _measure(options: Options, report: Report) -> None:
    async with ground() as where:
        await _busy(where, options, report)
        await _idle(where, options, report)
        await _road(where, options, report)


async def _busy(where: Ground, options: Options, report: Report) -> None:
    done = await in_turns(where.redis, where.redis_server.url, _JOBS, 0, options.repeats)
    report.table(
        f"{_JOBS:,} jobs that do nothing, one producer, one worker, {CONCURRENCY} at a time",
        ("", "jobs/s", "producer µs per job", "worker µs", "redis µs"),
        [
            (
                name,
                f"{_rate(turns):,.0f}",
                *(f"{median(turn.cpu[process] for turn in turns):.0f}" for process in turns[0].cpu),
            )
            for name, turns in done.items()
        ],
    )
    times = _rate(done[_OURS]) / max(_rate(done[name]) for name in _LISTS)
    report.goal("times the rate of the fastest on lists", "≥ 1", f"{times:.2f}", met=times >= 1)
    report.times["queue: jobs, of the fastest on lists"] = times


def _rate(turns: list[Turn]) -> float:
    return median(turn.rate for turn in turns)


async def _idle(where: Ground, options: Options, report: Report) -> None:
    jobs = round(options.seconds / _JOB_EVERY)
    done = await in_turns(where.redis, where.redis_server.url, jobs, _JOB_EVERY, options.repeats)
    report.table(
        f"Idle queue, a job every {_JOB_EVERY * 1e3:.0f} ms: from enqueueing until the handler begins",
        ("", "p50 ms", "p99 ms"),
        [
            (name, f"{median(turn.p50 for turn in turns):.1f}", f"{median(turn.p99 for turn in turns):.1f}")
            for name, turns in done.items()
        ],
    )
    p99 = median(turn.p99 for turn in done[_OURS])
    report.goal("idle queue, p99", f"< {_IDLE} ms", f"{p99:.1f} ms", met=p99 < _IDLE)


async def _road(where: Ground, options: Options, report: Report) -> None:
    facts = round(options.seconds * 2 / _FACT_EVERY)
    async with at_work(where) as road:
        waits = [await road.facts(facts, _FACT_EVERY) for _ in range(options.repeats)]
        rates = [await road.jobs(_ROAD_JOBS, CONCURRENCY) for _ in range(options.repeats)]
    p50, p99 = (median(percentile(turn, which) for turn in waits) * 1e3 for which in (50, 99))
    report.table(
        "The whole road, with PostgreSQL at both ends",
        ("", "measured"),
        [
            (
                f"a fact every {_FACT_EVERY * 1e3:.0f} ms, commit to effect committed elsewhere, p50",
                f"{p50:.1f} ms",
            ),
            ("the same, p99", f"{p99:.1f} ms"),
            (
                f"{_ROAD_JOBS:,} jobs, each asked for in a transaction of its own",
                f"{median(rates):,.0f} jobs/s",
            ),
        ],
    )
    report.goal(
        "commit to effect in another service, p99", f"< {_EFFECT} ms", f"{p99:.1f} ms", met=p99 < _EFFECT
    )
