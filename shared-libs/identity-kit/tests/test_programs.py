from typing import Any

import httpx
import pytest
from contracts import revocations, tickets
from contracts.claims import Claims
from organisation import Organisation

KEYS = "/user/api-keys"


async def make(acme: Organisation, *codes: str, client: httpx.AsyncClient | None = None) -> dict[str, Any]:
    wish = {"name": "Import", "permissions": codes or ("hrms.employee.write",)}
    answer = await (client or await acme.owner()).post(KEYS, json=wish)
    assert answer.status_code == 201, answer.text
    key: dict[str, Any] = answer.json()
    return key


async def exchange(acme: Organisation, key: str) -> httpx.Response:
    return await acme.visitor.post("/user/token", json={"api_key": key})


async def test_a_program_exchanges_its_key_for_a_token_that_may_what_the_key_may(acme: Organisation) -> None:
    key = await make(acme)
    answer = await exchange(acme, key["key"])
    assert (answer.status_code, answer.json()["expires_in"]) == (200, 600)
    claims = await acme.claims(answer.json()["access_token"])
    assert (claims["sub"], claims["sid"]) == (key["id"], key["id"])
    assert (claims["roles"], claims["perms"]) == ([], ["hrms.employee.write"])


async def test_a_key_is_shown_once_and_kept_as_a_hash(acme: Organisation) -> None:
    key = await make(acme)
    listed = await (await acme.owner()).get(KEYS)
    assert [row["name"] for row in listed.json()["items"]] == ["Import"]
    secret = key["key"].split("_", 2)[2]
    assert secret not in listed.text
    assert secret not in str(await acme.rows("SELECT * FROM {schema}.api_keys"))


async def test_a_revoked_key_gets_no_token_and_its_tokens_end(acme: Organisation) -> None:
    key = await make(acme)
    ada = await acme.owner()
    assert (await ada.delete(f"{KEYS}/{key['id']}")).status_code == 204
    refused = await exchange(acme, key["key"])
    assert (refused.status_code, refused.json()["code"]) == (401, "user.api_key_invalid")
    await acme.running.settle()
    member = revocations.session(key["id"])
    assert await acme.running.redis.zscore(revocations.KEY, member) is not None
    assert (await ada.delete(f"{KEYS}/{key['id']}")).status_code == 404


async def test_a_key_expires(acme: Organisation) -> None:
    key = await make(acme)
    await acme.rows("UPDATE {schema}.api_keys SET expires_at = now()")
    assert (await exchange(acme, key["key"])).status_code == 401


@pytest.mark.parametrize("key", ["", "junk", f"fleet_{'0' * 32}_{'x' * 43}"])
async def test_a_key_nobody_made_is_refused(acme: Organisation, key: str) -> None:
    await make(acme)
    assert (await exchange(acme, key)).status_code == 401


async def test_another_tenants_key_is_refused(acme: Organisation, tenant: str) -> None:
    key = await make(acme)
    assert (await exchange(Organisation(acme.running, acme._mails, tenant), key["key"])).status_code == 401


async def test_nobody_makes_a_key_that_may_more_than_they_do(acme: Organisation) -> None:
    ada = await acme.owner()
    wish = {"code": "integrator", "name": "Integrator", "permissions": ["user.api_key.write"]}
    await ada.post("/user/roles", json=wish)
    tokens = await acme.join("bob@acme.test", "integrator")
    bob = await acme.as_(tokens)
    answer = await bob.post(KEYS, json={"name": "Mine", "permissions": ["hrms.employee.read"]})
    assert (answer.status_code, answer.json()["code"]) == (403, "user.permissions_not_yours_to_give")
    await make(acme, "user.api_key.write", client=bob)


async def test_a_program_does_nothing_dangerous(acme: Organisation) -> None:
    key = await make(acme, "user.api_key.write", "user.account.write", "user.account.read")
    program = await acme.as_((await exchange(acme, key["key"])).json())
    assert (await program.get("/user/users")).status_code == 200
    answer = await program.post(KEYS, json={"name": "Child", "permissions": ["user.account.read"]})
    assert (answer.status_code, answer.json()["code"]) == (403, "user.step_up_required")
    assert (await program.post("/user/ws-ticket")).status_code == 404


async def test_making_a_key_takes_no_idempotency_key(acme: Organisation) -> None:
    answer = await (await acme.owner()).post(KEYS, json={}, headers={"idempotency-key": "k"})
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_refused")


async def test_a_ticket_stands_for_the_session_that_asked_for_half_a_minute(acme: Organisation) -> None:
    tokens = await acme.log_in()
    answer = await (await acme.as_(tokens)).post("/user/ws-ticket")
    assert (answer.status_code, answer.json()["expires_in"]) == (201, 30)
    ticket = answer.json()["ticket"]
    redis = acme.running.redis
    assert ticket not in str(await redis.keys("*"))
    assert 0 < await redis.ttl(tickets.key(ticket)) <= 30
    claims = Claims.model_validate_json(await redis.getdel(tickets.key(ticket)) or b"")
    in_token = await acme.claims(tokens["access_token"])
    assert claims.in_token() == {name: in_token[name] for name in claims.in_token()}


async def test_a_key_ends_with_the_account_that_made_it(acme: Organisation) -> None:
    bob = await acme.join("bob@acme.test", "admin")
    key = await make(acme, client=await acme.as_(bob))
    ada = await acme.owner()
    kept = await make(acme, client=ada)
    assert (await ada.post(f"/user/users/{bob['user']['id']}/deactivate")).status_code == 204
    assert (await exchange(acme, key["key"])).status_code == 401
    assert (await exchange(acme, kept["key"])).status_code == 200
    await acme.running.settle()
    member = revocations.session(key["id"])
    assert await acme.running.redis.zscore(revocations.KEY, member) is not None


async def test_a_key_may_no_more_than_whoever_made_it_may_by_now(acme: Organisation) -> None:
    bob = await acme.join("bob@acme.test", "admin")
    key = await make(acme, "hrms.employee.read", "hrms.employee.write", client=await acme.as_(bob))
    ada = await acme.owner()
    path = f"/user/users/{bob['user']['id']}"
    etag = (await ada.get(path)).headers["etag"]
    await ada.put(f"{path}/roles", json={"roles": ["employee"]}, headers={"if-match": etag})
    token = (await exchange(acme, key["key"])).json()["access_token"]
    assert (await acme.claims(token))["perms"] == ["hrms.employee.read"]


async def test_a_program_invites_nobody(acme: Organisation) -> None:
    ada = await acme.owner()
    await ada.post("/user/roles", json={"code": "guest", "name": "Guest", "permissions": []})
    key = await make(acme, "user.invitation.write", client=ada)
    program = await acme.as_((await exchange(acme, key["key"])).json())
    answer = await program.post("/user/invitations", json={"email": "bob@acme.test", "role": "guest"})
    assert (answer.status_code, answer.json()["code"]) == (404, "user.account_unknown")
