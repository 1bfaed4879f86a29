"""Load from wrk, and what it costs each process of the target."""

import json
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.usage import cpu_seconds

_SCRIPT = Path(__file__).with_name("load.lua")
_SLOWEST = "30s"  # wrk counts a slower answer as an error


@dataclass(frozen=True)
class Target:
    """Something that answers GETs of `url`."""

    name: str
    url: str
    tokens: Sequence[str]  # each request has one of them, chosen at random
    processes: Mapping[str, int]  # by name, the pids whose CPU time counts


@dataclass(frozen=True)
class Sample:
    """What one run of wrk measured."""

    rate: float  # answers a second
    p50: float  # milliseconds
    p99: float
    cpu: Mapping[str, float]  # microseconds per request, by process


def compare(
    targets: Sequence[Target], *, connections: int, seconds: int, repeats: int, warm_up: int
) -> dict[str, Sample]:
    """Load each target in turn, several times over, so that a noisy moment hits all of them.

    Args:
        targets: each with a name of its own.
        connections: requests under way at once.
        seconds: how long each run takes.
        repeats: runs of each target; the one with the median rate is its result.
        warm_up: seconds of load before the first run.

    Raises:
        RuntimeError: a request failed.
    """
    for target in targets:
        _run(target, connections, warm_up)
    samples: dict[str, list[Sample]] = {target.name: [] for target in targets}
    for _ in range(repeats):
        for target in targets:
            sample = _run(target, connections, seconds)
            samples[target.name].append(sample)
            line = f"{sample.rate:8.0f}/s   p50 {sample.p50:7.1f} ms   p99 {sample.p99:7.1f} ms"
            print(f"  {target.name:<30} {connections:>3} connections {line}", flush=True)
    return {name: _median(of_one) for name, of_one in samples.items()}


def _median(samples: list[Sample]) -> Sample:
    return sorted(samples, key=lambda sample: sample.rate)[len(samples) // 2]


def _run(target: Target, connections: int, seconds: int) -> Sample:
    before = cpu_seconds(target.processes)
    measured = _wrk(target, connections, seconds)
    after = cpu_seconds(target.processes)
    if measured["errors"] or not measured["requests"]:
        raise RuntimeError(f"{target.name}: {measured['errors']} of {measured['requests']} requests failed")
    return Sample(
        rate=measured["requests"] / measured["microseconds"] * 1e6,
        p50=measured["p50"] / 1000,
        p99=measured["p99"] / 1000,
        cpu={name: (after[name] - before[name]) / measured["requests"] * 1e6 for name in after},
    )


def _wrk(target: Target, connections: int, seconds: int) -> dict[str, int]:
    program = shutil.which("wrk")
    if program is None:
        sys.exit("bench: wrk is not installed: apt-get install wrk")
    with tempfile.NamedTemporaryFile("w", prefix="tokens-") as file:
        file.write("".join(f"{token}\n" for token in target.tokens))
        file.flush()
        options = ["-t1", f"-c{connections}", f"-d{seconds}s", f"--timeout={_SLOWEST}", f"-s{_SCRIPT}"]
        seed = str(random.getrandbits(31))
        command = [program, *options, target.url, "--", file.name, seed]
        said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    measured: dict[str, int] = json.loads(said.splitlines()[-1])
    return measured
