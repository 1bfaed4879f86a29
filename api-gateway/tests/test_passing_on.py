"""What goes through unchanged, in either direction."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
from gateway.testing.fleetlet import Fleetlet, reply
from starlette.types import Receive, Scope, Send


@pytest.fixture
def bearer(fleetlet: Fleetlet) -> dict[str, str]:
    return fleetlet.business.bearer()


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
async def test_every_method_goes_through(
    client: httpx.AsyncClient, fleetlet: Fleetlet, bearer: dict[str, str], method: str
) -> None:
    answer = await client.request(method, "/hrms/x", headers=bearer)
    assert answer.status_code == 200
    assert fleetlet.hrms.asked[0]["method"] == method
    assert bool(answer.content) == (method != "HEAD")
    assert int(answer.headers["content-length"]) > 0


@pytest.mark.parametrize("size", [0, 1, 65_535, 65_536, 1_000_000])
@pytest.mark.parametrize("chunked", [False, True], ids=["length", "chunks"])
async def test_bodies_of_every_size_go_through_both_ways(
    client: httpx.AsyncClient,
    bearer: dict[str, str],
    size: int,
    chunked: bool,
) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, size, 10_000):
            yield b"x" * min(10_000, size - start)

    answer = await client.post("/hrms/x", headers=bearer, content=pieces() if chunked else b"x" * size)
    seen = answer.json()
    assert seen["body"] == "x" * size
    assert len([name for name, _ in seen["headers"] if name in {"content-length", "transfer-encoding"}]) == 1


async def test_a_streamed_answer_comes_as_it_is_made(
    client: httpx.AsyncClient, fleetlet: Fleetlet, bearer: dict[str, str]
) -> None:
    read = asyncio.Event()

    async def in_two(scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG001
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"first", "more_body": True})
        await read.wait()
        await send({"type": "http.response.body", "body": b"second"})

    fleetlet.hrms.answer = in_two
    async with client.stream("GET", "/hrms/x", headers=bearer) as answer:
        pieces = answer.aiter_raw()
        assert await anext(pieces) == b"first"
        read.set()
        assert await anext(pieces) == b"second"


@pytest.mark.parametrize(
    ("status", "header", "value", "body"),
    [
        (201, "location", "/hrms/x/7", b"{}"),
        (204, "etag", '"7"', b""),
        (206, "content-range", "bytes 0-2/9", b"abc"),
        (304, "etag", '"7"', b""),
        (307, "location", "/hrms/y", b""),
        (412, "content-type", "application/problem+json", b"{}"),
        (416, "content-range", "bytes */9", b""),
        (500, "content-language", "en", b"{}"),
        (503, "retry-after", "3", b"{}"),
    ],
)
async def test_a_services_own_answers_are_not_touched(
    client: httpx.AsyncClient,
    fleetlet: Fleetlet,
    bearer: dict[str, str],
    *,
    status: int,
    header: str,
    value: str,
    body: bytes,
) -> None:
    async def answers(scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG001
        headers = [(header.encode(), value.encode())]
        if status not in {204, 304}:
            headers.append((b"content-length", b"%d" % len(body)))
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    fleetlet.hrms.answer = answers
    got = await client.get("/hrms/x", headers=bearer | {"range": "bytes=0-2", "if-none-match": '"7"'})
    assert (got.status_code, got.headers[header], got.content) == (status, value, body)
    seen = dict(fleetlet.hrms.asked[0]["headers"])
    assert (seen[b"range"], seen[b"if-none-match"]) == (b"bytes=0-2", b'"7"')


async def test_a_request_id_of_the_clients_is_kept_if_it_is_harmless(
    client: httpx.AsyncClient, bearer: dict[str, str]
) -> None:
    kept = await client.get("/hrms/x", headers=bearer | {"x-request-id": "order-66.a_b"})
    assert kept.headers["x-request-id"] == "order-66.a_b"
    assert ["x-request-id", "order-66.a_b"] in kept.json()["headers"]
    for given in ("short", "x" * 65, "a b c d e f", "<script>alert</script>"):
        made = await client.get("/hrms/x", headers=bearer | {"x-request-id": given})
        assert made.headers["x-request-id"] != given


async def test_a_trace_goes_on_and_is_not_sampled_at_a_clients_wish(
    client: httpx.AsyncClient, bearer: dict[str, str]
) -> None:
    trace = "0af7651916cd43dd8448eb211c80319c"
    given = {"traceparent": f"00-{trace}-b7ad6b7169203331-01", "tracestate": "a=b"}
    seen = dict((await client.get("/hrms/x", headers=bearer | given)).json()["headers"])
    version, kept, span, flags = seen["traceparent"].split("-")
    assert (version, kept, flags) == ("00", trace, "00")
    assert span != "b7ad6b7169203331"
    assert "tracestate" not in seen


async def test_repeated_headers_of_a_request_keep_their_order(
    client: httpx.AsyncClient, bearer: dict[str, str]
) -> None:
    given = [("x-a", "1"), ("x-b", "2"), ("x-a", "3")]
    answer = await client.get("/hrms/x", headers=[*bearer.items(), *given])
    assert [tuple(h) for h in answer.json()["headers"] if h[0] in {"x-a", "x-b"}] == given


async def test_the_answer_names_what_is_left_of_the_limit(
    client: httpx.AsyncClient, bearer: dict[str, str]
) -> None:
    answer = await client.get("/hrms/x", headers=bearer)
    assert answer.headers["ratelimit-policy"].startswith('"user";q=')
    assert answer.headers["ratelimit"].startswith('"user";r=')


async def test_a_large_answer_arrives_whole(
    client: httpx.AsyncClient, fleetlet: Fleetlet, bearer: dict[str, str]
) -> None:
    content = bytes(range(256)) * 20_000

    async def large(scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG001
        await reply(send, 200, content)

    fleetlet.hrms.answer = large
    assert (await client.get("/hrms/x", headers=bearer)).content == content
