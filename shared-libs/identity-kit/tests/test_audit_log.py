import time
from base64 import b32decode
from typing import Any

from identity_kit.rules import totp
from organisation import PASSWORD, Organisation

NEW = "an altogether new secret"


async def events(acme: Organisation, **filters: str) -> list[dict[str, Any]]:
    answer = await (await acme.owner()).get("/user/audit-events", params={"limit": "100"} | filters)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def test_signing_in_is_noted_with_who_and_from_where(acme: Organisation) -> None:
    acme.visitor.headers["x-forwarded-for"] = "203.0.113.7"
    tokens = await acme.log_in()
    session = (await acme.claims(tokens["access_token"]))["sid"]
    (event,) = await events(acme, target=f"session:{session}")
    assert (event["action"], event["actor"]) == ("user.signed_in", tokens["user"]["id"])
    assert event["address"] == "203.0.113.7"


async def test_a_change_of_roles_is_noted_with_before_and_after(acme: Organisation) -> None:
    bob = (await acme.join("bob@acme.test", "employee"))["user"]
    ada = await acme.owner()
    etag = (await ada.get(f"/user/users/{bob['id']}")).headers["etag"]
    path = f"/user/users/{bob['id']}/roles"
    await ada.put(path, json={"roles": ["hr", "employee"]}, headers={"if-match": etag})
    (event,) = await events(acme, action="user.roles_changed")
    assert event["target"] == f"user:{bob['id']}"
    assert event["before"] == {"roles": ["employee"]}
    assert event["after"] == {"roles": ["employee", "hr"]}


async def test_what_people_do_to_accounts_is_noted_and_no_secret(acme: Organisation) -> None:
    bob = await acme.join("bob@acme.test", "employee")
    ada = await acme.owner()
    client = await acme.as_(bob)
    await client.put("/user/me/password", json={"current_password": PASSWORD, "new_password": NEW})
    wish = {"code": "recruiter", "name": "Recruiter", "permissions": []}
    etag = (await ada.post("/user/roles", json=wish)).headers["etag"]
    await ada.patch("/user/roles/recruiter", json={"name": "Scout"}, headers={"if-match": etag})
    await ada.delete("/user/roles/recruiter")
    await ada.post(f"/user/users/{bob['user']['id']}/deactivate")
    await ada.post(f"/user/users/{bob['user']['id']}/reactivate")
    noted = await events(acme)
    assert {
        "user.tenant_registered",
        "user.invitation_sent",
        "user.invitation_accepted",
        "user.signed_in",
        "user.password_changed",
        "user.role_created",
        "user.role_changed",
        "user.role_deleted",
        "user.account_deactivated",
        "user.session_revoked",
        "user.account_reactivated",
    } == {event["action"] for event in noted}
    assert all(secret not in str(noted) for secret in (PASSWORD, NEW, "argon2"))


async def test_a_refusal_leaves_no_note(acme: Organisation) -> None:
    ada = await acme.owner()
    own = (await ada.get("/user/me")).json()["id"]
    assert (await ada.post(f"/user/users/{own}/deactivate")).status_code == 409
    assert await events(acme, action="user.account_deactivated") == []


async def test_a_token_used_again_is_noted_though_it_is_refused(acme: Organisation) -> None:
    token = (await acme.log_in())["refresh_token"]
    await acme.refresh(token)
    await acme.rows("UPDATE {schema}.sessions SET rotations = '{{}}'")
    assert (await acme.refresh(token)).status_code == 401
    assert len(await events(acme, action="user.refresh_token_reused")) == 1


async def test_the_log_is_for_those_who_may_see_it(acme: Organisation) -> None:
    bob = await acme.as_(await acme.join("bob@acme.test", "hr"))
    assert (await bob.get("/user/audit-events")).status_code == 403
    assert (await bob.get("/user/audit-events/export")).status_code == 403


async def test_every_dangerous_act_is_noted_with_before_and_after(acme: Organisation) -> None:
    bob = (await acme.join("bob@acme.test", "employee"))["user"]["id"]
    ada = await acme.owner()
    await ada.post(f"/user/users/{bob}/deactivate")
    await ada.post(f"/user/users/{bob}/reactivate")
    key = (
        await ada.post("/user/api-keys", json={"name": "Import", "permissions": ["user.audit.read"]})
    ).json()
    await ada.delete(f"/user/api-keys/{key['id']}")
    wish = {"email": "cleo@acme.test", "role": "employee"}
    invitation = (await ada.post("/user/invitations", json=wish)).json()["id"]
    await ada.post(f"/user/invitations/{invitation}/resend")
    await ada.delete(f"/user/invitations/{invitation}")
    etag = (await ada.get("/user/tenant")).headers["etag"]
    await ada.patch("/user/tenant", json={"country": "DE"}, headers={"if-match": etag})
    said = {
        event["action"].removeprefix("user."): (event["target"], event["before"], event["after"])
        for event in await events(acme, sort="created_at")
    }
    active, deactivated = {"status": "active"}, {"status": "deactivated"}
    assert said["account_deactivated"] == (f"user:{bob}", active, deactivated)
    assert said["account_reactivated"] == (f"user:{bob}", deactivated, active)
    scope = {"name": "Import", "permissions": ["user.audit.read"]}
    assert said["api_key_created"] == (f"api_key:{key['id']}", None, scope)
    assert said["api_key_revoked"] == (f"api_key:{key['id']}", scope, None)
    assert said["invitation_sent"] == (f"invitation:{invitation}", None, wish)
    assert said["invitation_resent"] == (f"invitation:{invitation}", None, None)
    assert said["invitation_withdrawn"] == (f"invitation:{invitation}", wish, None)
    assert said["tenant_changed"] == (f"tenant:{acme.tenant}", {"country": "GB"}, {"country": "DE"})


async def test_what_becomes_of_a_second_factor_is_noted(acme: Organisation) -> None:
    ada = await acme.owner()
    letters = (await ada.post("/user/me/mfa/totp")).json()["secret"]
    code = totp.code_at(b32decode(letters), int(time.time()) // totp.PERIOD)
    codes = (await ada.post("/user/me/mfa/totp/confirm", json={"code": code})).json()["recovery_codes"]
    await ada.post("/user/me/step-up", json={"code": codes[0]})
    await ada.post("/user/me/mfa/recovery-codes")
    noted = (await ada.get("/user/audit-events", params={"sort": "created_at"})).json()["items"]
    await ada.delete("/user/me/mfa/totp")
    noted += (await ada.get("/user/audit-events", params={"limit": "1"})).json()["items"]
    assert [event["action"] for event in noted][-4:] == [
        "user.second_factor_added",
        "user.recovery_code_used",
        "user.recovery_codes_renewed",
        "user.second_factor_removed",
    ]
    assert all(code not in str(noted) for code in codes)
