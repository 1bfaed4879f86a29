import asyncio
from contextlib import AsyncExitStack
from typing import Any

import argon2
import httpx
import pytest
from identity_kit.throttle import LOGIN_FROM_ADDRESS, site
from organisation import PASSWORD, Organisation
from servicekit.app import create_app
from servicekit.testing.running import Running


async def try_(acme: Organisation, password: str, email: str = "ada@acme.test") -> httpx.Response:
    return await acme.visitor.post("/user/login", json={"email": email, "password": password})


async def unlock(acme: Organisation) -> None:
    """As if the time were over."""
    async for key in acme.running.redis.scan_iter("throttle:*:login-*"):
        assert 0 < await acme.running.redis.ttl(key) <= 900
        await acme.running.redis.delete(key)


async def test_after_ten_wrong_passwords_the_right_one_is_refused_alike(acme: Organisation) -> None:
    await acme.join("bob@acme.test", "employee")
    wrong = [await try_(acme, "wrong") for _ in range(10)]
    locked = await try_(acme, PASSWORD)
    assert locked.json() | {"request_id": ""} == wrong[0].json() | {"request_id": ""}
    assert (locked.status_code, locked.json()["code"]) == (401, "user.invalid_credentials")
    assert (await try_(acme, PASSWORD, "bob@acme.test")).status_code == 200
    await unlock(acme)
    assert (await try_(acme, PASSWORD)).status_code == 200


async def test_unknown_wrong_and_locked_take_the_same_work(
    acme: Organisation, running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One hash each, which is what takes long: also the first ever for an account that is not there."""
    replica = create_app(running.service)
    async with replica.router.lifespan_context(replica):
        fresh = Organisation(Running(replica, running.service, running.keys), acme._mails, acme.tenant)
        hashes: list[str] = []
        low_level = argon2.low_level.hash_secret, argon2.low_level.verify_secret
        for name, real in zip(("hash_secret", "verify_secret"), low_level, strict=True):

            def counted(*given: object, real: Any = real, name: str = name, **named: object) -> Any:
                hashes.append(name)
                return real(*given, **named)

            monkeypatch.setattr(f"argon2._password_hasher.{name}", counted)
        await try_(fresh, PASSWORD, "nobody@acme.test")
        assert hashes == ["verify_secret"]
        for _ in range(10):
            await try_(fresh, "wrong")
        assert hashes == ["verify_secret"] * 11
        await try_(fresh, PASSWORD)
        assert hashes == ["verify_secret"] * 12


async def test_a_right_password_forgets_the_wrong_ones(acme: Organisation) -> None:
    for _ in range(2):
        for _ in range(9):
            await try_(acme, "wrong")
        assert (await try_(acme, PASSWORD)).status_code == 200


async def test_of_many_guesses_at_once_no_more_count_than_the_limit_allows(acme: Organisation) -> None:
    """Passwords are checked in turn, so the right one, tried last, comes too late."""
    answers = await asyncio.gather(*(try_(acme, "wrong") for _ in range(30)), try_(acme, PASSWORD))
    assert {answer.status_code for answer in answers} == {401}


async def test_many_right_passwords_at_once_lock_nobody(acme: Organisation) -> None:
    answers = await asyncio.gather(*(try_(acme, PASSWORD) for _ in range(20)))
    assert {answer.status_code for answer in answers} == {200}


async def test_replicas_count_together(acme: Organisation, running: Running) -> None:
    replica = create_app(running.service)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(replica.router.lifespan_context(replica))
        there = Organisation(Running(replica, running.service, running.keys), acme._mails, acme.tenant)
        for _ in range(5):
            await try_(acme, "wrong")
            await try_(there, "wrong")
        assert (await try_(there, PASSWORD)).status_code == 401
        assert (await try_(acme, PASSWORD)).status_code == 401


async def test_an_address_that_fails_for_many_accounts_has_to_wait(acme: Organisation) -> None:
    acme.visitor.headers["x-forwarded-for"] = "2001:db8::1"
    for n in range(100):
        await acme.running.app.state.identity.throttle.add(LOGIN_FROM_ADDRESS, site(f"2001:db8::{n}"))
    answer = await try_(acme, PASSWORD)
    assert (answer.status_code, answer.json()["code"]) == (429, "user.too_many_attempts")
    assert answer.headers["retry-after"] == "900"
    acme.visitor.headers["x-forwarded-for"] = "2001:db8:1::1"
    assert (await try_(acme, PASSWORD)).status_code == 200


@pytest.mark.parametrize(
    ("address", "counted"), [("203.0.113.7", "203.0.113.7"), ("2001:db8::1:2:3", "2001:db8::/64")]
)
def test_a_site_counts_as_one_address(address: str, counted: str) -> None:
    assert site(address) == counted
