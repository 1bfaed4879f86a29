"""Load at a given rate, from wrk: requests spread at random, answers counted by status."""

import json
import random
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

_SCRIPT = Path(__file__).with_name("paced.lua")
CONNECTIONS = 32


@dataclass(frozen=True)
class Pace:
    """What one run measured; latencies in milliseconds, by whoever waited for them."""

    rate: float  # answers a second
    p50: float
    p99: float
    p999: float
    answered: int
    statuses: dict[str, int]
    broken: dict[str, int]  # connections, by what failed


def command(url: str, tokens: Path, *, rate: float, seconds: int, posts: float = 0) -> list[str]:
    """The command line of a run: `rate` requests a second, a share `posts` of them with a body."""
    pause = round(CONNECTIONS / rate * 1000)
    options = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--timeout=30s", f"-s{_SCRIPT}", url]
    return [*options, "--", str(tokens), str(random.getrandbits(31)), str(pause), str(posts)]


def paced(url: str, token: str, *, rate: float, seconds: int) -> Pace:
    """Ask at about a rate and wait for the end.

    Raises:
        RuntimeError: a request failed.
    """
    with tempfile.NamedTemporaryFile("w") as file:
        file.write(token + "\n")
        file.flush()
        run = command(url, Path(file.name), rate=rate, seconds=seconds)
        said = subprocess.run(run, check=True, capture_output=True, text=True).stdout
    pace = read(said)
    if set(pace.statuses) != {"200"} or any(pace.broken.values()):
        raise RuntimeError(f"Requests failed: {pace}")
    return pace


def read(said: str) -> Pace:
    """What a run printed."""
    counted, summed = (json.loads(line) for line in said.splitlines()[-2:])
    statuses = counted.pop("statuses")
    p999 = counted.pop("p999") / 1000
    return Pace(
        rate=summed["requests"] / summed["microseconds"] * 1e6,
        p50=summed["p50"] / 1000,
        p99=summed["p99"] / 1000,
        p999=p999,
        answered=sum(statuses.values()),
        statuses=statuses,
        broken=counted,
    )
