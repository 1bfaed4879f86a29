"""Chat: what a delivery costs, how fast messages may come, what a socket and a large channel weigh.

Servers share one core; load, PostgreSQL and Redis the other.
"""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median, quantiles
from uuid import UUID, uuid4

import httpx
import psutil
from redis.asyncio import Redis
from servicekit.embedded import free_port

from bench.chat.listeners import LENGTH, Heard, Way, listening, stamped
from bench.chat.ours import Chat, chat
from bench.chat.peers import CHANNEL
from bench.environments import python_with
from bench.options import Options
from bench.peer import wait_for
from bench.report import Report
from bench.usage import cpu_seconds

_SOCKETS, _REPLICAS = 500, 2
_STEADY = 10  # messages a second, for the cost of a delivery
_RATES = (20, 40, 100)  # messages a second, tried after that until p99 is beyond
_FIRST, _LIGHT = 100, 40  # sockets, kB
_PATIENCE = 60  # seconds
_WARM_UP = 20  # messages
_SOON = 0.1  # seconds
_POSTS = 100  # one after the other
_MEMBERS = (10, 5_000)

_SOCKETIO = ("python-socketio~=5.16", "uvicorn[standard]==0.54.0", "redis==8.1.0", "aiohttp")


Say = Callable[[str], Awaitable[None]]


@dataclass(frozen=True)
class _Fleet:
    """Servers under load."""

    name: str
    ways: Callable[[], Awaitable[Sequence[Way]]]
    say: Say
    processes: Mapping[str, int]  # pids of what is counted, by name


@dataclass(frozen=True)
class _Run:
    deliveries: float  # a second
    p99: float  # seconds
    cpu: Mapping[str, float]  # µs per delivery, by process


def beside_peers(options: Options, report: Report) -> None:
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores - {min(cores)} or cores)  # inherited by all that is started
    try:
        asyncio.run(_measure(options, report, min(cores)))
    finally:
        os.sched_setaffinity(0, cores)


async def _measure(options: Options, report: Report, core: int) -> None:
    socketio = python_with("socketio", *_SOCKETIO)
    async with chat(_REPLICAS) as ours, AsyncExitStack() as stack:
        channel, people = await ours.channel(_SOCKETS)
        straight = {f"replica {place}": replica.pid for place, replica in enumerate(ours.replicas)}
        through = {"gateway": ours.gateway.process.pid, **straight}
        say = [
            await stack.enter_async_context(_saying(ours, people[0], channel, way)) for way in (False, True)
        ]
        fleets = [
            await stack.enter_async_context(_peer("bare websockets", Path(sys.executable), ours.redis_url)),
            await stack.enter_async_context(_peer("python-socketio", socketio, ours.redis_url)),
            _Fleet("chat", partial(ours.straight, people, channel), say[0], straight),
            _Fleet(
                "chat, through the gateway", partial(ours.through_gateway, people, channel), say[1], through
            ),
        ]
        for fleet in fleets:
            for pid in fleet.processes.values():
                os.sched_setaffinity(pid, {core})
        await _fan_out(fleets, options, report)
        await _posting(ours, options, report)


async def _fan_out(fleets: Sequence[_Fleet], options: Options, report: Report) -> None:
    weight = {fleet.name: await _weight(fleet) / 1024 for fleet in fleets}
    steady: dict[str, list[_Run]] = {fleet.name: [] for fleet in fleets}
    for _ in range(options.repeats):  # in turns
        for fleet in fleets:
            steady[fleet.name].append(await _run(fleet, _STEADY, options.seconds))
    cost = {name: median(sum(run.cpu.values()) for run in runs) for name, runs in steady.items()}
    bare = cost[fleets[0].name]
    rows = []
    for fleet in fleets:
        fastest = await _fastest(fleet, steady[fleet.name][0], options)
        gateway = median(run.cpu.get("gateway", 0) for run in steady[fleet.name])
        rows.append(
            (
                fleet.name,
                f"{cost[fleet.name]:.1f}",
                f"{cost[fleet.name] / bare:.2f}",
                f"{gateway:.1f}" if gateway else "",
                f"{weight[fleet.name]:.1f}",
                f"{median(run.p99 for run in steady[fleet.name]) * 1e3:.0f}",
                f"{fastest.deliveries:,.0f}" if fastest else "",
                f"{fastest.p99 * 1e3:.0f}" if fastest else "",
            )
        )
    report.table(
        f"{_SOCKETS} sockets in one channel on {_REPLICAS} replicas, messages of {LENGTH} bytes: CPU time per"
        f" delivery at {_STEADY} messages a second, and the most deliveries of which 99 % took under"
        f" {_SOON * 1e3:.0f} ms, all servers on one core",
        (
            "",
            "µs",
            "times bare",
            "of that gateway",
            "kB per idle socket",
            "p99 ms",
            "most deliveries/s",
            "p99 ms",
        ),
        rows,
    )
    ours, through, peer = (cost[fleet.name] for fleet in (fleets[2], fleets[3], fleets[1]))
    report.goal("a delivery, times bare", "≤ 1.8", f"{ours / bare:.2f}", met=ours <= 1.8 * bare)
    report.goal("the same, through the gateway", "≤ 2.4", f"{through / bare:.2f}", met=through <= 2.4 * bare)
    report.goal("beside python-socketio", "< 1", f"{ours / peer:.2f}", met=ours < peer)
    report.times["chat: deliveries per CPU time, of python-socketio"] = peer / ours
    idle = weight[fleets[2].name]
    report.goal("an idle socket", "< 40 kB", f"{idle:.1f} kB", met=idle < _LIGHT)


