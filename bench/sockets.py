"""WebSockets through the gateway: what a message costs, beside taking frames apart and making them anew.

One service sends short messages to many sockets, as chat does. Beside the gateway runs the least
proxy that one writes with uvicorn's and websockets' own means.
"""

import asyncio
import os
import sys

import psutil
from servicekit.embedded import free_port
from starlette.types import Receive, Scope, Send
from websockets.asyncio.client import ClientConnection, connect
from websockets.asyncio.server import ServerConnection, broadcast, serve

from bench.options import Options
from bench.report import Report
from bench.stage import staged
from bench.usage import cpu_seconds

_PATH = "/hrms/ws"
_SOCKETS = 500
_MESSAGE = "m" * 200
_FRAME = 204  # bytes of such a message
_RATE = 10  # messages a second to each socket
_SERVICE = "BENCH_SERVICE"  # where the peer's service is


def beside_rebuilding(options: Options, report: Report) -> None:
    """CPU time per message delivered, and memory per socket."""
    with staged() as stage:
        port = free_port()
        service = stage.run(sys.executable, "-m", "bench.sockets", str(port), port=port)
        gateway = stage.gateway(
            APP1_HRMS_SERVICE_UPSTREAM=f"http://127.0.0.1:{port}", GATEWAY_SOCKETS_PER_USER=str(_SOCKETS)
        )
        peer_port = free_port()
        os.environ[_SERVICE] = f"ws://127.0.0.1:{port}"
        peer = stage.run(
            *(sys.executable, "-m", "uvicorn", "bench.sockets:rebuild", f"--port={peer_port}"),
            *("--log-level=warning", "--ws=websockets-sansio"),
            port=peer_port,
        )
        stage.apart(peer.pid)
        rows = []
        for name, at, proxy in (
            ("no gateway", port, service.pid),
            ("gateway", gateway.port, gateway.process.pid),
            ("frames made anew", peer_port, peer.pid),
        ):
            rows.append((name, *stage.do(_listen(stage.token, at, service.pid, proxy, options.seconds))))
        stage.do(gateway.stop())
    report.table(
        f"{_SOCKETS} WebSockets, {_RATE} messages of {len(_MESSAGE)} bytes a second to each",
        ("", "deliveries/s", "service µs", "proxy µs", "kB per socket"),
        rows,
    )


async def _listen(token: str, port: int, service: int, proxy: int, seconds: int) -> tuple[str, ...]:
    """Open sockets and count what comes: the rate, CPU time per delivery, memory per socket of the proxy."""
    process = psutil.Process(proxy)
    before = process.memory_info().rss
    listeners = [await _Listener.connected(token, port) for _ in range(_SOCKETS)]
    await asyncio.sleep(2)
    grown = process.memory_info().rss - before
    pids = {"service": service, "proxy": proxy}
    used, frames = cpu_seconds(pids), sum(one.taken for one in listeners) / _FRAME
    await asyncio.sleep(seconds)
    after, delivered = cpu_seconds(pids), sum(one.taken for one in listeners) / _FRAME - frames
    for one in listeners:
        one.transport.abort()
    costs = [f"{(after[name] - used[name]) / delivered * 1e6:.1f}" for name in pids]
    return (
        f"{delivered / seconds:,.0f}",
        costs[0],
        costs[1] if proxy != service else "",
        f"{grown / 1024 / _SOCKETS:.1f}",
    )


class _Listener(asyncio.Protocol):
    """A client that counts bytes, so that the load costs little."""

    transport: asyncio.Transport

    def __init__(self) -> None:
        self.taken = 0
        self.answered: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    @classmethod
    async def connected(cls, token: str, port: int) -> "_Listener":
        loop = asyncio.get_running_loop()
        transport, listener = await loop.create_connection(cls, "127.0.0.1", port)
        listener.transport = transport
        transport.write(
            f"GET {_PATH} HTTP/1.1\r\nhost: a\r\nupgrade: websocket\r\nconnection: Upgrade\r\n"
            f"sec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
            f"authorization: Bearer {token}\r\n\r\n".encode()
        )
        await listener.answered
        return listener

    def data_received(self, data: bytes) -> None:
        if self.answered.done():
            self.taken += len(data)
        elif data.startswith(b"HTTP/1.1 101 "):
            self.answered.set_result(None)
        else:
            self.answered.set_exception(RuntimeError(data.decode()))


async def rebuild(scope: Scope, receive: Receive, send: Send) -> None:
    """The least proxy of the other kind."""
    if scope["type"] != "websocket":
        return
    async with connect(os.environ[_SERVICE] + scope["path"], compression=None) as service:
        await receive()
        await send({"type": "websocket.accept"})
        upward = asyncio.create_task(_upward(receive, service))
        async for message in service:
            kind = "text" if isinstance(message, str) else "bytes"
            await send({"type": "websocket.send", kind: message})
        upward.cancel()


async def _upward(receive: Receive, service: ClientConnection) -> None:
    while (message := await receive())["type"] == "websocket.receive":
        await service.send(message["text"] or message["bytes"])
    await service.close()


async def _service(port: int) -> None:
    """Send the message to everybody, at the rate."""
    sockets: set[ServerConnection] = set()

    async def stay(socket: ServerConnection) -> None:
        sockets.add(socket)
        await socket.wait_closed()
        sockets.discard(socket)

    loop = asyncio.get_running_loop()
    async with serve(stay, "127.0.0.1", port, compression=None, ping_interval=None):
        due = loop.time()
        while True:
            due = max(due + 1 / _RATE, loop.time())
            await asyncio.sleep(due - loop.time())
            broadcast(sockets, _MESSAGE)


if __name__ == "__main__":
    asyncio.run(_service(int(sys.argv[1])))
