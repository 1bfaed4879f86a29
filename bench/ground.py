"""A fleet of the benchmarks' own, beside the developer's; its data are kept between runs.

It is what `make up` starts, with the same settings but for the gateway's limits, which a single
client would meet.
"""

import asyncio
import json
import os
import subprocess
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
from fleet.place import Place
from fleet.processes import plan
from fleet.supervision import Supervisor
from servicekit.fleet import fleet

from bench.usage import cpu_seconds

REPOSITORY = Path(__file__).parents[1]
OUT = Path(__file__).with_name("out")
_ROOT = OUT / "fleet"
_PORT_OFFSET = "20000"  # where FLEET_PORT_OFFSET says nothing
# What makes a folder a root, with data of its own, and what frontends are built from.
_SOURCES = (
    "infrastructure",
    "app1-business",
    "app2-school-erp",
    "shared-libs",
    "node_modules",
    "package-lock.json",
    "tsconfig.base.json",
)
_SERVERS = {"ADMIN_DATABASE_URL", "REDIS_URL"}  # others' servers, whose CPU time could not be told
_PLENTY = {"rate": 1e6, "burst": 1_000_000}
_LOOK, _IDLE = 3.0, 0.2  # seconds, and of CPU in each of them
_LIMITS = {
    "GATEWAY_PLANS": json.dumps({"standard": {"tenant": _PLENTY, "user": _PLENTY}}),
    "GATEWAY_PUBLIC_LIMIT": json.dumps(_PLENTY),
    "GATEWAY_BODY_LIMITS": json.dumps({"/libraries/imports": 104_857_600}),
}


@dataclass(frozen=True)
class Ground:
    """The fleet while it runs."""

    place: Place
    gateway: str  # its address
    admin_url: str  # PostgreSQL's, as superuser
    redis_url: str
    pids: dict[str, int]  # by process name
    supervisor: int  # its pid

    async def connect(self, database: str) -> Any:
        """A superuser's connection; asyncpg has no types."""
        return await asyncpg.connect(self.admin_url.rpartition("/")[0] + f"/{database}")


@contextmanager
def started() -> Generator[Ground]:
    """The fleet, until the end of the block."""
    up()
    try:
        if asyncio.run(_made_to_count()):
            down()
            up()
        yield _settled(running())
    finally:
        down()


def _settled(ground: Ground) -> Ground:
    """Wait until the fleet has done what it does at its start, such as last night's jobs of all tenants."""
    while True:
        used = sum(cpu_seconds(ground.pids).values())
        time.sleep(_LOOK)
        if sum(cpu_seconds(ground.pids).values()) - used < _IDLE * _LOOK:
            return ground


async def _made_to_count() -> bool:
    """Have PostgreSQL load what counts statements, but count none yet; True where it has to start again."""
    connection = await running().connect("postgres")
    try:
        if await connection.fetchval("SHOW shared_preload_libraries"):
            return False
        await connection.execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
        await connection.execute("ALTER SYSTEM SET shared_preload_libraries = pg_stat_statements")
        await connection.execute("ALTER SYSTEM SET pg_stat_statements.track = none")
    finally:
        await connection.close()
    return True


def up() -> float:
    """Start the fleet as a developer would, with `make up`; the seconds it took.

    Raises:
        subprocess.CalledProcessError: it did not start; the reason was printed.
    """
    _ROOT.mkdir(parents=True, exist_ok=True)
    for name in _SOURCES:
        if not (_ROOT / name).exists():
            (_ROOT / name).symlink_to(REPOSITORY / name)
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
        place=place,
        gateway=planned.services[-1].url,
        admin_url=planned.admin_url,
        redis_url=planned.servers["valkey"].url,
        pids={name: info["pid"] for name, info in states.items()},
        supervisor=int((place.dev / "supervisor.pid").read_text()),
    )


def _make(target: str) -> None:
    inherited = {name: value for name, value in os.environ.items() if name not in _SERVERS}
    own = {"FLEET_ROOT": str(_ROOT), "FLEET_PORT_OFFSET": os.environ.get("FLEET_PORT_OFFSET", _PORT_OFFSET)}
    # npm would install its packages in this root: those that the checkout has are taken as they are.
    command = ["make", "-s", "-o", "node_modules/.package-lock.json", target]
    subprocess.run(command, cwd=REPOSITORY, env=inherited | own | _LIMITS, check=True)
