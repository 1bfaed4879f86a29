"""`fleet up`, `fleet dev`, `fleet down`, `fleet reset`: the fleet's beginning and end."""

import asyncio
import os
import shutil
import signal
import socket
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import chain
from urllib.parse import urlsplit

import httpx
import psutil
from servicekit.embedded import ServerStartError
from servicekit.fleet import fleet

from fleet import databases, demo, frontends, logs
from fleet.keys import make_keys
from fleet.place import FleetError, Place
from fleet.processes import Plan, Process, Reload, plan
from fleet.supervision import Supervisor

_READY_WITHIN = 120.0  # seconds


async def up(place: Place, *, reload: Reload | None = None) -> None:
    """Start what does not run yet, return when all of it is ready.

    Frontends are built where their sources changed, if their packages are installed.

    Raises:
        FleetError: a port is taken, or something did not start.
    """
    began = time.monotonic()
    supervisor = Supervisor(place.dev)
    with place.alone():
        if not supervisor.is_running():
            supervisor.stop_orphans()
        for entry in () if reload == "frontends" else frontends.outdated(place, fleet().frontend):
            with _step(f"{entry.name} built"):
                frontends.build(place, entry)
        with _step("configuration"):
            fleet_plan = plan(place, fleet(), reload=reload)
            make_keys(place.dev / "keys", [process.name for process in fleet_plan.services])
            supervisor.configure(fleet_plan.processes)
        if missing := supervisor.missing(fleet_plan.processes):
            await _start(place, supervisor, fleet_plan, missing)
        with _step("services, gateway and frontends ready"):
            await _all_ready(supervisor, [*fleet_plan.services, *fleet_plan.frontends])
        gateway = fleet_plan.services[-1].url
        with _step("demo tenants"):
            await demo.make(gateway)
    how = "is up" if missing else "was up already"
    print(f"\nThe fleet {how} ({time.monotonic() - began:.1f} s).\n\n{demo.tour(gateway, _pages(place))}")


def _pages(place: Place) -> dict[str, str]:
    return {entry.application: frontends.address(place, entry) for entry in fleet().frontend}


def dev(place: Place, reload: Reload) -> None:
    """The fleet with reload of some on change, its logs in the foreground; the end of this is its end."""
    for name in ("SIGTERM", "SIGHUP"):
        signal.signal(signal.Signals[name], signal.default_int_handler)
    supervisor = Supervisor(place.dev)
    try:
        asyncio.run(up(place, reload=reload))
        print("Logs follow; Ctrl-C stops the fleet.\n")
        asyncio.run(_follow(supervisor))
    except KeyboardInterrupt:
        print()
    finally:
        down(place)


async def _follow(supervisor: Supervisor) -> None:
    """Show all logs until the fleet is stopped, from here or by `fleet down` elsewhere."""
    following = asyncio.create_task(logs.follow(supervisor.logs, sorted(supervisor.states()), last=0))
    try:
        while supervisor.is_running() and not following.done():  # noqa: ASYNC110 - it raises no event here
            await asyncio.sleep(1)
    finally:
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)


def down(place: Place) -> None:
    """Stop the fleet of this checkout and nothing else."""
    supervisor = Supervisor(place.dev)
    with place.alone():
        if not supervisor.is_running():
            left = supervisor.stop_orphans()
            print(f"stopped {', '.join(left)}" if left else "nothing runs")
            return
        with _step("services stopped"):
            supervisor.stop(supervisor.states().keys() - {"postgres", "valkey"})
        with _step("servers stopped"):
            supervisor.shutdown()


def reset(place: Place, *, sure: bool) -> None:
    """Forget the development data, keys and mails of this checkout.

    Raises:
        FleetError: the answer was not yes.
    """
    data = (place.dev / "postgres").resolve()
    print(f"This forgets all development data of this checkout: {place.dev}")
    if not data.is_relative_to(place.dev.resolve()):
        print(f"and {data}")
    if place.admin_url:
        print(
            "The databases on ADMIN_DATABASE_URL stay: drop them there, their passwords and secrets go now."
        )
    if not sure and not _agreed():
        raise FleetError("nothing was forgotten")
    down(place)
    shutil.rmtree(data, ignore_errors=True)
    shutil.rmtree(place.dev)


