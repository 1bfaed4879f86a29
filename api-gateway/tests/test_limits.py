"""Limits, revocations, and what happens without Redis."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from uuid import uuid4

import httpx
import pytest
from contracts import revocations
from gateway.testing.fleetlet import Fleetlet, Gateway
from redis.asyncio import Redis
from servicekit.auth import new_signing_key
from servicekit.embedded import Server, free_port, redis_server

PLANS = {"standard": {"tenant": {"rate": 1000, "burst": 1000}, "user": {"rate": 0.01, "burst": 20}}}
SWIFT = {"tenant": {"rate": 1000, "burst": 1000}, "user": {"rate": 100_000, "burst": 40}}
PATIENT = {"standard": {"tenant": {"rate": 0.01, "burst": 30}, "user": {"rate": 1000, "burst": 1000}}}


@pytest.fixture(scope="session")
async def strict(started: Fleetlet) -> AsyncIterator[Gateway]:
    """A gateway with low limits, which hardly refill."""
    async with started.gateway(
        gateway_plans=json.dumps(PLANS | {"large": PATIENT["standard"], "swift": SWIFT}),
        gateway_public_limit='{"rate": 0.01, "burst": 60}',
        gateway_trusted_proxies="127.0.0.1/32",
        gateway_route_limits='{"GET /hrms/exports/{id}": {"rate": 0.01, "burst": 3}}',
    ) as made:
        yield made


@pytest.fixture
async def client(strict: Gateway, fleetlet: Fleetlet) -> AsyncIterator[httpx.AsyncClient]:  # noqa: ARG001 - forgets
    async with httpx.AsyncClient(base_url=strict.url) as made:
        yield made


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    async with Redis.from_url(redis_url) as made:
        await made.flushall()
        yield made


def from_anywhere() -> dict[str, str]:
    """An address of one's own."""
    return {"x-forwarded-for": f"2001:db8::{uuid4().hex[:4]}:{uuid4().hex[:4]}"}


async def passed(client: httpx.AsyncClient, times: int, path: str, headers: dict[str, str]) -> int:
    """How many of so many requests at once were let through; the others were refused as they should be."""
    asked = headers | from_anywhere()
    answers = await asyncio.gather(*(client.get(path, headers=asked) for _ in range(times)))
    refused = [answer for answer in answers if answer.status_code != 200]
    for answer in refused:
        assert (answer.status_code, answer.json()["code"]) == (429, "gateway.limit_exceeded")
        assert int(answer.headers["retry-after"]) > 0
        assert ";r=0;" in answer.headers["ratelimit"]
    return times - len(refused)


async def test_a_user_may_ask_so_often_and_another_user_as_well(
    client: httpx.AsyncClient, fleetlet: Fleetlet
) -> None:
    for _ in range(2):
        assert await passed(client, 50, "/hrms/x", fleetlet.business.bearer(sub=str(uuid4()))) == 20


async def test_a_users_tokens_share_one_limit(client: httpx.AsyncClient, fleetlet: Fleetlet) -> None:
    user = str(uuid4())
    let = [await passed(client, 8, "/hrms/x", fleetlet.business.bearer(sub=user)) for _ in range(4)]
    assert sum(let) == 20


async def test_what_is_left_counts_what_came_back_meanwhile(
    client: httpx.AsyncClient, fleetlet: Fleetlet
) -> None:
    bearer = fleetlet.business.bearer(sub=str(uuid4()), plan="swift")
    states = [(await client.get("/hrms/x", headers=bearer)).headers["ratelimit"] for _ in range(9)]
    assert set(states) == {'"user";r=40;t=1'}


async def test_a_tenant_has_a_limit_by_its_plan(client: httpx.AsyncClient, fleetlet: Fleetlet) -> None:
    tenant = "t" + uuid4().hex[:8]
    bearers = [fleetlet.business.bearer(sub=str(uuid4()), tid=tenant, plan="large") for _ in range(5)]
    let = await asyncio.gather(*(passed(client, 10, "/hrms/x", bearer) for bearer in bearers))
    assert sum(let) == 30


async def test_a_route_has_a_limit_of_its_own(client: httpx.AsyncClient, fleetlet: Fleetlet) -> None:
    bearer = fleetlet.business.bearer(sub=str(uuid4()))
    assert await passed(client, 6, "/hrms/exports/1", bearer) == 3
    assert await passed(client, 6, "/hrms/other/1", bearer) == 6


async def test_two_gateways_share_a_limit(
    client: httpx.AsyncClient,
    fleetlet: Fleetlet,
    redis: Redis,  # noqa: ARG001 - empty
) -> None:
    bearer = fleetlet.business.bearer(sub=str(uuid4()))
    async with (
        fleetlet.gateway(gateway_plans=json.dumps(PLANS)) as second,
        httpx.AsyncClient(base_url=second.url) as other,
    ):
        let = await asyncio.gather(*(passed(c, 30, "/hrms/x", bearer) for c in (client, other)))
    assert 0 < sum(let) <= 20


async def test_made_up_tokens_are_not_verified_without_end(
    client: httpx.AsyncClient, fleetlet: Fleetlet
) -> None:
    address = from_anywhere()
    bearers = [fleetlet.business.bearer(lifetime=-60) for _ in range(80)]
    answers = await asyncio.gather(*(client.get("/hrms/x", headers=bearer | address) for bearer in bearers))
    statuses = [answer.status_code for answer in answers]
    assert (statuses.count(401), statuses.count(429)) == (60, 20)
    assert await passed(client, 1, "/hrms/x", fleetlet.business.bearer(sub=str(uuid4()))) == 1


