"""The fleet's life: how soon it starts, what it takes when idle, how soon a new tenant can work."""

import asyncio
import secrets
import statistics
import time
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import httpx
import psutil

from bench import ground
from bench.ground import Ground
from bench.options import Options
from bench.report import Report
from bench.usage import family, resident_mb

_WARM_START = 15  # seconds
_IDLE = 1200  # MB
_SETTLED = 10  # seconds after which a started fleet is idle
_VACUUMING = "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE backend_type = 'autovacuum worker')"
_PATIENCE = 120  # seconds
_ONBOARDED = 2  # seconds
_REGISTRATIONS = {1: 10, 8: 24}  # by how many at once
_LOOK_EVERY = 0.02  # seconds


def warm_start(_where: Ground, options: Options, report: Report) -> None:
    """`make up` after `make down`."""
    times = []
    for _ in range(options.repeats):
        ground.down()
        times.append(ground.up())
    median = statistics.median(times)
    report.goal(
        f"`make up`, warm, median of {options.repeats}",
        f"< {_WARM_START} s",
        f"{median:.1f} s (best {min(times):.1f} s)",
        met=median < _WARM_START,
    )


def idle_memory(where: Ground, _options: Options, report: Report) -> None:
    """What is resident when nothing is asked of the fleet."""
    time.sleep(_SETTLED)
    asyncio.run(_vacuumed(where))
    sizes = {name: resident_mb(family(pid)) for name, pid in where.pids.items()}
    sizes["supervisor"] = resident_mb([psutil.Process(where.supervisor)])
    report.table(
        "Memory of the idle fleet (PSS)",
        ("", "MB"),
        [(name, f"{size:.0f}") for name, size in sorted(sizes.items())],
    )
    total, postgres = sum(sizes.values()), sizes["postgres"]
    report.goal(
        f"fleet idle, resident, with {sum(name.endswith('-frontend') for name in sizes)} frontends",
        f"< {_IDLE:,} MB",
        f"{total:,.0f} MB, of it PostgreSQL {postgres:.0f}",
        met=total < _IDLE,
    )


async def _vacuumed(where: Ground) -> None:
    """Wait for PostgreSQL's vacuuming of what was written before: it is not idle till then."""
    connection = await where.connect("postgres")
    async with asyncio.timeout(_PATIENCE):
        while await connection.fetchval(_VACUUMING):  # noqa: ASYNC110 - it raises no event here
            await asyncio.sleep(1)
    await connection.close()


def onboarding(where: Ground, _options: Options, report: Report) -> None:
    """From sending a registration to the answer that says every service is ready."""
    _onboard(where)
    for at_once, tenants in _REGISTRATIONS.items():
        with ThreadPoolExecutor(at_once) as threads:
            times = list(threads.map(_onboard, [where] * tenants))
        median = statistics.median(times)
        report.goal(
            f"register until every service is ready, {at_once} at once, median of {tenants}",
            f"< {_ONBOARDED} s",
            f"{median:.2f} s (slowest {max(times):.2f} s)",
            met=median < _ONBOARDED,
        )


def _onboard(where: Ground) -> float:
    began = time.monotonic()
    with new_tenant(where):
        return time.monotonic() - began


@contextmanager
def new_tenant(where: Ground) -> Generator[tuple[str, httpx.Client]]:
    """Register a tenant and wait until every service is ready; its id, and its owner's client."""
    tenant = f"new{secrets.token_hex(6)}"
    account = {"email": f"owner@{tenant}.test", "password": secrets.token_urlsafe()}
    headers = {"X-Application": "business"}
    with httpx.Client(base_url=where.gateway, headers=headers, timeout=30) as client:
        about = {"tenant": tenant, "organisation": "A new one", "name": "Owner"}
        client.post("/user/register", json=about | account).raise_for_status()
        login = client.post("/user/login", json=account, headers={"X-Tenant-ID": tenant}).raise_for_status()
        client.headers["Authorization"] = f"Bearer {login.json()['access_token']}"
        while set(client.get("/user/tenant").raise_for_status().json()["services"].values()) != {"ready"}:
            time.sleep(_LOOK_EVERY)
        yield tenant, client