def _agreed() -> bool:
    try:
        return input("Type yes to go on: ").strip() == "yes"
    except EOFError:  # nobody is there to answer
        return False


@contextmanager
def _step(what: str) -> Iterator[None]:
    print(f"  {what + ' ':.<50} ", end="", flush=True)
    began = time.monotonic()
    try:
        yield
    except BaseException:
        print("failed")
        raise
    print(f"{time.monotonic() - began:5.1f} s")


def taken_ports(processes: Iterable[Process]) -> Iterator[str]:
    """A line for each port that a process needs and that something else holds."""
    for process in processes:
        for port in process.ports:
            try:
                socket.create_server(("127.0.0.1", port)).close()
            except OSError as error:
                yield f"{port} for {process.name}: {os.strerror(error.errno or 0)}{_holder(port)}"


def _holder(port: int) -> str:
    try:
        connections = psutil.net_connections("tcp")
    except psutil.AccessDenied:  # macOS shows them to root alone
        return ""
    listening = [
        c for c in connections if c.status == psutil.CONN_LISTEN and c.laddr and c.laddr.port == port
    ]
    pids = {connection.pid for connection in listening if connection.pid}
    return "".join(f" (process {pid}: {' '.join(psutil.Process(pid).cmdline())[:60]})" for pid in pids)


async def _start(place: Place, supervisor: Supervisor, fleet_plan: Plan, missing: list[Process]) -> None:
    if taken := "\n  ".join(taken_ports(missing)):
        remedy = "End what holds them, or move all ports of this checkout: FLEET_PORT_OFFSET=100 make up"
        raise FleetError(f"these ports cannot be had:\n  {taken}\n{remedy}")
    place.remember()
    if not supervisor.is_running():
        supervisor.launch()
    supervisor.start(process for process in missing if process.name in fleet_plan.servers)
    for name, server in fleet_plan.servers.items():
        with _step(f"{name} on port {urlsplit(server.url).port}"):
            try:
                await server.wait_ready()
            except ServerStartError:
                raise FleetError(_stuck(supervisor, name, "does not answer")) from None
    rest = [process for process in missing if process.name not in fleet_plan.servers]
    wanted = {process.name for process in rest}
    entries = [entry for entry in fleet().built if entry.name in wanted]
    behind = await databases.outdated(place, fleet_plan.admin_url, entries)
    later = {process.name: process for process in rest if process.name in {entry.name for entry in behind}}
    supervisor.start(process for process in rest if process.name not in later)
    if not behind:
        return
    with _step("databases and roles"):
        await databases.make(place, fleet_plan.admin_url, behind)
    with _step("migrations"):
        settings = dict(chain.from_iterable(process.environment.items() for process in later.values()))
        await databases.migrate(place, fleet_plan.admin_url, behind, settings)
    supervisor.start(later.values())


async def _all_ready(supervisor: Supervisor, processes: list[Process]) -> None:
    deadline = time.monotonic() + _READY_WITHIN
    async with httpx.AsyncClient(timeout=2) as client:
        waiting = list(processes)
        while waiting:
            ready = await asyncio.gather(*(_is_ready(client, process) for process in waiting))
            waiting = [process for process, is_ready in zip(waiting, ready, strict=True) if not is_ready]
            states = supervisor.states()
            crashed = [process for process in waiting if states[process.name]["statename"] == "BACKOFF"]
            if crashed:
                raise FleetError(_stuck(supervisor, crashed[0].name, "ends right after its start"))
            if waiting and time.monotonic() > deadline:
                raise FleetError(
                    _stuck(supervisor, waiting[0].name, f"is not ready after {_READY_WITHIN:.0f} s")
                )
            await asyncio.sleep(0.1)


async def _is_ready(client: httpx.AsyncClient, process: Process) -> bool:
    try:
        return (await client.get(f"{process.url}/readyz")).is_success
    except httpx.TransportError:
        return False


def _stuck(supervisor: Supervisor, name: str, how: str) -> str:
    last = (supervisor.logs / f"{name}.log").read_text(errors="replace").splitlines()[-20:]
    return "\n".join([f"{name} {how}. Its log ends with:", "", *last, "", f"More: make logs s={name}"])
