"""`fleet status`: what runs, where, since when."""

import asyncio
from datetime import datetime

import httpx
import psutil
from servicekit.fleet import Fleet

from fleet.place import POSTGRES_PORT, REDIS_PORT, Place
from fleet.supervision import Supervisor

_SERVERS = {"postgres": POSTGRES_PORT, "valkey": REDIS_PORT}


async def print_status(place: Place, fleet: Fleet) -> bool:
    """Print a line for each process and where things lie; False where something is not ready."""
    numbers = _SERVERS | {fleet.gateway.name: fleet.gateway.port} | {e.name: e.port for e in fleet.built}
    numbers |= {frontend.name: frontend.port for frontend in fleet.frontend}
    ports = {name: place.port(number) for name, number in numbers.items()}
    processes = Supervisor(place.dev).states().values()
    async with httpx.AsyncClient(timeout=2) as client:
        healths = await asyncio.gather(*(_health(client, info, ports[info["name"]]) for info in processes))
    if processes:
        print(f"{'':<24} {'state':<11} {'pid':>7} {'port':>6} {'memory':>8}   since")
    else:
        print("Nothing runs; start it with: make up")
    for info, health in zip(processes, healths, strict=True):
        name, pid = info["name"], info["pid"]
        print(f"{name:<24} {health:<11} {pid or '':>7} {ports[name]:>6} {_memory(pid):>8}   {_since(pid)}")
    print(f"\ndata   {(place.dev / 'postgres').resolve()}")
    print(f"logs   {place.dev / 'logs'}")
    print(f"mails  {place.dev / 'mail'}")
    if place.offset:
        print(f"ports  moved by {place.offset} (FLEET_PORT_OFFSET)")
    return bool(processes) and set(healths) <= {"ready", "running"}


async def _health(client: httpx.AsyncClient, info: dict[str, str], port: int) -> str:
    state = info["statename"].lower()
    if state not in {"starting", "running"}:
        return "restarting" if state == "backoff" else state
    if info["name"] in _SERVERS:
        return "running"
    try:
        answer = await client.get(f"http://127.0.0.1:{port}/readyz")
    except httpx.TransportError:
        return "starting"
    return "ready" if answer.is_success else "not ready"


def _memory(pid: int) -> str:
    """Resident memory of a process and its children, what they share counted once."""
    try:
        process = psutil.Process(pid)
        infos = [part.memory_full_info() for part in (process, *process.children(recursive=True))]
    except psutil.Error:
        return ""
    return f"{sum(getattr(info, 'pss', info.uss) for info in infos) / 2**20:.0f} MB"


def _since(pid: int) -> str:
    try:
        return f"{datetime.fromtimestamp(psutil.Process(pid).create_time()).astimezone():%a %H:%M:%S}"
    except psutil.Error:
        return ""
