import asyncio
from uuid import uuid4

import pytest
from identity_kit.rules.refresh import RefreshToken
from organisation import Organisation, anonymous
from servicekit.app import create_app
from servicekit.testing.running import Running


async def test_a_refresh_token_is_kept_as_a_hash(acme: Organisation) -> None:
    token = (await acme.log_in())["refresh_token"]
    (row,) = await acme.rows("SELECT * FROM {schema}.sessions")
    assert token.split(".")[2] not in str(row)
    assert row["secret_hash"] == RefreshToken.parse(token).hash


async def test_fifty_refreshes_of_one_token_at_once_get_one_successor(acme: Organisation) -> None:
    token = (await acme.log_in())["refresh_token"]
    answers = await asyncio.gather(*(acme.refresh(token) for _ in range(50)))
    assert {answer.status_code for answer in answers} == {200}
    (successor,) = {answer.json()["refresh_token"] for answer in answers}
    assert (await acme.refresh(successor)).status_code == 200


async def test_a_token_used_again_later_ends_its_family_and_no_other(acme: Organisation) -> None:
    stolen, elsewhere = (await acme.log_in())["refresh_token"], (await acme.log_in())["refresh_token"]
    successor = (await acme.refresh(stolen)).json()["refresh_token"]
    await acme.later(11)
    reused = await acme.refresh(stolen)
    assert (reused.status_code, reused.json()["code"]) == (401, "user.refresh_token_invalid")
    assert (await acme.refresh(successor)).status_code == 401
    assert (await acme.refresh(elsewhere)).status_code == 200


async def test_a_token_from_many_generations_ago_ends_its_family(acme: Organisation) -> None:
    stolen = token = (await acme.log_in())["refresh_token"]
    for _ in range(20):
        token = (await acme.refresh(token)).json()["refresh_token"]
    assert (await acme.refresh(stolen)).status_code == 401
    assert (await acme.refresh(token)).status_code == 401


async def test_a_slow_tab_gets_the_newest_token_though_it_was_rotated_twice(acme: Organisation) -> None:
    first = (await acme.log_in())["refresh_token"]
    second = (await acme.refresh(first)).json()["refresh_token"]
    await acme.later(5)
    third = (await acme.refresh(second)).json()["refresh_token"]
    assert (await acme.refresh(first)).json()["refresh_token"] == third
    await acme.later(6)
    assert (await acme.refresh(second)).json()["refresh_token"] == third
    assert (await acme.refresh(first)).status_code == 401


async def test_what_was_never_a_token_ends_nothing(acme: Organisation) -> None:
    token = (await acme.log_in())["refresh_token"]
    session, _, secret = token.split(".")
    newer = (await acme.refresh(token)).json()["refresh_token"]
    await acme.later(11)
    for junk in (
        "",
        "junk",
        f"{session}.1.{'A' * 43}",
        f"{session}.2.{secret}",
        f"{session}.3.{secret}",
        f"{session}.999999999.{secret}",
        f"{uuid4().hex}.1.{secret}",
        f"{session}.1.{secret}\n",
    ):
        answer = await acme.refresh(junk)
        assert answer.status_code == 401, junk
    assert (await acme.refresh(newer)).status_code == 200


async def test_a_refresh_against_a_logout_leaves_nothing_alive(acme: Organisation) -> None:
    for _ in range(10):
        tokens = await acme.log_in()
        client = await acme.as_(tokens)
        refreshed, *_ = await asyncio.gather(
            acme.refresh(tokens["refresh_token"]), client.post("/user/logout")
        )
        if refreshed.status_code == 200:
            assert (await acme.refresh(refreshed.json()["refresh_token"])).status_code == 401
        assert (await acme.refresh(tokens["refresh_token"])).status_code == 401


async def test_another_tenants_refresh_token_is_refused(
    acme: Organisation, running: Running, tenant: str
) -> None:
    token = (await acme.log_in())["refresh_token"]
    elsewhere = running.client(anonymous(running, tenant))
    assert (await elsewhere.post("/user/refresh", json={"refresh_token": token})).status_code == 401
    assert (await acme.refresh(token)).status_code == 200


async def test_two_replicas_derive_the_same_successor_and_sign_with_one_key(
    acme: Organisation, running: Running
) -> None:
    replica = create_app(running.service)
    async with replica.router.lifespan_context(replica):
        there = Organisation(Running(replica, running.service, running.keys), acme._mails, acme.tenant)
        token = (await acme.log_in())["refresh_token"]
        here, yonder = await asyncio.gather(acme.refresh(token), there.refresh(token))
        assert here.json()["refresh_token"] == yonder.json()["refresh_token"]
        await acme.claims((await there.log_in())["access_token"])


@pytest.mark.parametrize("body", [{}, {"refresh_token": None}, {"refresh_token": "x" * 201}])
async def test_a_refresh_without_a_token_is_422(acme: Organisation, body: dict[str, object]) -> None:
    assert (await acme.visitor.post("/user/refresh", json=body)).status_code == 422


@pytest.mark.parametrize("jump", [-3600, 3600])
async def test_a_clock_that_jumps_signs_nobody_out(acme: Organisation, jump: int) -> None:
    first = (await acme.log_in())["refresh_token"]
    second = (await acme.refresh(first)).json()["refresh_token"]
    await acme.later(jump)
    answers = await asyncio.gather(*(acme.refresh(second) for _ in range(5)))
    (third,) = {answer.json()["refresh_token"] for answer in answers}
    await acme.later(-jump)
    assert (await acme.refresh(third)).status_code == 200
