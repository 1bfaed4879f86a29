"""`fleet doctor`: what is wrong with this checkout's fleet, and what to do about it."""

import shutil
from collections.abc import AsyncIterator
from typing import NamedTuple

import asyncpg
import httpx
from prometheus_client.parser import text_string_to_metric_families
from servicekit.fleet import Fleet, ServiceEntry

from fleet.place import FleetError, Place
from fleet.processes import Process, plan
from fleet.psql import SERVER_VERSION
from fleet.start import taken_ports
from fleet.supervision import Supervisor
from fleet.tenants import opened

_DISK_NEEDED = 1 << 30  # bytes
_UNSENT = 60  # seconds; the relay looks every second
_RUNBOOKS = "docs/runbooks"
_FAILED = """
SELECT schema, error FROM (
    SELECT DISTINCT ON (schema) schema, error FROM control.migration_run ORDER BY schema, created_at DESC
) AS latest WHERE error IS NOT NULL ORDER BY 1
"""


class Finding(NamedTuple):
    what: str
    remedy: str | None = None  # None: it is as it should be


async def examine(place: Place, fleet: Fleet) -> AsyncIterator[Finding]:
    """Look at the disk, the ports, the servers, the roles, the services and what they hold, in that order."""
    free = shutil.disk_usage(place.root).free
    enough = free > _DISK_NEEDED
    yield Finding(
        f"{free >> 20} MB free on the disk", None if enough else "make room: PostgreSQL stops on a full disk"
    )
    if not (place.dev / "place.json").exists():
        yield Finding("the fleet was never started here", "make up")
        return
    fleet_plan = plan(place, fleet)
    supervisor = Supervisor(place.dev)
    missing = supervisor.missing(fleet_plan.processes)
    for process in missing:
        yield Finding(
            f"{process.name} does not run", f"make up; if it does not stay: make logs s={process.name}"
        )
    for line in taken_ports(missing):
        yield Finding(f"port {line}", "end what holds it, or set FLEET_PORT_OFFSET")
    yield await _server(fleet_plan.admin_url)
    running = [process for process in fleet_plan.services if process not in missing]
    for process in running:
        for name, url in process.environment.items():
            if name.endswith(("_DATABASE_URL", "_DATABASE_READ_URL")):
                yield await _role(name, url)
        yield await _readiness(process)
        async for finding in _measured(process):
            yield finding
    for entry in fleet.built:
        async for finding in _migrations(fleet_plan.admin_url, entry):
            yield finding


async def _server(admin_url: str) -> Finding:
    try:
        connection = await asyncpg.connect(admin_url, timeout=5)
    except (OSError, asyncpg.PostgresError) as error:
        return Finding(f"PostgreSQL cannot be reached: {error}", "make up, or check ADMIN_DATABASE_URL")
    version = connection.get_server_version()
    await connection.close()
    return Finding(
        f"PostgreSQL {version.major} answers",
        None if version.major >= SERVER_VERSION else f"{SERVER_VERSION} is needed",
    )


async def _role(name: str, url: str) -> Finding:
    try:
        connection = await asyncpg.connect(url, timeout=5)
    except (OSError, asyncpg.PostgresError) as error:
        return Finding(f"{name} does not let in: {error}", "make down up, which makes databases and roles")
    path = await connection.fetchval("SHOW search_path")
    await connection.close()
    return Finding(
        f"{name} lets in", None if path == "ext" else f"its search_path is {path}, not ext: make down up"
    )


async def _readiness(process: Process) -> Finding:
    async with httpx.AsyncClient(timeout=5) as client:
        try:
            answer = await client.get(f"{process.url}/readyz")
        except httpx.TransportError as error:
            return Finding(f"{process.name} does not answer: {error}", f"make logs s={process.name}")
    if answer.is_success:
        return Finding(f"{process.name} is ready")
    page = f", {_RUNBOOKS}/lost-redis.md" if "redis" in answer.json()["failing"] else ""
    return Finding(f"{process.name} is not ready: {answer.text}", f"make logs s={process.name}{page}")


async def _measured(process: Process) -> AsyncIterator[Finding]:
    """What a service's own figures say is wrong."""
    async with httpx.AsyncClient(timeout=5) as client:
        try:
            answer = await client.get(f"http://127.0.0.1:{process.ports[1]}/metrics")
        except httpx.TransportError:
            return  # whether it is ready was said
    figures = {
        (sample.name, sample.labels.get("place")): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }
    if dead := figures.get(("queue_items", "dead")):
        what = f"{process.name} has given up {dead:.0f} facts or jobs"
        yield Finding(what, f"fleet queue dead {process.name}; {_RUNBOOKS}/dead-letters.md")
    if (age := figures.get(("outbox_oldest_seconds", None), 0)) > _UNSENT:
        what = f"{process.name} has not sent a fact or job for {age:.0f} s"
        yield Finding(what, f"{_RUNBOOKS}/lost-redis.md")


async def _migrations(admin_url: str, entry: ServiceEntry) -> AsyncIterator[Finding]:
    """Tenants whose last migration failed."""
    try:
        async with opened(admin_url, entry) as connection:
            failed = await connection.fetch(_FAILED)
    except FleetError as error:
        yield Finding(str(error), "make down up, which makes and migrates databases")
        return
    for schema, told in failed:
        what = f"{entry.name} could not migrate {schema}: {told.strip().splitlines()[-1]}"
        yield Finding(what, f"{_RUNBOOKS}/tenant-will-not-migrate.md")
