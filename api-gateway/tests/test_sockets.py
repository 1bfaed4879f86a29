"""WebSockets through the gateway: what is said arrives as it was said, and ends when it must."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from secrets import token_urlsafe
from uuid import uuid4

import pytest
from contracts import revocations, tickets
from contracts.claims import Claims
from gateway.testing.fleetlet import Fleetlet, Gateway
from redis.asyncio import Redis
from websockets.asyncio.client import ClientConnection, connect
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.http11 import Request, Response
from websockets.typing import Subprotocol

Talk = Callable[[ServerConnection], Awaitable[None]]
PAGE = "https://app.test"


async def echo(socket: ServerConnection) -> None:
    async for message in socket:
        await socket.send(message)


class Talker:
    """A service that speaks WebSocket, and keeps what it was asked."""

    def __init__(self) -> None:
        self.talk: Talk = echo
        self.refusal: tuple[int, str] | None = None
        self.asked: list[Request] = []
        self.ended: asyncio.Queue[int | None] = asyncio.Queue()  # close codes, as the service sees them

    async def start(self) -> None:
        self.server: Server = await serve(
            self._talk,
            "127.0.0.1",
            0,
            process_request=self._look,
            select_subprotocol=lambda _, offered: offered[-1] if offered else None,
            max_size=None,
        )
        self.url = f"http://127.0.0.1:{self.server.sockets[0].getsockname()[1]}"

    def _look(self, socket: ServerConnection, request: Request) -> Response | None:
        self.asked.append(request)
        return socket.respond(*self.refusal) if self.refusal else None

    async def _talk(self, socket: ServerConnection) -> None:
        try:
            await self.talk(socket)
            await socket.wait_closed()
        except ConnectionClosed:
            pass
        finally:
            await self.ended.put(socket.close_code)


@pytest.fixture(scope="session")
async def _talker() -> AsyncIterator[Talker]:
    talker = Talker()
    await talker.start()
    yield talker
    talker.server.close()


@pytest.fixture
def talker(_talker: Talker) -> Talker:
    _talker.talk, _talker.refusal = echo, None
    _talker.asked.clear()
    _talker.ended = asyncio.Queue()
    return _talker


@pytest.fixture(scope="session")
async def door(started: Fleetlet, _talker: Talker) -> AsyncIterator[Gateway]:
    """A gateway before the talker."""
    async with started.gateway(
        app1_hrms_service_upstream=_talker.url,
        gateway_origins=f"{PAGE},https://other.test",
        gateway_sockets_per_user="3",
        gateway_first_byte_timeout="PT1S",
    ) as made:
        yield made


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    client = Redis.from_url(redis_url)
    yield client
    await client.aclose()


class Somebody:
    """A user with tickets and tokens."""

    def __init__(self, door: Gateway, fleetlet: Fleetlet, redis: Redis, tenant: str = "acme") -> None:
        self.user, self.session, self.tenant = uuid4(), uuid4(), tenant
        self.address = door.url.replace("http:", "ws:") + "/hrms/ws"
        self._issuer, self._redis = fleetlet.business, redis

    async def ticket(self) -> str:
        """As the user-service gives them out."""
        claims = Claims(
            user_id=self.user,
            tenant=self.tenant,
            application="business",
            session_id=self.session,
            version=1,
            roles=frozenset({"hr"}),
            permissions=frozenset({"hrms.employee.read"}),
        )
        ticket = token_urlsafe(32)
        await self._redis.set(tickets.key(ticket), claims.model_dump_json(by_alias=True), ex=tickets.LIFETIME)
        return ticket

    async def connect(self, **how: object) -> ClientConnection:
        given = {"max_size": None, **how}
        return await connect(f"{self.address}?ticket={await self.ticket()}&from=7", **given)  # type: ignore[arg-type] # as given

    def bearer(self) -> dict[str, str]:
        return self._issuer.bearer(sub=str(self.user), sid=str(self.session), tid=self.tenant)


@pytest.fixture
def ada(door: Gateway, fleetlet: Fleetlet, redis: Redis, talker: Talker) -> Somebody:  # noqa: ARG001 - anew
    return Somebody(door, fleetlet, redis)


@pytest.fixture
def bob(door: Gateway, fleetlet: Fleetlet, redis: Redis) -> Somebody:
    return Somebody(door, fleetlet, redis, tenant="other")


async def refused(address: str, **how: object) -> tuple[int, str]:
    """The status and the code with which a handshake is refused."""
    with pytest.raises(InvalidStatus) as refusal:
        await connect(address, **how)  # type: ignore[arg-type] # as given
    response = refusal.value.response
    return response.status_code, json.loads(response.body)["code"]


async def closed(socket: ClientConnection) -> tuple[int, str]:
    """How a socket is closed by the other side, of its own accord."""
    async with asyncio.timeout(30):
        await socket.wait_closed()
    return socket.close_code or 0, socket.close_reason or ""


@pytest.mark.parametrize("compression", [None, "deflate"])
@pytest.mark.parametrize(
    "message", ["", "grüß", b"\x00\xff", "x" * 125, b"x" * 126, "y" * 65_536, b"z" * 3_000_000]
)
async def test_messages_arrive_as_they_were_sent(
    ada: Somebody, message: str | bytes, compression: str | None
) -> None:
    async with await ada.connect(compression=compression) as socket:
        await socket.send(message)
        assert await socket.recv() == message
    assert [e.name for e in socket.protocol.extensions] == (["permessage-deflate"] if compression else [])


async def test_fragments_stay_fragments(ada: Somebody, talker: Talker) -> None:
    async def in_pieces(socket: ServerConnection) -> None:
        received = [piece async for piece in socket.recv_streaming()]
        await socket.send(received)

    talker.talk = in_pieces
    async with await ada.connect(compression=None) as socket:
        await socket.send(["one", "two", "three"])
        assert [piece async for piece in socket.recv_streaming() if piece] == ["one", "two", "three"]


async def test_pings_are_the_two_ends_affair(ada: Somebody, talker: Talker) -> None:
    async def ping(socket: ServerConnection) -> None:
        await (await socket.ping(b"from the service"))
        await socket.send("ponged")

    talker.talk = ping
    async with await ada.connect() as socket:
        await (await socket.ping(b"from the client"))
        assert await socket.recv() == "ponged"


async def test_subprotocol_is_the_services_choice(ada: Somebody) -> None:
    async with await ada.connect(subprotocols=[Subprotocol("chat.v1"), Subprotocol("chat.v2")]) as socket:
        assert socket.subprotocol == "chat.v2"


async def test_close_code_of_the_service_reaches_the_client(ada: Somebody, talker: Talker) -> None:
    async def leave(socket: ServerConnection) -> None:
        await socket.send("last words")
        await socket.close(1013, "too slow")

    talker.talk = leave
    async with await ada.connect() as socket:
        assert await socket.recv() == "last words"
        assert await closed(socket) == (1013, "too slow")


async def test_close_code_of_the_client_reaches_the_service(ada: Somebody, talker: Talker) -> None:
    async with await ada.connect() as socket:
        await socket.close(4001, "enough")
    assert await talker.ended.get() == 4001


async def test_service_learns_that_a_client_vanished(ada: Somebody, talker: Talker) -> None:
    socket = await ada.connect()
    socket.transport.abort()
    assert await talker.ended.get() == 1006


async def test_service_is_told_who_speaks_and_nothing_it_should_not_see(
    ada: Somebody, talker: Talker, fleetlet: Fleetlet
) -> None:
    hostile = {"cookie": "a=b", "x-internal-context": "forged", "x-user-id": "1"}
    async with await ada.connect(additional_headers=hostile, origin=PAGE):
        (request,) = talker.asked
    assert request.path == "/hrms/ws?from=7"
    headers = [(name.lower().encode(), value.encode()) for name, value in request.headers.raw_items()]
    context = fleetlet.context_of({"headers": headers}, "app1-hrms-service")
    assert (context.tenant, context.user_id, context.session_id) == ("acme", ada.user, ada.session)
    assert context.permissions == {"hrms.employee.read"}
    assert {b"cookie", b"x-user-id"}.isdisjoint(dict(headers))
    assert request.headers["origin"] == PAGE


async def test_ticket_is_good_once(ada: Somebody) -> None:
    address = f"{ada.address}?ticket={await ada.ticket()}"
    async with connect(address):
        assert await refused(address) == (401, "gateway.ticket_invalid")


async def test_access_token_does_as_well(ada: Somebody) -> None:
    async with connect(ada.address, additional_headers=ada.bearer()) as socket:
        await socket.send("hello")
        assert await socket.recv() == "hello"


@pytest.mark.parametrize(
    ("target", "how", "refusal"),
    [
        ("/hrms/ws", {}, (401, "gateway.token_missing")),
        ("/hrms/ws?ticket=made-up", {}, (401, "gateway.ticket_invalid")),
        ("/hrms/ws?ticket=a&ticket=b", {}, (401, "gateway.ticket_invalid")),
        ("/hrms/ws", {"origin": "https://evil.test"}, (403, "gateway.origin_refused")),
        ("/hrms/internal/ws", {}, (404, "gateway.not_found")),
        ("/nowhere/ws", {}, (404, "gateway.not_found")),
        ("/hrms/%2e%2e/ws", {}, (400, "gateway.bad_path")),
        ("/hrms/ws", {"additional_headers": {"content-length": "5"}}, (400, "gateway.bad_framing")),
    ],
)
async def test_handshake_is_refused(
    door: Gateway, talker: Talker, target: str, how: dict[str, object], refusal: tuple[int, str]
) -> None:
    assert await refused(door.url.replace("http:", "ws:") + target, **how) == refusal
    assert not talker.asked


async def test_tickets_are_not_guessed_as_fast_as_one_likes(started: Fleetlet) -> None:
    few = '{"rate": 0.001, "burst": 3}'
    somewhere = {"x-forwarded-for": "203.0.113.77"}
    async with started.gateway(gateway_trusted_proxies="127.0.0.0/8", gateway_public_limit=few) as gateway:
        address = gateway.url.replace("http:", "ws:") + "/hrms/ws?ticket=guess"
        answers = [await refused(address, additional_headers=somewhere) for _ in range(4)]
    assert answers == [(401, "gateway.ticket_invalid")] * 3 + [(429, "gateway.limit_exceeded")]


async def test_other_applications_service_is_not_there(ada: Somebody) -> None:
    address = ada.address.replace("/hrms/", "/libraries/")
    assert await refused(f"{address}?ticket={await ada.ticket()}") == (404, "gateway.not_found")


async def test_services_own_refusal_is_passed_on(ada: Somebody, talker: Talker) -> None:
    talker.refusal = (403, '{"code": "hrms.not_here"}')
    assert await refused(f"{ada.address}?ticket={await ada.ticket()}") == (403, "hrms.not_here")


async def test_sockets_of_a_user_are_limited(ada: Somebody, bob: Somebody, talker: Talker) -> None:
    sockets = [await ada.connect() for _ in range(3)]
    address = f"{ada.address}?ticket={await ada.ticket()}"
    assert await refused(address) == (429, "gateway.too_many_sockets")
    async with await bob.connect():
        pass
    await sockets.pop().close()
    await talker.ended.get()
    sockets.append(await ada.connect())
    for socket in sockets:
        await socket.close()


def _session(whom: Somebody) -> str:
    return revocations.session(whom.session)


def _account(whom: Somebody) -> str:
    return revocations.account(whom.user, 2)


def _tenant(whom: Somebody) -> str:
    return revocations.tenant("business", whom.tenant)


@pytest.mark.parametrize(
    ("member", "code"),
    [
        (_session, "gateway.session_revoked"),
        (_account, "gateway.token_stale"),
        (_tenant, "gateway.tenant_shut"),
    ],
)
async def test_socket_of_whom_is_revoked_is_closed(
    door: Gateway,
    fleetlet: Fleetlet,
    bob: Somebody,
    talker: Talker,
    redis: Redis,
    member: Callable[[Somebody], str],
    code: str,
) -> None:
    ada = Somebody(door, fleetlet, redis, tenant=f"t{uuid4().hex[:12]}")
    async with await ada.connect() as socket, await bob.connect() as others:
        await redis.publish(revocations.CHANNEL, member(ada))
        assert await closed(socket) == (1008, code)
        await others.send("still here")
        assert await others.recv() == "still here"
        assert await talker.ended.get() == 1006
