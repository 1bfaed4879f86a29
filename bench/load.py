"""Load from wrk, and what it costs each process of the target."""

import json
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bench.usage import cpu_seconds

_SCRIPT = Path(__file__).with_name("load.lua")
_SLOWEST = "30s"  # wrk counts a slower answer as an error
_POSTS = 400  # that are sent over and over

Post = tuple[str, str]
"""A path and a body of JSON, in which each `#` becomes something that no other request has."""


@dataclass(frozen=True)
class Target:
    """Something that answers GETs of `url`, or POSTs."""

    name: str
    url: str
    tokens: Sequence[str]  # each request has one of them, chosen at random
    processes: Mapping[str, int]  # by name, the pids whose CPU time counts
    # Makes as many POSTs as asked for, anew for each run. They are sent in that order, over and over,
    # and many at once: what needs another's effect comes long after it.
    posts: Callable[[int], Sequence[Post]] | None = None
    may_fail: bool = False  # a request that fails is one that it did not answer


@dataclass(frozen=True)
class Sample:
    """What one run of wrk measured."""

    rate: float  # answers a second
    p50: float  # milliseconds
    p99: float
    cpu: Mapping[str, float]  # microseconds per request, by process

    def cells(self, processes: Iterable[str]) -> list[str]:
        """As a table has it under `columns` of the same processes."""
        costs = [f"{self.cpu[process]:,.0f}" if process in self.cpu else "" for process in processes]
        return [f"{self.rate:,.0f}", f"{self.p50:.1f}", f"{self.p99:.1f}", *costs]


@dataclass(frozen=True)
class Turns:
    """Runs of one target that took turns with others'."""

    samples: Sequence[Sample]

    @property
    def middle(self) -> Sample:
        """The one with the median rate."""
        return sorted(self.samples, key=lambda sample: sample.rate)[len(self.samples) // 2]

    def times(self, others: "Turns") -> float:
        """How many times the others' rate, the median of the turns: the machine's own pace changes."""
        pairs = zip(self.samples, others.samples, strict=True)
        return median(ours.rate / theirs.rate for ours, theirs in pairs)


def columns(processes: Iterable[str]) -> list[str]:
    return ["req/s", "p50 ms", "p99 ms", *(f"{process} µs" for process in processes)]


def compare(
    targets: Sequence[Target],
    *,
    connections: int,
    seconds: int,
    repeats: int,
    warm_up: int,
    settle: Callable[[], None] = lambda: None,
) -> dict[str, Turns]:
    """Load each target in turn, several times over, so that a noisy moment hits all of them.

    Args:
        targets: each with a name of its own.
        connections: requests under way at once.
        seconds: how long each run takes.
        repeats: turns of each.
        warm_up: seconds of load before the first run.
        settle: waits, after each run, until nothing of it is left to do.

    Raises:
        RuntimeError: a request failed.
    """
    for target in targets:
        run(target, connections, warm_up)
        settle()
    samples: dict[str, list[Sample]] = {target.name: [] for target in targets}
    for _ in range(repeats):
        for target in targets:
            sample = run(target, connections, seconds)
            settle()
            samples[target.name].append(sample)
            line = f"{sample.rate:8.0f}/s   p50 {sample.p50:7.1f} ms   p99 {sample.p99:7.1f} ms"
            print(f"  {target.name:<30} {connections:>3} connections {line}", flush=True)
    return {name: Turns(of_one) for name, of_one in samples.items()}


def run(target: Target, connections: int, seconds: int) -> Sample:
    """Load one target once.

    Raises:
        RuntimeError: a request failed.
    """
    before = cpu_seconds(target.processes)
    measured = _wrk(target, connections, seconds)
    after = cpu_seconds(target.processes)
    if measured["errors"] or not measured["requests"]:
        said = f"{target.name}: {measured['errors']} of {measured['requests']} requests failed"
        if not target.may_fail or measured["errors"] == measured["requests"]:
            raise RuntimeError(said)
        print(f"  {said}", flush=True)
    return Sample(
        rate=(measured["requests"] - measured["errors"]) / measured["microseconds"] * 1e6,
        p50=measured["p50"] / 1000,
        p99=measured["p99"] / 1000,
        cpu={name: (after[name] - before[name]) / measured["requests"] * 1e6 for name in after},
    )


def _wrk(target: Target, connections: int, seconds: int) -> dict[str, int]:
    program = shutil.which("wrk")
    if program is None:
        sys.exit("bench: wrk is not installed: apt-get install wrk")
    with tempfile.TemporaryDirectory(prefix="bench-load-") as folder:
        tokens, posts = Path(folder, "tokens"), Path(folder, "posts")
        tokens.write_text("".join(f"{token}\n" for token in target.tokens))
        arguments = [str(tokens), str(random.getrandbits(31))]
        if target.posts is not None:
            posts.write_text("".join(f"{path} {body}\n" for path, body in target.posts(_POSTS)))
            arguments.append(str(posts))
        options = ["-t1", f"-c{connections}", f"-d{seconds}s", f"--timeout={_SLOWEST}", f"-s{_SCRIPT}"]
        command = [program, *options, target.url, "--", *arguments]
        said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    measured: dict[str, int] = json.loads(said.splitlines()[-1])
    return measured
