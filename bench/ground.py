"""A fleet of the benchmarks' own, beside the developer's; its data are kept between runs.

It is what `make up` starts, with the same settings but for the gateway's limits, which a single
client would meet.
"""

import json
import os
import subprocess
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from fleet.place import Place
from fleet.processes import plan
from fleet.supervision import Supervisor
from servicekit.fleet import fleet

REPOSITORY = Path(__file__).parents[1]
OUT = Path(__file__).with_name("out")
_ROOT = OUT / "fleet"
_PORT_OFFSET = "20000"  # where FLEET_PORT_OFFSET says nothing
_SERVERS = {"ADMIN_DATABASE_URL", "REDIS_URL"}  # others' servers, whose CPU time could not be told
_PLENTY = {"rate": 1e6, "burst": 1_000_000}
_LIMITS = {
    "GATEWAY_PLANS": json.dumps({"standard": {"tenant": _PLENTY, "user": _PLENTY}}),
    "GATEWAY_PUBLIC_LIMIT": json.dumps(_PLENTY),
    "GATEWAY_BODY_LIMITS": json.dumps({"/libraries/imports": 104_857_600}),
}


@dataclass(frozen=True)
class Ground:
    """The fleet while it runs."""

    gateway: str  # its address
    admin_url: str  # PostgreSQL's, as superuser
    pids: dict[str, int]  # by process name
    supervisor: int  # its pid


@contextmanager
def started() -> Generator[Ground]:
    """The fleet, until the end of the block."""
    up()
    try:
        yield running()
    finally:
        down()


def up() -> float:
    """Start the fleet as a developer would, with `make up`; the seconds it took.

    Raises:
        subprocess.CalledProcessError: it did not start; the reason was printed.
    """
    _ROOT.mkdir(parents=True, exist_ok=True)
    infrastructure = _ROOT / "infrastructure"  # makes the folder a root, with data of its own
    if not infrastructure.exists():
        infrastructure.symlink_to(REPOSITORY / "infrastructure")
    began = time.monotonic()
    _make("up")
    return time.monotonic() - began


def down() -> None:
    _make("down")


def running() -> Ground:
    place = Place.last_used(_ROOT)
    planned = plan(place, fleet())
    states = Supervisor(place.dev).states()
    return Ground(
        gateway=planned.services[-1].url,
        admin_url=planned.admin_url,
        pids={name: info["pid"] for name, info in states.items()},
        supervisor=int((place.dev / "supervisor.pid").read_text()),
    )


def _make(target: str) -> None:
    inherited = {name: value for name, value in os.environ.items() if name not in _SERVERS}
    own = {"FLEET_ROOT": str(_ROOT), "FLEET_PORT_OFFSET": os.environ.get("FLEET_PORT_OFFSET", _PORT_OFFSET)}
    subprocess.run(["make", "-s", target], cwd=REPOSITORY, env=inherited | own | _LIMITS, check=True)
