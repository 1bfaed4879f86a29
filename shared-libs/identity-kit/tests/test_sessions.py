import asyncio
import time
from uuid import uuid4

import httpx
import pytest
from argon2 import PasswordHasher
from contracts import revocations
from identity_kit.identity import Identity
from identity_kit.services.session import ForgetSessions
from identity_kit.signing import SigningKeys
from organisation import PASSWORD, Organisation, new_id, registration
from servicekit import jobs
from servicekit.testing.running import Running
from sqlalchemy import text


async def login(acme: Organisation, email: str, password: str) -> httpx.Response:
    return await acme.visitor.post("/user/login", json={"email": email, "password": password})


async def test_a_login_gives_tokens_for_ten_minutes_and_says_who_it_is(acme: Organisation) -> None:
    tokens = await acme.log_in("ADA@acme.test")
    assert (tokens["token_type"], tokens["expires_in"]) == ("bearer", 600)
    assert tokens["user"]["name"] == "Ada Lovelace"
    claims = await acme.claims(tokens["access_token"])
    assert (claims["iss"], claims["tid"], claims["app"]) == ("app1-user-service", acme.tenant, "business")
    assert (claims["sub"], claims["roles"], claims["ver"]) == (tokens["user"]["id"], ["owner"], 1)
    assert claims["exp"] - claims["iat"] == 600
    assert "user.account.read" in claims["perms"]


async def test_unknown_wrong_and_deactivated_are_answered_alike(acme: Organisation) -> None:
    await acme.join("bob@acme.test", "employee")
    await acme.rows("UPDATE {schema}.users SET status = 'deactivated' WHERE email = 'bob@acme.test'")
    answers = [
        await login(acme, "nobody@acme.test", PASSWORD),
        await login(acme, "ada@acme.test", "wrong"),
        await login(acme, "bob@acme.test", PASSWORD),
    ]
    assert {answer.status_code for answer in answers} == {401}
    assert len({str(answer.json() | {"request_id": ""}) for answer in answers}) == 1
    assert answers[0].json()["code"] == "user.invalid_credentials"


async def test_a_password_is_taken_as_it_comes(stranger: httpx.AsyncClient, acme: Organisation) -> None:
    spaced = f" {PASSWORD}"
    assert (await login(acme, "ada@acme.test", spaced)).status_code == 401
    tenant = new_id()
    await stranger.post("/user/register", json=registration(tenant, password=spaced))
    other = Organisation(acme.running, acme._mails, tenant)
    assert (await login(other, " ada@acme.test", spaced)).status_code == 200
    assert (await login(other, "ada@acme.test", PASSWORD)).status_code == 401


async def test_a_hash_of_older_parameters_is_made_anew_at_login(acme: Organisation) -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(PASSWORD)
    await acme.rows("UPDATE {schema}.passwords SET hash = $1", weak)
    await acme.log_in()
    (kept,) = await acme.rows("SELECT hash FROM {schema}.passwords")
    assert "m=19456,t=2,p=1" in kept["hash"]
    await acme.log_in()


async def test_a_session_ends_when_unused_for_two_weeks(acme: Organisation) -> None:
    token = (await acme.log_in())["refresh_token"]
    await acme.later(13 * 86_400)
    token = (await acme.refresh(token)).json()["refresh_token"]
    await acme.later(14 * 86_400)
    assert (await acme.refresh(token)).status_code == 401


async def test_a_session_ends_after_ninety_days_however_much_it_is_used(acme: Organisation) -> None:
    token = (await acme.log_in())["refresh_token"]
    for _ in range(7):
        await acme.later(13 * 86_400 - 1)
        answer = await acme.refresh(token)
        token = answer.json().get("refresh_token")
    assert answer.status_code == 401


async def test_after_logout_the_refresh_token_is_refused(acme: Organisation) -> None:
    tokens, other = await acme.log_in(), await acme.log_in()
    assert (await (await acme.as_(tokens)).post("/user/logout")).status_code == 204
    assert (await acme.refresh(tokens["refresh_token"])).status_code == 401
    assert (await acme.refresh(other["refresh_token"])).status_code == 200


async def test_ones_sessions_are_listed_with_device_and_address(acme: Organisation) -> None:
    acme.visitor.headers["user-agent"] = "Firefox on the ladder"
    acme.visitor.headers["x-forwarded-for"] = "203.0.113.7"
    await acme.log_in()
    acme.visitor.headers["x-forwarded-for"] = "junk"
    ada = await acme.as_(await acme.log_in())
    here, there = (await ada.get("/user/me/sessions")).json()["items"]
    assert (there["device"], there["address"], there["current"]) == (
        "Firefox on the ladder",
        "203.0.113.7",
        False,
    )
    assert (here["address"], here["current"]) == (None, True)
    await acme.join("bob@acme.test", "employee")
    assert len((await ada.get("/user/me/sessions")).json()["items"]) == 3  # Ada's own: Bob was invited in one


async def test_a_session_ended_elsewhere_is_told_to_the_gateways(acme: Organisation) -> None:
    tokens, here = await acme.log_in(), await acme.log_in()
    ended = (await acme.claims(tokens["access_token"]))["sid"]
    ada = await acme.as_(here)
    async with acme.running.redis.pubsub() as gateway:
        await gateway.subscribe(revocations.CHANNEL)
        assert (await ada.delete(f"/user/me/sessions/{ended}")).status_code == 204
        await acme.running.settle()
        assert await acme.running.redis.zscore(revocations.KEY, f"session:{ended}") is not None
        heard = [await gateway.get_message(timeout=5) for _ in range(2)]
        assert f"session:{ended}".encode() in [message and message["data"] for message in heard]
    assert (await acme.refresh(tokens["refresh_token"])).status_code == 401
    assert (await acme.refresh(here["refresh_token"])).status_code == 200
    assert (await ada.delete(f"/user/me/sessions/{ended}")).status_code == 404


