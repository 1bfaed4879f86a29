"""`GET /hrms/employees`, a list that people look at all day: beside the peer, and with many tenants."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack

import httpx

from bench import tenants
from bench.ground import Ground
from bench.load import Sample, Target, compare
from bench.options import Options
from bench.peer import naive_peer
from bench.report import Report

_PATH = "/hrms/employees?limit=20&total=true"
_CONNECTIONS = (1, 8, 32)
_TIMES_THE_PEER = 2
_MANY = 1000  # tenants
_SHARE_WITH_MANY = 0.75
_PROCESSES = ("gateway", "service", "postgres")
_COLUMNS = ("req/s", "p50 ms", "p99 ms", *(f"{process} µs" for process in _PROCESSES))


def beside_peer(where: Ground, options: Options, report: Report) -> None:
    """Against the naive peer's same query, at several numbers of connections."""
    asyncio.run(tenants.prepare(where, 1))
    ours = _ours(where, "ours", 1)
    with ExitStack() as stack:
        targets = [ours]
        if options.peer.is_dir():
            targets.insert(0, stack.enter_context(naive_peer(options.peer, where, _PATH)))
        else:
            print(f"  no peer at {options.peer}: measuring ours alone")
        measured = {}
        for connections in _CONNECTIONS:
            warm_up = options.seconds if connections == _CONNECTIONS[0] else 1
            measured[connections] = _compare(targets, connections, options, warm_up)
    report.table(
        f"`GET {_PATH}`, {tenants.EMPLOYEES} employees, through the gateway; CPU per request by process",
        ("", "connections", *_COLUMNS, "times the peer"),
        _beside(measured),
    )
    most = measured[_CONNECTIONS[-1]]
    if peer := most.get("naive peer"):
        times = most["ours"].rate / peer.rate
        report.goal(
            f"employees list, {_CONNECTIONS[-1]} connections, times the naive peer's rate",
            f"≥ {_TIMES_THE_PEER}",
            f"{times:.1f}",
            met=times >= _TIMES_THE_PEER,
        )


def with_many_tenants(where: Ground, options: Options, report: Report) -> None:
    """One tenant against a thousand, asked for at random."""
    if asyncio.run(tenants.count(where)) < _MANY:
        print("  no tenants yet: make bench-data makes them, once")
        return
    connections = _CONNECTIONS[-1]
    one, many = _ours(where, "1 tenant", 1), _ours(where, f"{_MANY} tenants", _MANY)
    # Each connection to the database meets each tenant for the first time.
    measured = _compare([one, many], connections, options, warm_up=6 * options.seconds)
    report.table(
        f"The same at {connections} connections, tenants at random",
        ("", *_COLUMNS),
        [(name, *_cells(sample)) for name, sample in measured.items()],
    )
    share = measured[many.name].rate / measured[one.name].rate
    report.goal(
        f"rate at {_MANY} tenants, of that at 1",
        f"≥ {_SHARE_WITH_MANY:.0%}",
        f"{share:.0%}",
        met=share >= _SHARE_WITH_MANY,
    )


def _ours(where: Ground, name: str, count: int) -> Target:
    return Target(
        name,
        f"{where.gateway}{_PATH}",
        asyncio.run(tenants.log_in(where, count)),
        {
            "gateway": where.pids["api-gateway"],
            "service": where.pids["app1-hrms-service"],
            "postgres": where.pids["postgres"],
        },
    )


def _compare(
    targets: Sequence[Target], connections: int, options: Options, warm_up: int
) -> dict[str, Sample]:
    for target in targets:
        answer = httpx.get(target.url, headers={"Authorization": f"Bearer {target.tokens[0]}"})
        page = answer.raise_for_status().json()
        if (len(page["items"]), page.get("total")) != (20, tenants.EMPLOYEES):
            raise RuntimeError(f"{target.name} answers something else: {answer.text[:200]}")
    return compare(
        targets, connections=connections, seconds=options.seconds, repeats=options.repeats, warm_up=warm_up
    )


def _beside(measured: Mapping[int, Mapping[str, Sample]]) -> Iterator[Sequence[str]]:
    for connections, samples in measured.items():
        for name, sample in samples.items():
            peer = samples.get("naive peer")
            times = f"{sample.rate / peer.rate:.1f}" if peer and sample is not peer else ""
            yield name, str(connections), *_cells(sample), times


def _cells(sample: Sample) -> list[str]:
    costs = [f"{sample.cpu[process]:,.0f}" for process in _PROCESSES]
    return [f"{sample.rate:,.0f}", f"{sample.p50:.1f}", f"{sample.p99:.1f}", *costs]
