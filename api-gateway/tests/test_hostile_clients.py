"""Clients that lie about lengths, smuggle, stall, flood or leave: refused, and no service troubled."""

import asyncio
import os
import re
from collections.abc import AsyncIterator

import httpx
import pytest
from gateway.testing.fleetlet import Fleetlet, Gateway
from gateway.testing.scripted import ScriptedService, ok, request_of

ROUNDS = int(os.environ.get("GATEWAY_ROUNDS", "100"))  # of 20 clients; 5000 make 100,000 requests


class Wire:
    """Bytes to a gateway, and what it says to them."""

    def __init__(self, gateway: Gateway, authorization: str) -> None:
        self._gateway = gateway
        self._authorization = authorization

    async def open(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection("127.0.0.1", self._gateway.port)

    def head(self, *lines: bytes, target: bytes = b"/hrms/x", method: bytes = b"GET") -> bytes:
        """A request's head, signed in."""
        own = (b"host: a", b"authorization: " + self._authorization.encode(), *lines)
        return method + b" " + target + b" HTTP/1.1\r\n" + b"\r\n".join(own) + b"\r\n\r\n"

    async def say(self, *pieces: bytes) -> bytes:
        """Everything that is said in return until the gateway closes or nothing more comes."""
        reader, writer = await self.open()
        said = b""
        try:
            for piece in pieces:
                writer.write(piece)
            async with asyncio.timeout(10):
                while data := await reader.read(65536):
                    said += data
        except (TimeoutError, ConnectionError):
            pass
        finally:
            writer.close()
        return said


@pytest.fixture
def wire(impatient: Gateway, fleetlet: Fleetlet) -> Wire:
    return Wire(impatient, fleetlet.business.bearer()["authorization"])


@pytest.fixture
def seen(scripted: ScriptedService) -> list[tuple[bytes, bytes]]:
    """What reached the service; it answers each request with its number."""
    requests: list[tuple[bytes, bytes]] = []

    async def note(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            requests.append(await request_of(reader))
            writer.write(ok(b"answer %d" % len(requests)))

    scripted.script = note
    return requests


def statuses(said: bytes) -> list[int]:
    return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d{3})", said)]


LAST = b"connection: close"
SMUGGLED = b"GET /hrms/smuggled HTTP/1.1\r\nhost: a\r\n\r\n"

FRAMINGS = {
    "length and chunks": (b"content-length: 5", b"transfer-encoding: chunked"),
    "chunks and length": (b"transfer-encoding: chunked", b"content-length: 5"),
    "chunks twice": (b"transfer-encoding: chunked", b"transfer-encoding: chunked"),
    "chunks and identity": (b"transfer-encoding: chunked", b"transfer-encoding: identity"),
    "gzip and chunks": (b"transfer-encoding: gzip, chunked",),
    "an unknown coding": (b"transfer-encoding: xchunked",),
    "a coding after a tab": (b"transfer-encoding:\tchunked\t, x",),
    "two lengths": (b"content-length: 5", b"content-length: 6"),
    "the same length twice": (b"content-length: 5", b"content-length: 5"),
    "a list of lengths": (b"content-length: 5, 5",),
    "a signed length": (b"content-length: +5",),
    "a negative length": (b"content-length: -5",),
    "a hexadecimal length": (b"content-length: 0x5",),
    "an endless length": (b"content-length: 99999999999999999999999",),
    "a space before the colon": (b"content-length : 5",),
    "a folded line": (b"x-a: b\r\n c",),
    "a bare CR": (b"x-a: b\rcontent-length: 5",),
    "a bare LF": (b"x-a: b\ncontent-length: 5",),
    "a NUL": (b"x-a: b\0c",),
    "an empty name": (b": b",),
    "two hosts": (b"host: b",),
}


@pytest.mark.parametrize("lines", FRAMINGS.values(), ids=FRAMINGS.keys())
async def test_two_readers_could_understand_it_differently(
    wire: Wire, seen: list[tuple[bytes, bytes]], lines: tuple[bytes, ...]
) -> None:
    """…so it is refused, and what follows it on the connection is not heard."""
    said = await wire.say(wire.head(*lines, method=b"POST") + b"0\r\n\r\n" + SMUGGLED)
    assert statuses(said)[:1] == [400]
    assert not seen


async def test_a_request_inside_a_body_is_a_body(wire: Wire, seen: list[tuple[bytes, bytes]]) -> None:
    said = await wire.say(wire.head(b"content-length: %d" % len(SMUGGLED), LAST, method=b"POST") + SMUGGLED)
    assert statuses(said) == [200]
    assert [body for _, body in seen] == [SMUGGLED]


async def test_pipelined_requests_are_answered_in_order(wire: Wire, seen: list[tuple[bytes, bytes]]) -> None:
    said = await wire.say(b"".join(wire.head(target=b"/hrms/%d" % n) for n in range(20)) + wire.head(LAST))
    assert [int(n) for n in re.findall(rb"answer (\d+)", said)] == list(range(1, 22))
    assert len(seen) == 21


@pytest.mark.parametrize(
    "target",
    [
        b"/hrms/../user/internal/jwks",
        b"/hrms/%2e%2e/user/x",
        b"/hrms/.%2E/x",
        b"/hrms/./x",
        b"/hrms/x/..",
        b"/hrms//x",
        b"//hrms/x",
        b"/hrms%2finternal/x",
        b"/hrms/a%2Fb",
        b"/hrms/a%5cb",
        b"/hrms/a\\b",
        b"/hrms/a%00b",
        b"/hrms/a%0d%0ab",
    ],
)
async def test_a_path_that_could_be_read_differently_is_refused(
    wire: Wire, seen: list[tuple[bytes, bytes]], target: bytes
) -> None:
    said = await wire.say(wire.head(LAST, target=target))
    assert statuses(said) == [400]
    assert not seen


async def test_the_absolute_form_names_a_path_and_no_other_host(
    wire: Wire, seen: list[tuple[bytes, bytes]]
) -> None:
    said = await wire.say(wire.head(LAST, target=b"http://169.254.169.254/hrms/x"))
    assert statuses(said) == [200]
    assert seen[0][0].startswith(b"GET /hrms/x HTTP/1.1\r\n")


@pytest.mark.parametrize("method", [b"TRACE", b"PROPFIND", b"PURGE", b"QUERY"])
async def test_methods_that_no_service_has_are_refused(
    wire: Wire, seen: list[tuple[bytes, bytes]], method: bytes
) -> None:
    said = await wire.say(wire.head(LAST, method=method))
    assert statuses(said) in ([405], [400])
    assert not seen


@pytest.mark.parametrize(
    "said",
    [
        b"CONNECT x:443 HTTP/1.1\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"GET /hrms/x\r\n\r\n",
        b"\x16\x03\x01",
    ],
)
async def test_other_protocols_reach_nobody(wire: Wire, seen: list[tuple[bytes, bytes]], said: bytes) -> None:
    assert 200 not in statuses(await wire.say(said, b"\r\n\r\n"))
    assert not seen


async def test_100_kb_of_headers_are_refused(wire: Wire, seen: list[tuple[bytes, bytes]]) -> None:
    said = await wire.say(wire.head(b"x-a: " + b"b" * 100_000, LAST))
    assert statuses(said) == [431]
    assert not seen


async def test_10_000_headers_are_refused(wire: Wire, seen: list[tuple[bytes, bytes]]) -> None:
    said = await wire.say(wire.head(*[b"x-a: b"] * 10_000, LAST))
    assert statuses(said) == [431]
    assert not seen


async def test_an_endless_target_is_refused(wire: Wire, seen: list[tuple[bytes, bytes]]) -> None:
    said = await wire.say(wire.head(LAST, target=b"/hrms/x?" + b"q" * 9_000))
    assert statuses(said) == [414]
    assert not seen


async def test_trailers_are_no_headers(wire: Wire, seen: list[tuple[bytes, bytes]]) -> None:
    trailer = b"x-internal-context: forged\r\nx-tenant-id: other\r\n"
    body = b"3\r\nabc\r\n0\r\n" + trailer + b"\r\n"
    said = await wire.say(wire.head(b"transfer-encoding: chunked", LAST, method=b"POST") + body)
    assert statuses(said) in ([200], [403])
    assert not [head for head, _ in seen if b"forged" in head]


@pytest.mark.parametrize("size", [b"-1", b"ffffffffffffffffff", b"zz", b" 5", b"5 ", b"0x5"])
async def test_a_chunk_size_that_is_none_reaches_nobody_as_a_whole_body(
    wire: Wire, seen: list[tuple[bytes, bytes]], size: bytes
) -> None:
    body = size + b"\r\nabcde\r\n0\r\n\r\n"
    said = await wire.say(wire.head(b"transfer-encoding: chunked", LAST, method=b"POST") + body)
    assert 200 not in statuses(said)
    assert not seen


async def test_an_upgrade_is_not_passed_on(wire: Wire, seen: list[tuple[bytes, bytes]]) -> None:
    said = await wire.say(
        wire.head(b"upgrade: h2c", b"http2-settings: AAMAAABkAAQ", b"connection: upgrade, close")
    )
    assert statuses(said) == [200]
    assert b"upgrade" not in seen[0][0].lower()


async def test_an_announced_body_over_the_limit_is_refused_before_it_is_sent(
    wire: Wire, seen: list[tuple[bytes, bytes]]
) -> None:
    lines = (b"content-length: 1000001", b"expect: 100-continue")
    said = await wire.say(wire.head(*lines, method=b"POST"))
    assert statuses(said) == [413]
    assert not seen


async def test_who_waits_for_100_continue_is_told_to(wire: Wire, seen: list[tuple[bytes, bytes]]) -> None:
    reader, writer = await wire.open()
    writer.write(wire.head(b"content-length: 3", b"expect: 100-continue", LAST, method=b"POST"))
    assert b" 100 " in await reader.readuntil(b"\r\n\r\n")
    writer.write(b"abc")
    assert statuses(await reader.read()) == [200]
    assert [body for _, body in seen] == [b"abc"]
    writer.close()


async def test_an_endless_body_is_cut_at_the_limit(wire: Wire, seen: list[tuple[bytes, bytes]]) -> None:
    chunk = b"2710\r\n" + b"x" * 10_000 + b"\r\n"
    said = await wire.say(wire.head(b"transfer-encoding: chunked", method=b"POST"), *[chunk] * 200)
    assert statuses(said) == [413]
    assert not seen, "the service never saw its end"


async def test_a_body_that_stalls_is_given_up(wire: Wire, seen: list[tuple[bytes, bytes]]) -> None:
    for start in (b"", b"abc"):
        said = await wire.say(wire.head(b"content-length: 10", method=b"POST") + start)
        assert statuses(said) == [408]
    assert not seen


async def test_a_body_that_drips_is_given_up(wire: Wire, seen: list[tuple[bytes, bytes]]) -> None:
    reader, writer = await wire.open()
    writer.write(wire.head(b"content-length: 100000", method=b"POST"))

    async def drip() -> None:
        while True:
            writer.write(b"x")
            await asyncio.sleep(0.05)

    dripping = asyncio.create_task(drip())
    async with asyncio.timeout(30):
        said = await reader.readuntil(b"\r\n\r\n")
    dripping.cancel()
    writer.close()
    assert statuses(said) == [408]
    assert not seen


async def closed(scripted: ScriptedService) -> None:
    """Wait until the gateway has closed its connections to the service."""
    async with asyncio.timeout(30):
        while scripted.open:
            await asyncio.sleep(0.01)


async def test_a_client_that_leaves_takes_its_request_along(wire: Wire, scripted: ScriptedService) -> None:
    asked = asyncio.Event()

    async def waits(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:  # noqa: ARG001
        await request_of(reader)
        asked.set()
        await reader.read()

    scripted.script = waits
    _, writer = await wire.open()
    writer.write(wire.head())
    await asked.wait()
    writer.close()
    await closed(scripted)


async def test_a_client_that_leaves_in_the_middle_of_its_body_takes_it_along(
    wire: Wire, scripted: ScriptedService
) -> None:
    begun = asyncio.Event()

    async def reads(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:  # noqa: ARG001
        await reader.readuntil(b"\r\n\r\n")
        begun.set()
        while await reader.read(65536):
            pass

    scripted.script = reads
    _, writer = await wire.open()
    writer.write(wire.head(b"content-length: 100000", method=b"POST") + b"x" * 50_000)
    await begun.wait()
    writer.close()
    await closed(scripted)


async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer with a body without end."""
    await request_of(reader)
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 1000000000000\r\n\r\n")
    while True:
        writer.write(b"x" * 65_536)
        await writer.drain()


async def test_a_client_that_leaves_an_endless_answer_ends_it(wire: Wire, scripted: ScriptedService) -> None:
    scripted.script = endless
    reader, writer = await wire.open()
    writer.write(wire.head())
    for _ in range(100):
        assert await reader.read(65_536)
    writer.close()
    await closed(scripted)


async def test_a_client_that_does_not_read_is_given_up_and_costs_little(
    wire: Wire, impatient: Gateway, scripted: ScriptedService
) -> None:
    scripted.script = endless
    before, descriptors = impatient.memory, impatient.descriptors
    connections = [await wire.open() for _ in range(20)]
    for _, writer in connections:
        writer.write(wire.head())
    while scripted.connections < 20:
        await asyncio.sleep(0.01)
    held = impatient.memory - before
    await closed(scripted)
    async with asyncio.timeout(30):
        while impatient.descriptors > descriptors:  # the clients' connections too, though nobody closed them
            await asyncio.sleep(0.05)
    assert held < 50_000_000
    for _, writer in connections:
        writer.close()


async def test_an_upload_goes_at_the_pace_of_the_service(
    impatient: Gateway, scripted: ScriptedService, fleetlet: Fleetlet
) -> None:
    before = impatient.memory
    most = 0

    async def reads(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal most
        head = await reader.readuntil(b"\r\n\r\n")
        assert b"transfer-encoding: chunked" in head
        while size := int(await reader.readline(), 16):
            await reader.readexactly(size + 2)
            most = max(most, impatient.memory)
        writer.write(ok(b"abc"))

    async def body() -> AsyncIterator[bytes]:
        for _ in range(50):
            yield b"x" * 1_000_000

    scripted.script = reads
    async with httpx.AsyncClient(base_url=impatient.url, headers=fleetlet.business.bearer()) as client:
        answer = await client.post("/hrms/uploads", content=body(), timeout=60)
    assert (answer.status_code, answer.text) == (200, "abc")
    assert most - before < 20_000_000


async def test_ten_thousand_cancelled_requests_leave_nothing_behind(
    wire: Wire, impatient: Gateway, scripted: ScriptedService
) -> None:
    async def waits(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:  # noqa: ARG001
        await request_of(reader)
        await reader.read()

    async def cancelled(times: int) -> None:
        for _ in range(times):
            _, writer = await wire.open()
            writer.write(wire.head())
            await writer.drain()
            writer.transport.abort()

    scripted.script = waits
    await asyncio.gather(*(cancelled(20) for _ in range(50)))
    await closed(scripted)
    memory, descriptors = impatient.memory, impatient.descriptors
    await asyncio.gather(*(cancelled(180) for _ in range(50)))
    await closed(scripted)
    async with asyncio.timeout(30):
        while impatient.descriptors > descriptors + 10:
            await asyncio.sleep(0.05)
    assert impatient.memory < memory + 20_000_000
    scripted.script = _answer
    assert statuses(await wire.say(wire.head(LAST))) == [200]


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await request_of(reader)
    writer.write(ok(b""))
    await writer.drain()


async def test_interleaved_requests_of_two_tenants_are_never_mixed(
    impatient: Gateway, scripted: ScriptedService, fleetlet: Fleetlet
) -> None:
    async def mirror(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            head, body = await request_of(reader)
            context = re.search(rb"x-internal-context: (\S+)", head)
            assert context is not None
            tenants[context[1]] = tenants.get(context[1]) or _tenant(fleetlet, context[1])
            writer.write(ok(b"%b %b %b" % (tenants[context[1]], head.split(b" ")[1], body)))

    tenants: dict[bytes, bytes] = {}
    scripted.script = mirror

    async def asks(tenant: str, who: int) -> None:
        headers = fleetlet.business.bearer(tid=tenant)
        async with httpx.AsyncClient(base_url=impatient.url, headers=headers) as client:
            for number in range(ROUNDS):
                path = f"/hrms/{who}/{number}"
                answer = await client.post(path, content=f"{tenant}-{number}")
                assert answer.text == f"{tenant} {path} {tenant}-{number}"

    await asyncio.gather(*(asks(("acme", "other")[who % 2], who) for who in range(20)))
    assert scripted.connections <= 30, "the tenants shared connections"


def _tenant(fleetlet: Fleetlet, token: bytes) -> bytes:
    scope = {"headers": [(b"x-internal-context", token)]}
    return str(fleetlet.context_of(scope, "app1-hrms-service").tenant).encode()
