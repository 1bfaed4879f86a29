"""The gateway beside nginx, the naive gateway and no gateway at all.

Trivial upstream (nginx answering from memory), tokens verified, limits counted, access
log written. Needs wrk and nginx.
"""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from statistics import median

import httpx
from gateway.testing.fleetlet import Gateway
from gateway.testing.scripted import ScriptedService, ok
from servicekit.embedded import free_port

from bench.load import Sample, Target, compare
from bench.options import Options
from bench.paced import paced
from bench.report import Report
from bench.stage import UPSTREAM, Stage, staged

_PATH = "/hrms/employees"
_CONNECTIONS = 32
_NAIVE_PORT = 9301  # no matter which
_TURNS = 5  # of each at half load, each of two seconds
# Goals.
_CPU, _TIMES, _ADDED, _GROWTH, _EXTRA = 200, 25, 3, 5, 50  # µs, times, ms, MB, MB
_OURS, _NAIVE, _NGINX, _BARE = "gateway", "naive gateway", "nginx proxy_pass", "no gateway"


def beside_peers(options: Options, report: Report) -> None:
    """Full load, half load, memory."""
    with staged() as stage:
        gateway = stage.gateway()
        samples = _at_full_load(stage, gateway, options, report)
        _at_half_load(stage, gateway, samples[_OURS].rate, report)
        stage.do(gateway.stop())
        _memory(stage, report, options.requests)


def _at_full_load(stage: Stage, gateway: Gateway, options: Options, report: Report) -> dict[str, Sample]:
    """Throughput, latency and CPU time."""
    upstream = stage.upstream()
    port = free_port()
    proxy = stage.nginx(port)
    base = "http://127.0.0.1:"
    targets = [
        Target(_BARE, f"{base}{UPSTREAM}{_PATH}", [stage.token], {"upstream": upstream}),
        Target(_NGINX, f"{base}{port}{_PATH}", [stage.token], {"nginx": proxy}),
        Target(_OURS, gateway.url + _PATH, [stage.token], {"gateway": gateway.process.pid}),
    ]
    if options.peer.is_dir():
        targets.append(_naive(stage, options.peer))
    turns = compare(
        targets, connections=_CONNECTIONS, seconds=options.seconds, repeats=options.repeats, warm_up=2
    )
    samples = {name: of_one.middle for name, of_one in turns.items()}
    report.table(
        f"Full load, {_CONNECTIONS} connections",
        ("", "requests/s", "p50 ms", "p99 ms", "CPU µs per request"),
        [
            (name, f"{s.rate:,.0f}", f"{s.p50:.1f}", f"{s.p99:.1f}", f"{sum(s.cpu.values()):.0f}")
            for name, s in samples.items()
        ],
    )
    ours = samples[_OURS]
    cpu = sum(ours.cpu.values())
    report.goal("gateway: CPU per request", f"≤ {_CPU} µs", f"{cpu:.0f} µs", met=cpu <= _CPU)
    if _NAIVE in samples:
        times = turns[_OURS].times(turns[_NAIVE])
        report.goal("times the naive gateway's rate", f"≥ {_TIMES}", f"{times:.1f}", met=times >= _TIMES)
        report.times["gateway, of the naive one"] = times
    return samples


def _naive(stage: Stage, folder: Path) -> Target:
    process = stage.run(
        *(sys.executable, "-m", "uvicorn", "gateway:app", f"--port={_NAIVE_PORT}"),
        *("--no-access-log", "--log-level=warning", "--app-dir", str(folder)),
        port=_NAIVE_PORT,
        folder=folder,
    )
    stage.apart(process.pid)
    make = [sys.executable, "make_token.py", "7"]
    token = subprocess.run(make, cwd=folder, check=True, capture_output=True, text=True).stdout.strip()
    return Target(_NAIVE, f"http://127.0.0.1:{_NAIVE_PORT}{_PATH}", [token], {"gateway": process.pid})


