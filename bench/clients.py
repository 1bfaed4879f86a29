"""`python -m bench.clients`: clients that a gateway could stand on, each in the least proxy it allows.

Needs them, beside wrk and nginx: `pip install pyreqwest aiohttp httpx-aiohttp`. Each
proxy passes method, path, headers and a streamed answer on and does nothing else, so
that the differences are the clients'.
"""

import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any

from gateway.upstream.connection import Connection
from gateway.upstream.pool import Pool
from servicekit.embedded import free_port
from starlette.types import Receive, Scope, Send

from bench.ground import OUT
from bench.load import Target, compare
from bench.report import Report, text
from bench.stage import UPSTREAM, staged

_URL = f"http://127.0.0.1:{UPSTREAM}"
_HOP = {"connection", "keep-alive", "transfer-encoding", "date", "server"}
_client: Any = None


async def own(scope: Scope, _receive: Receive, send: Send) -> None:
    """The gateway's own connections."""
    global _client  # noqa: PLW0603 - made in the loop that uses it
    if _client is None:
        _client = Pool([_URL])
    connection: Connection = await _client.acquire()
    try:
        lines = b"".join(b"%b: %b\r\n" % header for header in scope["headers"])
        connection.begin(b"GET %b HTTP/1.1\r\n%b\r\n" % (scope["raw_path"], lines), is_head=False, whole=True)
        await connection.head()
        headers = [header for header in connection.headers if header[0].decode() not in _HOP]
        await send({"type": "http.response.start", "status": connection.status, "headers": headers})
        while not connection.drained:
            piece = await connection.read()
            await send({"type": "http.response.body", "body": piece, "more_body": not connection.drained})
    finally:
        connection.release()


async def pyreqwest(scope: Scope, _receive: Receive, send: Send) -> None:
    global _client  # noqa: PLW0603 - as above
    if _client is None:
        _client = import_module("pyreqwest.client").ClientBuilder().max_connections(None).build()
    headers = [(name.decode(), value.decode("latin-1")) for name, value in scope["headers"]]
    request = _client.get(_URL + scope["path"]).headers(headers).build_streamed()
    async with request as response:
        answer = [(n.encode(), v.encode("latin-1")) for n, v in response.headers.items() if n not in _HOP]
        await send({"type": "http.response.start", "status": response.status, "headers": answer})
        while piece := await response.body_reader.read_chunk():
            await send({"type": "http.response.body", "body": bytes(piece), "more_body": True})
        await send({"type": "http.response.body", "body": b""})


async def aiohttp(scope: Scope, _receive: Receive, send: Send) -> None:
    global _client  # noqa: PLW0603 - as above
    if _client is None:
        library = import_module("aiohttp")
        connector = library.TCPConnector(limit=0, keepalive_timeout=20)
        _client = library.ClientSession(connector=connector, auto_decompress=False)
    headers = [(name.decode(), value.decode("latin-1")) for name, value in scope["headers"]]
    async with _client.get(_URL + scope["path"], headers=headers, allow_redirects=False) as response:
        answer = [(n.lower(), v) for n, v in response.raw_headers if n.lower().decode() not in _HOP]
        await send({"type": "http.response.start", "status": response.status, "headers": answer})
        async for piece in response.content.iter_any():
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b""})


async def httpx_aiohttp(scope: Scope, _receive: Receive, send: Send) -> None:
    await _httpx(scope, send, "httpx_aiohttp")


async def httpx(scope: Scope, _receive: Receive, send: Send) -> None:
    await _httpx(scope, send, "httpx")


async def _httpx(scope: Scope, send: Send, kind: str) -> None:
    global _client  # noqa: PLW0603 - as above
    if _client is None:
        library = import_module("httpx")
        limits = library.Limits(max_connections=None, max_keepalive_connections=200)
        if kind == "httpx_aiohttp":
            transport = import_module("httpx_aiohttp").AiohttpTransport(limits=limits)
            _client = library.AsyncClient(transport=transport)
        else:
            _client = library.AsyncClient(limits=limits)
    request = _client.build_request("GET", _URL + scope["path"], headers=scope["headers"])
    response = await _client.send(request, stream=True)
    answer = [(n.lower(), v) for n, v in response.headers.raw if n.lower().decode() not in _HOP]
    await send({"type": "http.response.start", "status": response.status_code, "headers": answer})
    async for piece in response.aiter_raw():
        await send({"type": "http.response.body", "body": piece, "more_body": True})
    await send({"type": "http.response.body", "body": b""})
    await response.aclose()


CLIENTS: tuple[Callable[..., Any], ...] = (own, pyreqwest, aiohttp, httpx_aiohttp, httpx)


def main() -> None:
    report = Report("clients")
    with staged() as stage:
        nginx = {"upstream": stage.upstream()}
        targets = [Target("bare upstream", f"{_URL}/hrms/employees", ["x"], nginx)]
        for client in CLIENTS:
            port = free_port()
            flags = ["--port", str(port), "--no-access-log", "--no-proxy-headers", "--log-level=warning"]
            app = f"bench.clients:{client.__name__}"
            pid = stage.run(sys.executable, "-m", "uvicorn", app, *flags, "--lifespan=off", port=port).pid
            url = f"http://127.0.0.1:{port}/hrms/employees"
            targets.append(Target(client.__name__, url, [stage.token], {"proxy": stage.apart(pid)}))
        turns = compare(targets, connections=32, seconds=5, repeats=3, warm_up=2)
    samples = {name: of_one.middle for name, of_one in turns.items()}
    report.table(
        "Upstream clients, each in the least proxy, 32 connections, one core",
        ("client", "requests/s", "p50 ms", "p99 ms", "CPU µs per request"),
        [
            (name, f"{s.rate:,.0f}", f"{s.p50:.1f}", f"{s.p99:.1f}", f"{sum(s.cpu.values()):.0f}")
            for name, s in samples.items()
        ],
    )
    (OUT / "clients.md").write_text(text([report]))
    print(text([report]))


if __name__ == "__main__":
    main()
