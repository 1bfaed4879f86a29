"""Services that break the protocol, break off or hang: a clear end for clients, nobody another's bytes."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
from gateway.testing.fleetlet import Fleetlet, Gateway
from gateway.testing.scripted import Script, ScriptedService, answer_all, ok, request_of

HEAD = b"HTTP/1.1 200 OK\r\n"


@pytest.fixture
async def client(impatient: Gateway, fleetlet: Fleetlet) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=impatient.url, headers=fleetlet.business.bearer()) as made:
        yield made


def saying(*pieces: bytes, close: bool = True) -> Script:
    """Read a request, say this, and close or wait to be closed."""

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await request_of(reader)
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
        if not close:
            await reader.read()

    return script


async def still_serves(client: httpx.AsyncClient, scripted: ScriptedService) -> None:
    """Whatever happened, the next requests get their own answers."""
    scripted.script = answer_all
    for number in range(3):
        while (answer := await client.get(f"/hrms/after/{number}")).status_code == 503:
            await asyncio.sleep(0.05)  # the circuit is open, rightly
        assert answer.text == f"/hrms/after/{number}"


BROKEN = {
    "dies before its head": b"",
    "dies in its head": HEAD + b"content-len",
    "is no HTTP": b"SSH-2.0-OpenSSH_9.2\r\n",
    "has both lengths": HEAD + b"content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n",
    "has both lengths the other way": HEAD + b"transfer-encoding: chunked\r\ncontent-length: 2\r\n\r\nab",
    "has two lengths": HEAD + b"content-length: 2\r\ncontent-length: 3\r\n\r\nabc",
    "has the same length twice": HEAD + b"content-length: 2\r\ncontent-length: 2\r\n\r\nab",
    "has a negative length": HEAD + b"content-length: -2\r\n\r\nab",
    "has a list of lengths": HEAD + b"content-length: 2, 2\r\n\r\nab",
    "has an unknown coding": HEAD + b"transfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    "is chunked twice": HEAD + b"transfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
    "has a bare CR in a value": HEAD + b"x-a: b\rset-cookie: c=1\r\ncontent-length: 0\r\n\r\n",
    "has a bare LF in a value": HEAD + b"x-a: b\nset-cookie: c=1\r\ncontent-length: 0\r\n\r\n",
    "has a NUL in a value": HEAD + b"x-a: b\0c\r\ncontent-length: 0\r\n\r\n",
    "folds a line": HEAD + b"x-a: b\r\n c\r\ncontent-length: 0\r\n\r\n",
    "has a space before a colon": HEAD + b"x-a : b\r\ncontent-length: 0\r\n\r\n",
    "has no name": HEAD + b": b\r\ncontent-length: 0\r\n\r\n",
    "has a status out of range": b"HTTP/1.1 999 Odd\r\ncontent-length: 0\r\n\r\n",
    "has a status of two digits": b"HTTP/1.1 20 Odd\r\ncontent-length: 0\r\n\r\n",
    "switches protocols": b"HTTP/1.1 101 Sure\r\nupgrade: x\r\nconnection: upgrade\r\n\r\nbytes",
    "has a head without end": HEAD + b"x-a: " + b"b" * 200_000,
    "has 10,000 headers": HEAD + b"x-a: b\r\n" * 10_000 + b"content-length: 0\r\n\r\n",
    "is informational without end": b"HTTP/1.1 100 Continue\r\n\r\n" * 10_000,
}


@pytest.mark.parametrize("answer", BROKEN.values(), ids=BROKEN.keys())
async def test_an_answer_that(client: httpx.AsyncClient, scripted: ScriptedService, answer: bytes) -> None:
    """…is broken before its head is whole becomes a 502."""
    scripted.script = saying(answer)
    got = await client.get("/hrms/x")
    assert (got.status_code, got.json()["code"]) == (502, "gateway.upstream_invalid")
    await still_serves(client, scripted)


CUT_OFF = {
    "a length": HEAD + b"content-length: 10\r\n\r\nabc",
    "chunks": HEAD + b"transfer-encoding: chunked\r\n\r\n3\r\nabc\r\n",
    "half a chunk": HEAD + b"transfer-encoding: chunked\r\n\r\n9\r\nabc",
    "chunks that are none": HEAD + b"transfer-encoding: chunked\r\n\r\n3\r\nabc\r\nzz\r\n",
    "too long a chunk": HEAD + b"transfer-encoding: chunked\r\n\r\n3\r\nabcdef\r\n0\r\n\r\n",
}


@pytest.mark.parametrize("hangs", [False, True], ids=["closes", "hangs"])
@pytest.mark.parametrize("answer", CUT_OFF.values(), ids=CUT_OFF.keys())
async def test_half_an_answer_never_looks_like_a_whole_one(
    client: httpx.AsyncClient,
    scripted: ScriptedService,
    answer: bytes,
    hangs: bool,
) -> None:
    scripted.script = saying(answer, close=not hangs)
    with pytest.raises(httpx.TransportError):
        await client.get("/hrms/x")
    await still_serves(client, scripted)


async def test_an_answer_without_length_ends_with_its_connection(
    client: httpx.AsyncClient, scripted: ScriptedService
) -> None:
    scripted.script = saying(HEAD + b"\r\n", b"abc", b"def")
    assert (await client.get("/hrms/x")).text == "abcdef"
    await still_serves(client, scripted)


TOO_MUCH = {
    "bytes after the length": HEAD + b"content-length: 3\r\n\r\nabcEXTRA",
    "a second answer": ok(b"abc") + ok(b"another's"),
    "a body to 204": b"HTTP/1.1 204 No Content\r\n\r\nEXTRA",
    "bytes after the last chunk": HEAD + b"transfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\nEXTRA",
    "bytes after Connection: close": HEAD + b"connection: close\r\ncontent-length: 3\r\n\r\nabcEXTRA",
}


@pytest.mark.parametrize("answer", TOO_MUCH.values(), ids=TOO_MUCH.keys())
async def test_what_comes_after_an_answer_reaches_nobody(
    client: httpx.AsyncClient, scripted: ScriptedService, answer: bytes
) -> None:
    scripted.script = saying(answer, close=False)
    assert (await client.get("/hrms/x")).text in {"abc", ""}
    await still_serves(client, scripted)


async def test_a_second_answer_that_comes_later_reaches_nobody(
    client: httpx.AsyncClient, scripted: ScriptedService
) -> None:
    closed = asyncio.Event()

    async def twice(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await request_of(reader)
        writer.write(ok(b"first"))
        await writer.drain()
        await first_read.wait()
        writer.write(ok(b"second"))
        assert await reader.read() == b""
        closed.set()

    first_read = asyncio.Event()
    scripted.script = twice
    assert (await client.get("/hrms/x")).text == "first"
    first_read.set()
    async with asyncio.timeout(30):
        await closed.wait()
    await still_serves(client, scripted)


async def test_a_body_in_answer_to_head_reaches_nobody(
    client: httpx.AsyncClient, scripted: ScriptedService
) -> None:
    scripted.script = saying(HEAD + b"content-length: 5\r\n\r\nEXTRA", close=False)
    answer = await client.head("/hrms/x")
    assert (answer.status_code, answer.headers["content-length"], answer.content) == (200, "5", b"")
    await still_serves(client, scripted)


async def test_an_answer_with_anothers_request_id_is_refused(
    client: httpx.AsyncClient, scripted: ScriptedService
) -> None:
    scripted.script = saying(ok(b"another's", b"x-request-id: somebody-elses"), close=False)
    answer = await client.get("/hrms/x")
    assert (answer.status_code, answer.json()["code"]) == (502, "gateway.upstream_invalid")


async def test_a_service_that_never_answers_is_given_up(
    client: httpx.AsyncClient, scripted: ScriptedService
) -> None:
    scripted.script = saying(close=False)
    answer = await client.get("/hrms/x")
    assert (answer.status_code, answer.json()["code"]) == (504, "gateway.upstream_timeout")
    assert scripted.connections == 1, "what may have had an effect is not asked again"


async def test_informational_answers_go_by(client: httpx.AsyncClient, scripted: ScriptedService) -> None:
    early = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n"
    scripted.script = saying(early + ok(b"abc"), close=False)
    answer = await client.get("/hrms/x")
    assert (answer.status_code, answer.text, "link" in answer.headers) == (200, "abc", False)


async def test_an_answer_byte_by_byte_is_an_answer(
    client: httpx.AsyncClient, scripted: ScriptedService
) -> None:
    async def slowly(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await request_of(reader)
        for byte in ok(b"abc"):
            writer.write(bytes((byte,)))
            await writer.drain()

    scripted.script = slowly
    assert (await client.get("/hrms/x")).text == "abc"


async def test_a_kept_connection_closed_under_us_costs_no_repeatable_request(
    client: httpx.AsyncClient, scripted: ScriptedService
) -> None:
    scripted.script = saying(ok(b"abc"))  # keeps alive by its words, and closes
    for _ in range(100):
        assert (await client.get("/hrms/x")).text == "abc"
    assert scripted.connections >= 100


async def test_a_post_is_not_sent_twice(client: httpx.AsyncClient, scripted: ScriptedService) -> None:
    requests = 0

    async def dies_on_the_second(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal requests
        await request_of(reader)
        requests += 1
        writer.write(ok(b"abc"))
        await request_of(reader)
        requests += 1

    scripted.script = dies_on_the_second
    assert (await client.post("/hrms/x", content=b"1")).status_code == 200
    assert (await client.post("/hrms/x", content=b"2")).status_code == 502
    assert requests == 2
    assert (await client.post("/hrms/x", content=b"1")).status_code == 200
    keyed = await client.post("/hrms/x", content=b"2", headers={"idempotency-key": "12345678"})
    assert (keyed.status_code, requests) == (200, 5), "with a key it may be"


async def test_an_early_answer_reaches_a_client_that_still_sends(
    impatient: Gateway, client: httpx.AsyncClient, scripted: ScriptedService
) -> None:
    async def refuses(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 413 Too Large\r\ncontent-length: 3\r\n\r\nbig")
        await reader.read()

    scripted.script = refuses
    reader, writer = await asyncio.open_connection("127.0.0.1", impatient.port)
    bearer = client.headers["authorization"].encode()
    writer.write(b"POST /hrms/x HTTP/1.1\r\nhost: a\r\ncontent-length: 900000\r\nauthorization: " + bearer)
    writer.write(b"\r\n\r\n" + b"x" * 9_000)
    async with asyncio.timeout(30):
        said = await reader.read()
    writer.close()
    assert said.startswith(b"HTTP/1.1 413 ")
    assert b"\r\nconnection: close\r\n" in said
    assert said.endswith(b"\r\n\r\nbig")
    await still_serves(client, scripted)


async def test_internal_headers_of_an_answer_stop_at_the_gateway(
    client: httpx.AsyncClient, scripted: ScriptedService
) -> None:
    inside = (
        b"x-internal-context: secret",
        b"x-tenant: secret",
        b"x-user-id: secret",
        b"server: secret",
        b"x-hop: secret",
    )
    scripted.script = saying(ok(b"", *inside, b"connection: x-hop", b"x-kept: 1"), close=False)
    answer = await client.get("/hrms/x")
    assert "secret" not in str(answer.headers)
    assert answer.headers["x-kept"] == "1"


async def test_cookies_and_repeated_headers_keep_their_order(
    client: httpx.AsyncClient, scripted: ScriptedService
) -> None:
    given = [b"set-cookie: %d=%d" % (n, n) for n in range(50)] + [b"x-a: 1", b"x-b: 2", b"x-a: 3"]
    scripted.script = saying(ok(b"", *given), close=False)
    headers = (await client.get("/hrms/x")).headers.raw
    kept = [
        name.lower() + b": " + value
        for name, value in headers
        if name.lower() in {b"set-cookie", b"x-a", b"x-b"}
    ]
    assert kept == given


async def test_when_nobody_listens_the_request_is_refused_and_soon_without_asking(
    fleetlet: Fleetlet,
) -> None:
    async with (
        fleetlet.gateway(app1_hrms_service_upstream="http://127.0.0.1:1") as gateway,
        httpx.AsyncClient(base_url=gateway.url, headers=fleetlet.business.bearer()) as client,
    ):
        for _ in range(20):
            answer = await client.get("/hrms/x")
            assert (answer.status_code, answer.json()["code"]) == (503, "gateway.upstream_unavailable")
            assert "retry-after" in answer.headers
        assert (await client.get("/user/me")).status_code == 200


async def test_a_failing_service_is_left_alone_until_it_answers_again(
    client: httpx.AsyncClient, scripted: ScriptedService
) -> None:
    scripted.script = saying(b"")
    answers = [await client.get("/hrms/x") for _ in range(50)]
    assert {answer.status_code for answer in answers} == {502, 503}
    assert scripted.connections < 20
    await still_serves(client, scripted)


async def test_a_hanging_service_is_tried_by_one_request_at_a_time(
    client: httpx.AsyncClient, scripted: ScriptedService
) -> None:
    async def hang(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await reader.read(-1)

    async def ask_until_one_has_waited() -> None:
        while not waited.is_set():
            if (await client.get("/hrms/x")).status_code == 504:
                waited.set()

    scripted.script = hang
    answers = await asyncio.gather(*(client.get("/hrms/x") for _ in range(5)))
    assert {answer.status_code for answer in answers} == {504}
    scripted.connections = 0
    waited = asyncio.Event()
    await asyncio.gather(*(ask_until_one_has_waited() for _ in range(5)))
    assert scripted.connections == 1
    await still_serves(client, scripted)


async def test_two_replicas_share_the_work_and_the_one_left_does_it_alone(
    fleetlet: Fleetlet, scripted: ScriptedService
) -> None:
    other = ScriptedService()
    await other.start()
    async with (
        fleetlet.gateway(app1_hrms_service_upstream=f"{other.url},{scripted.url}") as gateway,
        httpx.AsyncClient(base_url=gateway.url, headers=fleetlet.business.bearer()) as client,
    ):
        answers = await asyncio.gather(*(client.get(f"/hrms/{n}") for n in range(40)))
        assert all(answer.status_code == 200 for answer in answers)
        assert other.connections
        await other.stop()
        for n in range(20):
            assert (await client.get(f"/hrms/{n}")).status_code == 200