def _at_half_load(stage: Stage, gateway: Gateway, rate: float, report: Report) -> None:
    """Latency at half the rate the gateway can serve, arrivals spread at random, and the same without it.

    Many short runs in turn, because a tail is made by whatever else the machine does just then.
    """
    bare, ours = f"http://127.0.0.1:{UPSTREAM}{_PATH}", gateway.url + _PATH
    turns = [
        [paced(url, stage.token, rate=rate / 2, seconds=2) for url in (bare, ours)] for _ in range(_TURNS)
    ]
    report.table(
        f"Half load: {rate / 2:,.0f}/s offered, medians of {_TURNS} runs",
        ("", "requests/s", "p50 ms", "p99 ms"),
        [
            (
                name,
                f"{median(p.rate for p in paces):,.0f}",
                f"{median(p.p50 for p in paces):.2f}",
                f"{median(p.p99 for p in paces):.2f}",
            )
            for name, paces in zip((_BARE, _OURS), zip(*turns, strict=True), strict=True)
        ],
    )
    added = median(ours.p99 - bare.p99 for bare, ours in turns)
    report.goal("p99 at half load above direct", "≤ 3 ms", f"{added:.2f} ms", met=added <= _ADDED)


def _memory(stage: Stage, report: Report, requests: int) -> None:
    """Resident memory over many requests, and over a large upload and download."""
    gateway = stage.gateway()
    _requests(gateway, stage.token, 30_000)
    before = gateway.memory
    _requests(gateway, stage.token, requests)
    grown = (gateway.memory - before) / 2**20
    stage.do(gateway.stop())

    large = ScriptedService()
    large.script = _large
    stage.do(large.start())
    gateway = stage.gateway(
        APP1_HRMS_SERVICE_UPSTREAM=large.url,
        GATEWAY_BODY_LIMITS='{"/hrms/large": 1000000000}',
    )
    stage.do(_transfer(gateway, stage.token, megabytes=1))
    before = gateway.memory
    peak = stage.do(_transfer(gateway, stage.token, megabytes=100))
    stage.do(gateway.stop())
    extra = (peak - before) / 2**20
    report.goal(f"memory after {requests:,} requests", "flat", f"{grown:+.1f} MB", met=grown < _GROWTH)
    report.goal("extra memory, 100 MB up and 100 MB down", "< 50 MB", f"{extra:.1f} MB", met=extra < _EXTRA)


def _requests(gateway: Gateway, token: str, times: int) -> None:
    answered = 0
    while answered < times:
        answered += paced(gateway.url + _PATH, token, rate=1e6, seconds=5).answered


async def _large(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Take a body of any size, answer with as much."""
    while True:
        await reader.readuntil(b"\r\n\r\n")
        size = 0
        while length := int(await reader.readline(), 16):
            await reader.readexactly(length + 2)
            size += length
        await reader.readexactly(2)
        writer.write(ok(b"").replace(b"content-length: 0", b"content-length: %d" % size))
        for _ in range(0, size, 65_536):
            writer.write(b"x" * min(65_536, size))
            await writer.drain()


async def _transfer(gateway: Gateway, token: str, *, megabytes: int) -> int:
    """Send and receive so much; the most memory the gateway had meanwhile."""
    peak = 0

    async def body() -> AsyncIterator[bytes]:
        for _ in range(megabytes * 16):
            nonlocal peak
            peak = max(peak, gateway.memory)
            yield b"x" * 65_536

    headers = {"authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(base_url=gateway.url, headers=headers, timeout=60) as client:
        received = 0
        async with client.stream("POST", "/hrms/large", content=body()) as answer:
            async for piece in answer.aiter_raw():
                received += len(piece)
                peak = max(peak, gateway.memory)
    if received != megabytes * 2**20:
        raise RuntimeError(f"{received} bytes came back")
    return peak
