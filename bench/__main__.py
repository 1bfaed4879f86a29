"""`python -m bench`: all benchmarks, or those named; what they measure is kept in bench/out/ too.

Each part runs in a process of its own and leaves a JSON file: what one part does to its process,
or dies of, is no other's. All of them together draw bench/plot.svg anew.
"""

import argparse
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from functools import partial
from multiprocessing import get_context
from pathlib import Path

from bench import (
    employees,
    gateway,
    ground,
    hrms_leave,
    libraries,
    life,
    many_tenants,
    migrations,
    outage,
    plot,
    sockets,
    writes,
)
from bench.chat import fanout
from bench.ground import OUT, REPOSITORY, Ground
from bench.options import Options
from bench.queues import measure
from bench.report import Report, text

# With nothing but what they start themselves.
ALONE: dict[str, Callable[[Options, Report], None]] = {
    "gateway": gateway.beside_peers,
    "outage": outage.beside_well,
    "sockets": sockets.beside_rebuilding,
    "chat": fanout.beside_peers,
    "queue": measure.beside_libraries,
}
# On a fleet of the benchmarks' own. `life` starts it anew, so that memory with many tenants is
# measured of services that have done nothing else.
ON_GROUND: dict[str, list[Callable[[Ground, Options, Report], None]]] = {
    "life": [life.warm_start, life.idle_memory],
    "tenants": [many_tenants.at_random],
    "hrms": [employees.beside_peer],
    "writes": [writes.beside_peers_read],
    "leave": [hrms_leave.leave],
    "libraries": [libraries.search, libraries.marc_import],
    "onboarding": [life.onboarding],
    "migrations": [migrations.of_many_tenants],
}


def main() -> None:
    arguments = _parser().parse_args()
    options = Options(arguments.peer.resolve(), arguments.seconds, arguments.repeats, arguments.requests)
    whole = "all" in arguments.names  # as a word of its own, or as no word at all
    OUT.mkdir(exist_ok=True)
    reports: list[Report] = []
    try:
        for report in _measured([*ALONE, *ON_GROUND] if whole else arguments.names, options):
            reports.append(report)  # noqa: PERF402 - what was measured before something broke is told
    finally:
        path = OUT / f"{'all' if whole else '-'.join(arguments.names)}.md"
        path.write_text(text(reports))
        print(f"\n{text(reports)}\nAlso in {path}")
    if whole:
        plot.draw(reports, Path(__file__).with_name("plot.svg"))
    if any(report.failures for report in reports):
        sys.exit(1)


def _measured(names: list[str], options: Options) -> Iterator[Report]:
    yield from (_apart(name, options) for name in names if name in ALONE)
    if on_ground := [name for name in names if name in ON_GROUND]:
        with ground.started():
            yield from (_apart(name, options) for name in on_ground)


def _apart(name: str, options: Options) -> Report:
    kept = OUT / f"{name}.json"
    kept.unlink(missing_ok=True)
    process = get_context("fork").Process(target=_measure, args=(name, options, kept))
    process.start()
    process.join()
    if not kept.exists():
        return Report(name, failures=[f"{name}: its process ended with {process.exitcode}"])
    return Report.kept(kept)


def _measure(name: str, options: Options, kept: Path) -> None:
    report = Report(name)
    if name in ALONE:
        _try(ALONE[name], partial(ALONE[name], options), report)
    for benchmark in ON_GROUND.get(name, ()):
        _try(benchmark, partial(benchmark, ground.running(), options), report)
        report.keep(kept)
    report.keep(kept)


def _try(benchmark: Callable[..., None], measure: Callable[[Report], None], report: Report) -> None:
    title = f"{benchmark.__module__}: {benchmark.__name__.replace('_', ' ')}"
    print(f"\n{title}", flush=True)
    began = time.monotonic()
    try:
        measure(report)
    except Exception as error:  # noqa: BLE001 - it is told, and the others go on
        traceback.print_exc()
        report.failures.append(f"{title}: {type(error).__name__}: {error}")
    report.seconds += time.monotonic() - began


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    names = ["all", *ALONE, *ON_GROUND]
    parser.add_argument(
        "names", nargs="*", default="all", choices=names, metavar="name", help=", ".join(names)
    )
    peer = REPOSITORY.parent / "shared/peers/naive"
    parser.add_argument("--peer", type=Path, default=peer, help="source of the naive peer (%(default)s)")
    parser.add_argument("--seconds", type=int, default=3, help="of each run under load (%(default)s)")
    parser.add_argument("--repeats", type=int, default=3, help="the median counts (%(default)s)")
    parser.add_argument(
        "--requests", type=int, default=100_000, help="to the gateway, for flat memory (%(default)s)"
    )
    return parser


if __name__ == "__main__":
    main()