async def test_a_session_that_has_ended_does_nothing_dangerous_though_its_token_lives(
    acme: Organisation,
) -> None:
    ada = await acme.owner()
    assert (await ada.post("/user/logout")).status_code == 204
    refused = await ada.post("/user/api-keys", json={"name": "Mine", "permissions": ["user.audit.read"]})
    assert (refused.status_code, refused.json()["code"]) == (403, "user.step_up_required")
    assert (await ada.post("/user/ws-ticket")).json()["code"] == "user.session_unknown"


async def test_nobody_ends_anothers_session(acme: Organisation) -> None:
    bob = await acme.as_(await acme.join("bob@acme.test", "employee"))
    tokens = await acme.log_in()
    answer = await bob.delete(f"/user/me/sessions/{(await acme.claims(tokens['access_token']))['sid']}")
    assert (answer.status_code, answer.json()["code"]) == (404, "user.session_unknown")
    assert (await acme.refresh(tokens["refresh_token"])).status_code == 200


async def test_one_signs_out_everywhere_or_everywhere_else(acme: Organisation) -> None:
    elsewhere, here = await acme.log_in(), await acme.log_in()
    ada = await acme.as_(here)
    assert (await ada.delete("/user/me/sessions", params={"others": "true"})).status_code == 204
    assert (await acme.refresh(elsewhere["refresh_token"])).status_code == 401
    here = (await acme.refresh(here["refresh_token"])).json()
    assert (await ada.delete("/user/me/sessions")).status_code == 204
    assert (await acme.refresh(here["refresh_token"])).status_code == 401


async def test_replicas_that_start_at_once_make_one_signing_key(acme: Organisation, running: Running) -> None:
    identity: Identity = running.app.state.identity
    async with running.database.control() as session:
        await session.execute(text("UPDATE control.signing_key SET published_until = now()"))
        await session.commit()
    replicas = [SigningKeys("app1-user-service", identity.sealer) for _ in range(10)]
    await asyncio.gather(*(replica.load(running.database) for replica in replicas))
    assert len({replica._signer.kid for replica in replicas if replica._signer}) == 1
    await identity.keys.load(running.database)
    await acme.claims((await acme.log_in())["access_token"])


async def test_a_signing_key_is_not_legible_in_the_database(acme: Organisation) -> None:
    (row,) = await acme.rows("SELECT private_sealed FROM control.signing_key LIMIT 1")
    assert b"PRIVATE KEY" not in row["private_sealed"]


@pytest.mark.parametrize("text", ["\\ud800" * 8, "\\u0000" * 8])
async def test_a_password_that_is_no_text_is_refused_and_breaks_nothing(
    acme: Organisation, text: str
) -> None:
    body = f'{{"email": "ada@acme.test", "password": "{text}"}}'
    answer = await acme.visitor.post(
        "/user/login", content=body, headers={"content-type": "application/json"}
    )
    assert answer.status_code in {400, 401, 422}, answer.text


async def test_of_sessions_that_ended_long_ago_nothing_is_kept(acme: Organisation, running: Running) -> None:
    for _ in range(3):
        await acme.log_in()
    long_ago, lately = "now() - interval '91 days'", "now() - interval '89 days'"
    oldest = "id = (SELECT id FROM {schema}.sessions ORDER BY id LIMIT 1)"
    await acme.rows(f"UPDATE {{schema}}.sessions SET expires_at = {long_ago} WHERE {oldest}")
    await acme.rows(f"UPDATE {{schema}}.sessions SET revoked_at = {lately} WHERE NOT ({oldest})")
    async with running.database.tenant(running.context(acme.tenant)) as session:
        jobs.add(session, ForgetSessions())
        await session.commit()
    await running.settle()
    kept = await acme.rows("SELECT revoked_at FROM {schema}.sessions")
    assert len(kept) == 2
    assert None not in [row["revoked_at"] for row in kept]


async def test_tokens_are_kept_by_no_cache(acme: Organisation) -> None:
    credentials = {"email": "ada@acme.test", "password": PASSWORD}
    logged_in = await acme.visitor.post("/user/login", json=credentials)
    refreshed = await acme.refresh(logged_in.json()["refresh_token"])
    assert (logged_in.headers["cache-control"], refreshed.headers["cache-control"]) == ("no-store",) * 2


async def test_ending_sessions_elsewhere_wants_a_recent_proof(acme: Organisation) -> None:
    elsewhere, here = await acme.log_in(), await acme.log_in()
    ada = await acme.as_(here)
    await acme.rows("UPDATE {schema}.sessions SET authenticated_at = now() - interval '10 minutes'")
    session = (await acme.claims(elsewhere["access_token"]))["sid"]
    for path in (f"/user/me/sessions/{session}", "/user/me/sessions"):
        assert (await ada.delete(path)).json()["code"] == "user.step_up_required"
    assert (await acme.refresh(elsewhere["refresh_token"])).status_code == 200
    assert (await ada.post("/user/logout")).status_code == 204


async def test_a_replica_whose_clock_runs_ahead_forgets_no_revocation(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    identity: Identity = running.app.state.identity
    former, following = (f"session:{uuid4()}" for _ in range(2))
    await identity.revocations.add(former)
    ahead = time.time() + revocations.KEPT + 60
    monkeypatch.setattr(time, "time", lambda: ahead)
    await identity.revocations.add(following)
    assert None not in await running.redis.zmscore(revocations.KEY, [former, following])
