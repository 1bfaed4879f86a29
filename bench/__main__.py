"""`python -m bench`: all benchmarks, or those named; the tables go to bench/out/ too."""

import argparse
from collections.abc import Callable
from pathlib import Path

from bench import employees, gateway, ground, hrms_leave, libraries, life, outage, sockets
from bench.chat import fanout
from bench.ground import OUT, REPOSITORY, Ground
from bench.options import Options
from bench.queues import measure
from bench.report import Report

Benchmark = Callable[[Ground, Options, Report], None]

# On a fleet of the benchmarks' own.
ON_GROUND: dict[str, list[Benchmark]] = {
    "life": [life.warm_start, life.idle_memory, life.onboarding],
    "leave": [hrms_leave.leave],
    "libraries": [libraries.search, libraries.marc_import],
    "hrms": [employees.beside_peer, employees.with_many_tenants],
}
# With nothing but what they start themselves.
ALONE: dict[str, Callable[[Options, Report], None]] = {
    "gateway": gateway.beside_peers,
    "outage": outage.beside_well,
    "sockets": sockets.beside_rebuilding,
    "chat": fanout.beside_peers,
    "queue": measure.beside_libraries,
}


def main() -> None:
    arguments = _parser().parse_args()
    options = Options(arguments.peer.resolve(), arguments.seconds, arguments.repeats, arguments.requests)
    chosen = arguments.names or [*ALONE, *ON_GROUND]
    report = Report()
    for name in chosen:
        if name in ALONE:
            _announce(ALONE[name])
            ALONE[name](options, report)
    on_ground = [benchmark for name in chosen for benchmark in ON_GROUND.get(name, ())]
    if on_ground:
        with ground.started():
            for benchmark in on_ground:
                _announce(benchmark)
                benchmark(ground.running(), options, report)
    OUT.mkdir(exist_ok=True)
    path = OUT / f"{'-'.join(chosen)}.md"
    path.write_text(report.text())
    print(f"\n{report.text()}\nAlso in {path}")


def _announce(benchmark: Callable[..., None]) -> None:
    print(f"\n{benchmark.__module__}: {benchmark.__name__.replace('_', ' ')}", flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    names = [*ALONE, *ON_GROUND]
    parser.add_argument("names", nargs="*", choices=names, metavar="name", help=", ".join(names))
    peer = REPOSITORY.parent / "shared/peers/naive"
    parser.add_argument("--peer", type=Path, default=peer, help="source of the naive peer (%(default)s)")
    parser.add_argument("--seconds", type=int, default=10, help="of each run under load (%(default)s)")
    parser.add_argument("--repeats", type=int, default=3, help="the median counts (%(default)s)")
    parser.add_argument(
        "--requests", type=int, default=1_000_000, help="to the gateway, for flat memory (%(default)s)"
    )
    return parser


if __name__ == "__main__":
    main()