async def _fastest(fleet: _Fleet, steady: _Run, options: Options) -> _Run | None:
    """The run with the highest rate before deliveries took too long."""
    best = None if steady.p99 > _SOON else steady
    for rate in _RATES if best else ():
        run = await _run(fleet, rate, options.seconds)
        if run.p99 > _SOON:
            break
        best = run
    return best


async def _run(fleet: _Fleet, rate: int, seconds: int) -> _Run:
    """Sockets opened anew, messages at a rate, all of them heard by all.

    Raises:
        RuntimeError: not every socket heard every message once.
    """
    print(f"  {fleet.name}, {rate} messages a second", flush=True)
    async with listening(await fleet.ways()) as heard:
        await asyncio.sleep(1)
        for _ in range(_WARM_UP):
            await fleet.say(stamped())
        await _until(heard, _WARM_UP)
        heard.waits.clear()
        used, began = cpu_seconds(fleet.processes), time.monotonic()
        async with asyncio.TaskGroup() as group:
            for number in range(rate * seconds):
                await asyncio.sleep(began + number / rate - time.monotonic())
                group.create_task(_once(fleet))
        await _until(heard, rate * seconds)
        took = time.monotonic() - began
        after = cpu_seconds(fleet.processes)
        waits = list(heard.waits)
    return _Run(
        deliveries=len(waits) / took,
        p99=quantiles(waits, n=100)[98],
        cpu={name: (after[name] - used[name]) / len(waits) * 1e6 for name in used},
    )


async def _weight(fleet: _Fleet) -> float:
    """Bytes by which the processes grow for one more socket, after the first ones filled their pools."""
    ways = await fleet.ways()
    async with listening(ways[:_FIRST]):
        await asyncio.sleep(1)
        before = _resident(fleet)
        async with listening(ways[_FIRST:]):
            await asyncio.sleep(1)
            return (_resident(fleet) - before) / len(ways[_FIRST:])


async def _once(fleet: _Fleet) -> None:
    await fleet.say(stamped())


async def _until(heard: Heard, messages: int) -> None:
    async with asyncio.timeout(_PATIENCE):
        while len(heard.waits) < messages * _SOCKETS:  # noqa: ASYNC110 - listeners raise no events, to cost little
            await asyncio.sleep(0.05)
    if len(heard.waits) > messages * _SOCKETS:
        raise RuntimeError(f"{len(heard.waits) - messages * _SOCKETS} deliveries too many.")


def _resident(fleet: _Fleet) -> int:
    return sum(int(psutil.Process(pid).memory_info().rss) for pid in fleet.processes.values())


@asynccontextmanager
async def _saying(ours: Chat, author: UUID, channel: str, gateway: bool) -> AsyncGenerator[Say]:
    async with ours.poster(author, gateway=gateway) as client:
        client.timeout = httpx.Timeout(_PATIENCE)

        async def say(text: str) -> None:
            wish = {"client_msg_id": str(uuid4()), "text": text}
            (await client.post(f"/chat/channels/{channel}/messages", json=wish)).raise_for_status()

        yield say


@asynccontextmanager
async def _peer(name: str, python: Path, redis_url: str) -> AsyncGenerator[_Fleet]:
    """A peer's replicas; `name` begins with the module's word for it."""
    source = Path(__file__).with_name("peers.py")
    ports = [free_port() for _ in range(_REPLICAS)]
    bare = name.startswith("bare")
    kind = "bare" if bare else "socketio"
    processes = [
        subprocess.Popen([python, source, kind, str(port), redis_url])  # noqa: ASYNC220 - returns at once
        for port in ports
    ]
    try:
        for port in ports:
            await asyncio.to_thread(wait_for, port)
        path, says = ("/", ()) if bare else ("/socket.io/?EIO=4&transport=websocket", ("40",))
        sockets = [Way(ports[place % _REPLICAS], path, says=says) for place in range(_SOCKETS)]
        async with Redis.from_url(redis_url) as redis, httpx.AsyncClient(timeout=_PATIENCE) as client:

            async def ways() -> list[Way]:
                return sockets

            async def say(text: str) -> None:
                if bare:
                    await redis.publish(CHANNEL, text)
                else:
                    (await client.post(f"http://127.0.0.1:{ports[0]}/say", content=text)).raise_for_status()

            pids = {f"replica {place}": process.pid for place, process in enumerate(processes)}
            yield _Fleet(name, ways, say, pids)
    finally:
        for process in processes:
            process.kill()
            process.wait()


async def _posting(ours: Chat, options: Options, report: Report) -> None:
    """What posting costs with few and with many members, nobody listening."""
    rows = []
    pids = {"replica": ours.replicas[0].pid}
    for members in _MEMBERS:
        channel, people = await ours.channel(members)
        costs, took = [], []
        async with _saying(ours, people[0], channel, gateway=False) as say:
            await say(stamped())
            for _ in range(options.repeats):
                used = cpu_seconds(pids)["replica"]
                for _ in range(_POSTS):
                    began = time.monotonic()
                    await say(stamped())
                    took.append(time.monotonic() - began)
                costs.append((cpu_seconds(pids)["replica"] - used) / _POSTS * 1e3)
        rows.append((f"{members:,} members", f"{median(costs):.2f}", f"{median(took) * 1e3:.1f}"))
    report.table("Posting a message", ("", "CPU ms of the service", "p50 ms"), rows)
