"""WebSockets whose service dies, breaks off, floods or says nothing, and a gateway that stops."""

import asyncio
import base64
import hashlib
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from contracts import revocations
from gateway.testing.fleetlet import Fleetlet, Gateway
from gateway.testing.scripted import ScriptedService, answer_all, request_of
from redis.asyncio import Redis
from servicekit.embedded import free_port
from websockets.asyncio.client import ClientConnection, connect
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed, InvalidStatus

MEGABYTE = 2**20


@pytest.fixture(scope="session")
async def _wild() -> AsyncIterator[ScriptedService]:
    service = ScriptedService()
    await service.start()
    yield service
    await service.stop()


@pytest.fixture(scope="session")
async def brave(started: Fleetlet, _wild: ScriptedService) -> AsyncIterator[Gateway]:
    """A gateway before a scripted service, patient for a second."""
    async with started.gateway(
        app1_hrms_service_upstream=_wild.url,
        gateway_first_byte_timeout="PT1S",
        gateway_socket_silence="PT1S",
        gateway_sockets_per_user="1000",
    ) as made:
        yield made


@pytest.fixture
def wild(_wild: ScriptedService) -> Iterator[ScriptedService]:
    yield _wild
    _wild.script = answer_all
    _wild.hang_up()


async def opened(gateway: Gateway, fleetlet: Fleetlet, **claims: str) -> ClientConnection:
    address = gateway.url.replace("http:", "ws:") + "/hrms/ws"
    headers = fleetlet.business.bearer(**claims)
    return await connect(
        address, additional_headers=headers, compression=None, ping_interval=None, max_size=None
    )


async def refused(gateway: Gateway, fleetlet: Fleetlet) -> int:
    with pytest.raises(InvalidStatus) as refusal:
        await opened(gateway, fleetlet)
    return refusal.value.response.status_code


