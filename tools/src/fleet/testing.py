"""The whole fleet for tests: started the way a developer starts it, in a folder and on ports of its own."""

import asyncio
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import asyncpg
import httpx
from servicekit.fleet import fleet as the_fleet
from servicekit.fleet import root as repository

from fleet.place import METRICS, POSTGRES_PORT, REDIS_PORT, Place
from fleet.processes import plan
from fleet.supervision import Supervisor

FLEET = Path(sys.executable).with_name("fleet")
PASSWORD = "correct horse battery staple"  # noqa: S105 - of accounts that live for a test run


@dataclass
class Organisation:
    """A tenant with its owner's client, signed in."""

    id: str
    application: str
    client: httpx.AsyncClient
    token: str


@dataclass
class RunningFleet:
    place: Place
    environment: dict[str, str]

    @property
    def gateway(self) -> str:
        return f"http://127.0.0.1:{self.place.port(the_fleet().gateway.port)}"

    def run(self, *arguments: str) -> str:
        """What a `fleet` command prints."""
        command = [str(FLEET), *arguments]
        done = subprocess.run(
            command, env=self.environment, capture_output=True, text=True, check=False, timeout=300
        )
        if done.returncode != 0:
            raise RuntimeError(f"{arguments}: {done.stdout}{done.stderr}")
        return done.stdout

    async def kill(self, name: str) -> None:
        """Kill a process as the kernel would, once it runs."""
        supervisor = Supervisor(self.place.dev)
        async with asyncio.timeout(60):
            while not (pid := supervisor.states()[name]["pid"]):  # noqa: ASYNC110 - it raises no event here
                await asyncio.sleep(0.05)
        os.kill(pid, signal.SIGKILL)

    async def query(self, database: str, statement: str, *values: object) -> list[asyncpg.Record]:
        """Rows of a service's database, as its superuser sees them."""
        admin_url = plan(self.place, the_fleet()).admin_url
        connection = await asyncpg.connect(admin_url.rsplit("/", 1)[0] + f"/{database}")
        try:
            return list(await connection.fetch(statement, *values))
        finally:
            await connection.close()

    async def register(self, application: str, tenant: str | None = None) -> Organisation:
        """A new organisation, every service ready for it."""
        tenant = tenant or f"e{uuid4().hex[:12]}"
        email = f"owner@{tenant}.test"
        client = httpx.AsyncClient(base_url=self.gateway, timeout=30)
        wish = {"tenant": tenant, "organisation": f"{tenant} Ltd", "name": "Ada Lovelace", "email": email}
        registered = await client.post(
            "/user/register", json={**wish, "password": PASSWORD}, headers={"x-application": application}
        )
        registered.raise_for_status()
        token = await self.log_in(client, tenant, email)
        client.headers["authorization"] = f"Bearer {token}"
        async with asyncio.timeout(30):
            while set(  # noqa: ASYNC110 - HTTP has no event
                (await client.get("/user/tenant")).json()["services"].values()
            ) != {"ready"}:
                await asyncio.sleep(0.05)
        return Organisation(tenant, application, client, token)

    async def log_in(self, client: httpx.AsyncClient, tenant: str, email: str) -> str:
        answer = await client.post(
            "/user/login", json={"email": email, "password": PASSWORD}, headers={"x-tenant-id": tenant}
        )
        answer.raise_for_status()
        token: str = answer.json()["access_token"]
        return token


@contextmanager
def started() -> Iterator[RunningFleet]:
    """`fleet up`, and `fleet down` at the end."""
    folder = Path(tempfile.mkdtemp(prefix="fleet-e2e-"))
    (folder / "infrastructure").symlink_to(repository() / "infrastructure")
    offset = _free_offset()
    environment = {
        **{
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("APP1_", "APP2_", "FLEET_"))
        },
        "FLEET_ROOT": str(folder),
        "FLEET_PORT_OFFSET": str(offset),
    }
    running = RunningFleet(Place(folder, offset), environment)
    try:
        running.run("up")
        yield running
    finally:
        running.run("down")
        running.run("reset", "--yes")


def _free_offset() -> int:
    """An offset at which all ports of the fleet are free, and below those the kernel hands out."""
    numbers = [POSTGRES_PORT, REDIS_PORT, the_fleet().gateway.port]
    numbers += [entry.port for entry in the_fleet().built]
    numbers += [entry.port for entry in the_fleet().frontend]
    while True:
        offset = random.randrange(10_000, 22_000)  # noqa: S311 - any will do
        try:
            for number in (*numbers, *(number + METRICS for number in numbers)):
                socket.create_server(("127.0.0.1", number + offset)).close()
        except OSError:
            continue
        return offset