async def revoke(redis: Redis, member: str) -> None:
    """What a user-service does."""
    await redis.zadd(revocations.KEY, {member: time.time()})
    await redis.publish(revocations.CHANNEL, member)


async def until(client: httpx.AsyncClient, headers: dict[str, str], status: int) -> str | None:
    """Ask until the answer has a status, half a minute at most; its code."""
    async with asyncio.timeout(30):
        while (answer := await client.get("/hrms/x", headers=headers)).status_code != status:
            await asyncio.sleep(0.01)
    return str(answer.json().get("code"))


@pytest.fixture
async def usual(gateway: Gateway, fleetlet: Fleetlet) -> AsyncIterator[httpx.AsyncClient]:  # noqa: ARG001 - forgets
    async with httpx.AsyncClient(base_url=gateway.url) as made:
        yield made


async def test_a_revoked_session_ends_and_the_users_other_session_does_not(
    usual: httpx.AsyncClient, fleetlet: Fleetlet, redis: Redis
) -> None:
    ended, going_on = uuid4(), fleetlet.business.bearer()
    bearer = fleetlet.business.bearer(sid=str(ended))
    await until(usual, bearer, 200)
    await revoke(redis, revocations.session(ended))
    assert await until(usual, bearer, 401) == "gateway.session_revoked"
    assert await until(usual, fleetlet.business.bearer(sid=str(ended)), 401) == "gateway.session_revoked"
    assert (await usual.get("/hrms/x", headers=going_on)).status_code == 200


async def test_a_changed_account_makes_its_older_tokens_stale(
    usual: httpx.AsyncClient, fleetlet: Fleetlet, redis: Redis
) -> None:
    user = uuid4()
    old, new = (fleetlet.business.bearer(sub=str(user), ver=version) for version in (3, 4))
    await revoke(redis, revocations.account(user, 4))
    assert await until(usual, old, 401) == "gateway.token_stale"
    assert (await usual.get("/hrms/x", headers=new)).status_code == 200


async def test_a_suspended_tenant_is_shut_out_until_it_is_resumed(
    usual: httpx.AsyncClient, fleetlet: Fleetlet, redis: Redis
) -> None:
    bearer = fleetlet.business.bearer(tid="shut")
    member = revocations.tenant("business", "shut")
    await revoke(redis, member)
    assert await until(usual, bearer, 403) == "gateway.tenant_shut"
    assert (await usual.get("/user/x", headers=fleetlet.school.bearer(tid="shut"))).status_code == 200
    await redis.zrem(revocations.KEY, member)
    await redis.publish(revocations.CHANNEL, f"-{member}")
    await until(usual, bearer, 200)


async def test_a_gateway_that_starts_later_knows_what_was_revoked_before(
    fleetlet: Fleetlet, redis: Redis
) -> None:
    session = uuid4()
    await revoke(redis, revocations.session(session))
    await redis.zadd(revocations.KEY, {"nonsense": time.time(), "account:x:y": time.time()})
    async with fleetlet.gateway() as gateway, httpx.AsyncClient(base_url=gateway.url) as client:
        assert (
            await until(client, fleetlet.business.bearer(sid=str(session)), 401) == "gateway.session_revoked"
        )


@pytest.fixture
async def own_redis(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Server]:
    server = redis_server(tmp_path_factory.mktemp("own-redis"), free_port(), durable=False)
    server.start()
    await server.wait_ready()
    yield server
    server.stop()


async def test_without_redis_signed_in_users_are_served_and_nobody_tries_passwords(
    fleetlet: Fleetlet, own_redis: Server
) -> None:
    bearer = fleetlet.business.bearer(sid=str(session := uuid4()))
    login = {"x-tenant-id": "acme", "x-application": "business"}
    async with (
        fleetlet.gateway(gateway_redis_url=own_redis.url, gateway_plans=json.dumps(PLANS)) as gateway,
        httpx.AsyncClient(base_url=gateway.url) as client,
    ):
        async with Redis.from_url(own_redis.url) as redis:
            await revoke(redis, revocations.session(session))
        assert await until(client, bearer, 401) == "gateway.session_revoked"
        own_redis.stop()
        served = await asyncio.gather(
            *(client.get("/hrms/x", headers=fleetlet.business.bearer(sub=str(uuid4()))) for _ in range(100))
        )
        assert {answer.status_code for answer in served} == {200}
        answer = await client.post("/user/login", headers=login)
        assert (answer.status_code, answer.json()["code"]) == (503, "gateway.limits_unavailable")
        assert await until(client, bearer, 401) == "gateway.session_revoked", "what was known stays known"

        own_redis.start()
        await own_redis.wait_ready()
        async with asyncio.timeout(30):
            while (await client.post("/user/login", headers=login)).status_code != 200:
                await asyncio.sleep(0.05)
        async with Redis.from_url(own_redis.url) as redis:
            other = fleetlet.business.bearer(sid=str(session := uuid4()))
            await revoke(redis, revocations.session(session))
        assert await until(client, other, 401) == "gateway.session_revoked"


async def test_keys_rotated_under_load_fail_nobody(usual: httpx.AsyncClient, fleetlet: Fleetlet) -> None:
    done = asyncio.Event()

    async def asks() -> set[int]:
        statuses = set()
        while not done.is_set():
            answer = await usual.get("/hrms/x", headers=fleetlet.business.bearer(sub=str(uuid4())))
            statuses.add(answer.status_code)
        return statuses

    asking = [asyncio.create_task(asks()) for _ in range(5)]
    for _ in range(3):
        fleetlet.business.pems.append(new_signing_key())
        assert (await usual.get("/hrms/x", headers=fleetlet.business.bearer())).status_code == 200
    done.set()
    assert set().union(*await asyncio.gather(*asking)) == {200}
