from typing import Any

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
