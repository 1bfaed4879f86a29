"""`GET /hrms/employees`, a list that people look at all day, beside the peer's."""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import ExitStack

import httpx

from bench import statements, tenants, tokens
from bench.ground import Ground
from bench.load import Target, Turns, columns, compare
from bench.options import Options
from bench.peer import naive_peer
from bench.report import Report

PATH = "/hrms/employees?limit=20&total=true"
DATABASES = {"naive peer": "naive_hrms", "ours": "app1_hrms"}
CONNECTIONS = (1, 32)
PROCESSES = ("gateway", "service", "postgres")
_TIMES_THE_PEER, _SHARE_OF_ITS_TAIL = 5, 0.25


def beside_peer(where: Ground, options: Options, report: Report) -> None:
    """Against the naive peer's same query, at several numbers of connections."""
    asyncio.run(tenants.prepare(where, 1))
    with ExitStack() as stack:
        targets = [target(where, "ours", 1)]
        if options.peer.is_dir():
            targets.insert(0, stack.enter_context(naive_peer(options.peer, where, PATH)))
        else:
            print(f"  no peer at {options.peer}: measuring ours alone")
        for one in targets:
            check(one)
        measured = {
            connections: compare(
                targets,
                connections=connections,
                seconds=options.seconds,
                repeats=options.turns,
                warm_up=2,
            )
            for connections in CONNECTIONS
        }
        counts = {one.name: statements.per_request(where, one, DATABASES[one.name]) for one in targets}
    report.table(
        f"`GET {PATH}`, {tenants.EMPLOYEES} employees, through the gateway; CPU per request by process",
        ("", "connections", *columns(PROCESSES), "statements", "times the peer"),
        _beside(measured, counts),
    )
    most = measured[CONNECTIONS[-1]]
    if peer := most.get("naive peer"):
        ours = most["ours"]
        times, tail = ours.times(peer), ours.middle.p99 / peer.middle.p99
        what = f"employees list, {CONNECTIONS[-1]} connections"
        report.goal(
            f"{what}, times the naive peer's rate",
            f"≥ {_TIMES_THE_PEER}",
            f"{times:.1f}",
            met=times >= _TIMES_THE_PEER,
        )
        report.goal(
            f"{what}, p99, of the naive peer's",
            f"≤ {_SHARE_OF_ITS_TAIL:.0%}",
            f"{tail:.0%}",
            met=tail <= _SHARE_OF_ITS_TAIL,
        )
        report.times["employees list"] = times


def target(where: Ground, name: str, count: int) -> Target:
    """The list of the tenants 1 to `count`, chosen at random."""
    return Target(
        name,
        f"{where.gateway}{PATH}",
        asyncio.run(tokens.signed(where, "business", map(tenants.name, range(1, count + 1)))),
        {
            "gateway": where.pids["api-gateway"],
            "service": where.pids["app1-hrms-service"],
            "postgres": where.pids["postgres"],
        },
    )


def check(target: Target) -> None:
    """Pass where it answers what is to be measured.

    Raises:
        RuntimeError
    """
    answer = httpx.get(target.url, headers={"Authorization": f"Bearer {target.tokens[0]}"})
    page = answer.raise_for_status().json()
    if (len(page["items"]), page.get("total")) != (20, tenants.EMPLOYEES):
        raise RuntimeError(f"{target.name} answers something else: {answer.text[:200]}")


def _beside(measured: Mapping[int, Mapping[str, Turns]], counts: Mapping[str, float]) -> Iterator[list[str]]:
    for connections, turns in measured.items():
        for name, of_one in turns.items():
            peer = turns.get("naive peer")
            times = f"{of_one.times(peer):.1f}" if peer and of_one is not peer else ""
            cells = of_one.middle.cells(PROCESSES)
            yield [name, str(connections), *cells, f"{counts[name]:.1f}", times]