async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, first: bytes = b"") -> None:
    """Answer a handshake, with what the service says at once."""
    head, _ = await request_of(reader)
    key = re.search(rb"(?i)sec-websocket-key: (\S+)", head)
    assert key is not None
    proof = base64.b64encode(hashlib.sha1(key[1] + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest())  # noqa: S324 - RFC 6455
    writer.write(
        b"HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: Upgrade\r\n"
        b"sec-websocket-accept: " + proof + b"\r\n\r\n" + first
    )


def text(message: bytes) -> bytes:
    """A frame of up to 125 bytes."""
    return bytes((0x81, len(message))) + message


async def ended(socket: ClientConnection) -> int | None:
    async with asyncio.timeout(30):
        await socket.wait_closed()
    return socket.close_code


async def test_dead_service_is_503(started: Fleetlet) -> None:
    nobody = f"http://127.0.0.1:{free_port()}"
    async with started.gateway(app1_hrms_service_upstream=nobody) as gateway:
        assert [await refused(gateway, started) for _ in range(7)] == [503] * 7


@pytest.mark.parametrize(
    "said",
    [
        b"gibberish\r\n\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\n\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\n\r\n",
        b"HTTP/1.1 101 Switching Pro",
    ],
)
async def test_service_that_breaks_the_handshake_is_502(
    brave: Gateway, fleetlet: Fleetlet, wild: ScriptedService, said: bytes
) -> None:
    async def breaks(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await request_of(reader)
        writer.write(said)
        await writer.drain()

    wild.script = breaks
    assert await refused(brave, fleetlet) == 502
    wild.script = answer_all
    assert await refused(brave, fleetlet) == 200  # and closes the circuit


async def test_status_that_nobody_knows_is_passed_on(
    brave: Gateway, fleetlet: Fleetlet, wild: ScriptedService
) -> None:
    async def odd(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await request_of(reader)
        writer.write(b"HTTP/1.1 499 Odd\r\ntransfer-encoding: chunked\r\n\r\n2\r\nno\r\n0\r\n\r\n")
        await reader.read(-1)

    wild.script = odd
    assert await refused(brave, fleetlet) == 499


async def test_service_that_never_answers_the_handshake_is_504(
    brave: Gateway, fleetlet: Fleetlet, wild: ScriptedService
) -> None:
    async def never(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await reader.read(-1)

    wild.script = never
    assert await refused(brave, fleetlet) == 504


async def test_what_comes_with_the_answer_is_not_lost(
    brave: Gateway, fleetlet: Fleetlet, wild: ScriptedService
) -> None:
    async def eager(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await accept(reader, writer, text(b"hello") + text(b"again"))
        await reader.read(-1)

    wild.script = eager
    async with await opened(brave, fleetlet) as socket:
        assert [await socket.recv(), await socket.recv()] == ["hello", "again"]


async def test_client_of_a_killed_service_is_told(
    brave: Gateway, fleetlet: Fleetlet, wild: ScriptedService
) -> None:
    async def live(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await accept(reader, writer, text(b"hello"))
        await reader.read(-1)

    wild.script = live
    socket = await opened(brave, fleetlet)
    assert await socket.recv() == "hello"
    wild.hang_up()
    assert await ended(socket) == 1014


async def test_client_of_a_service_killed_within_a_frame_is_cut_off(
    brave: Gateway, fleetlet: Fleetlet, wild: ScriptedService
) -> None:
    async def dies(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await accept(reader, writer, text(b"x" * 100)[:50])
        await writer.drain()

    wild.script = dies
    assert await ended(await opened(brave, fleetlet)) == 1006


async def test_silent_service_is_given_up(brave: Gateway, fleetlet: Fleetlet, wild: ScriptedService) -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await accept(reader, writer)
        await reader.read(-1)

    wild.script = silent
    assert await ended(await opened(brave, fleetlet)) == 1014


@pytest.mark.parametrize("split", [1, 2, 3, 9, 10, 11, 5000])
async def test_revoked_socket_is_closed_after_the_frame_under_way(
    brave: Gateway, fleetlet: Fleetlet, wild: ScriptedService, redis_url: str, split: int
) -> None:
    message = b"\x82\x7f" + (70_000).to_bytes(8, "big") + b"x" * 70_000
    session = uuid4()

    async def halts(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await accept(reader, writer, message + message[:split])
        await noticed.wait()
        writer.write(message[split:] + text(b"too late"))
        await reader.read(-1)

    async def pauses(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await accept(reader, writer)
        await reader.read(-1)

    noticed = asyncio.Event()
    wild.script = halts
    socket = await opened(brave, fleetlet, sid=str(session))
    assert await socket.recv() == b"x" * 70_000
    wild.script = pauses
    witness = await opened(brave, fleetlet, sid=str(session))
    async with Redis.from_url(redis_url) as redis:
        await redis.publish(revocations.CHANNEL, revocations.session(session))
        assert await ended(witness) == 1008
        noticed.set()
        assert await socket.recv() == b"x" * 70_000
        assert await ended(socket) == 1008
    assert socket.close_reason == "gateway.session_revoked"
    with pytest.raises(ConnectionClosed):
        await socket.recv()  # what came behind the frame did not go on


async def test_revoked_socket_within_a_frame_that_never_ends_is_cut_off(
    brave: Gateway, fleetlet: Fleetlet, wild: ScriptedService, redis_url: str
) -> None:
    session = uuid4()

    async def halts(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await accept(reader, writer, text(b"hello") + b"\x82")
        await reader.read(-1)

    wild.script = halts
    socket = await opened(brave, fleetlet, sid=str(session))
    assert await socket.recv() == "hello"
    async with Redis.from_url(redis_url) as redis:
        await redis.publish(revocations.CHANNEL, revocations.session(session))
        assert await ended(socket) == 1006


async def test_frames_before_the_answer_end_the_connection(
    brave: Gateway, fleetlet: Fleetlet, wild: ScriptedService
) -> None:
    async def late(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await request_of(reader)
        asked.set()
        await reader.read(-1)
        left.set()

    asked, left = asyncio.Event(), asyncio.Event()
    wild.script = late
    reader, writer = await asyncio.open_connection("127.0.0.1", brave.port)
    writer.write(
        b"GET /hrms/ws HTTP/1.1\r\nhost: a\r\nupgrade: websocket\r\nconnection: upgrade\r\n"
        b"sec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
        b"authorization: " + fleetlet.business.bearer()["authorization"].encode() + b"\r\n\r\n"
    )
    await asked.wait()
    writer.write(b"\x81\x80aaaa")
    with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
        await reader.readexactly(1)
    await left.wait()
    writer.close()


async def flood(socket: ServerConnection | ClientConnection) -> int:
    """Send until nobody takes it for two seconds; how many megabytes went, 200 at most."""
    for sent in range(200):
        try:
            await asyncio.wait_for(socket.send(b"x" * MEGABYTE), 2)
        except TimeoutError:
            return sent
    return 200


async def test_slow_reader_holds_up_the_other_end_and_fills_no_memory(started: Fleetlet) -> None:
    async def both(socket: ServerConnection) -> None:
        taken.put_nowait(await flood(socket))
        await socket.wait_closed()

    taken: asyncio.Queue[int] = asyncio.Queue()
    async with serve(both, "127.0.0.1", 0, ping_interval=None, max_size=None) as server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        async with started.gateway(app1_hrms_service_upstream=url) as gateway:
            before = gateway.memory
            socket = await opened(gateway, started)
            # The kernel keeps some on both ways to and from the gateway: up to 37 MB each, by its settings.
            assert await flood(socket) < 150
            assert await taken.get() < 150
            assert gateway.memory < before + 10 * MEGABYTE
            socket.transport.abort()


async def test_gateway_that_stops_says_so_and_keeps_tickets_out_of_its_log(
    started: Fleetlet, wild: ScriptedService, tmp_path: Path
) -> None:
    async def live(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await accept(reader, writer, text(b"hello"))
        await reader.read(-1)

    wild.script = live
    own = {"APP1_HRMS_SERVICE_UPSTREAM": wild.url, "GATEWAY_LOG_LEVEL": "info"}
    gateway = Gateway(started.environment | own)
    with (tmp_path / "log").open("w") as gateway.log:
        await gateway.start()
        with pytest.raises(InvalidStatus):
            await connect(gateway.url.replace("http:", "ws:") + "/hrms/ws?ticket=sesame")
        socket = await opened(gateway, started)
        assert await socket.recv() == "hello"
        stopping = asyncio.create_task(gateway.stop())
        assert await ended(socket) == 1012
        await stopping
    log = (tmp_path / "log").read_text()
    assert " 101 GET /hrms/ws " in log
    assert " 401 GET /hrms/ws " in log
    assert "sesame" not in log


async def test_killed_gateway_leaves_both_ends_without_the_other(
    started: Fleetlet, wild: ScriptedService
) -> None:
    async def live(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await accept(reader, writer, text(b"hello"))
        await reader.read(-1)
        left.set()

    left = asyncio.Event()
    wild.script = live
    async with started.gateway(app1_hrms_service_upstream=wild.url) as gateway:
        socket = await opened(gateway, started)
        assert await socket.recv() == "hello"
        gateway.process.kill()
        assert await ended(socket) == 1006
        await left.wait()


async def test_tickets_wait_for_redis_and_tokens_do_not(started: Fleetlet, wild: ScriptedService) -> None:
    async def live(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await accept(reader, writer, text(b"hello"))
        await reader.read(-1)

    wild.script = live
    away = f"redis://127.0.0.1:{free_port()}"
    async with started.gateway(app1_hrms_service_upstream=wild.url, gateway_redis_url=away) as gateway:
        with pytest.raises(InvalidStatus) as refusal:
            await connect(gateway.url.replace("http:", "ws:") + "/hrms/ws?ticket=sesame")
        assert refusal.value.response.status_code == 503
        async with await opened(gateway, started) as socket:
            assert await socket.recv() == "hello"


async def test_hundreds_of_sockets_leave_nothing_behind(
    brave: Gateway, fleetlet: Fleetlet, wild: ScriptedService
) -> None:
    async def live(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await accept(reader, writer, text(b"hello"))
        await reader.read(-1)

    async def come_and_go(how: int) -> None:
        socket = await opened(brave, fleetlet)
        if how % 2:
            await socket.recv()
            socket.transport.abort()
        else:
            await socket.close()

    async def gone() -> None:
        while wild.open:
            await asyncio.sleep(0.01)

    wild.script = live
    await asyncio.gather(*(come_and_go(how) for how in range(50)))
    await gone()
    memory, descriptors = brave.memory, brave.descriptors
    for _ in range(6):
        await asyncio.gather(*(come_and_go(how) for how in range(50)))
    await gone()
    async with asyncio.timeout(30):
        while brave.descriptors > descriptors + 10:  # the clients' ends close a moment after the services'
            await asyncio.sleep(0.05)
    assert brave.memory < memory + 10 * MEGABYTE
