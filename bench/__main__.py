"""`python -m bench`: all benchmarks, or those named; the tables go to bench/out/ too."""

import argparse
from collections.abc import Callable
from pathlib import Path

from bench import employees, ground, life
from bench.ground import OUT, REPOSITORY, Ground
from bench.options import Options
from bench.report import Report

Benchmark = Callable[[Ground, Options, Report], None]

BENCHMARKS: dict[str, list[Benchmark]] = {
    "life": [life.warm_start, life.idle_memory, life.onboarding],
    "hrms": [employees.beside_peer, employees.with_many_tenants],
}


def main() -> None:
    arguments = _parser().parse_args()
    options = Options(arguments.peer.resolve(), arguments.seconds, arguments.repeats)
    chosen = arguments.names or list(BENCHMARKS)
    report = Report()
    with ground.started():
        for benchmark in (benchmark for name in chosen for benchmark in BENCHMARKS[name]):
            print(f"\n{benchmark.__module__}: {benchmark.__name__.replace('_', ' ')}", flush=True)
            benchmark(ground.running(), options, report)
    path = OUT / f"{'-'.join(chosen)}.md"
    path.write_text(report.text())
    print(f"\n{report.text()}\nAlso in {path}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", choices=BENCHMARKS, metavar="name", help=", ".join(BENCHMARKS))
    peer = REPOSITORY.parent / "shared/peers/naive"
    parser.add_argument("--peer", type=Path, default=peer, help="source of the naive peer (%(default)s)")
    parser.add_argument("--seconds", type=int, default=10, help="of each run under load (%(default)s)")
    parser.add_argument("--repeats", type=int, default=3, help="the median counts (%(default)s)")
    return parser


if __name__ == "__main__":
    main()
