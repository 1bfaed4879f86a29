import asyncio
from typing import Any
from uuid import uuid4

import httpx
import pytest
from contracts import revocations
from organisation import PASSWORD, Organisation


async def user(client: httpx.AsyncClient, email: str) -> tuple[dict[str, Any], str]:
    """An account by its address, and its ETag."""
    (found,) = (await client.get("/user/users", params={"q": email})).json()["items"]
    answer = await client.get(f"/user/users/{found['id']}")
    return answer.json(), answer.headers["etag"]


async def give(client: httpx.AsyncClient, email: str, *roles: str) -> httpx.Response:
    found, etag = await user(client, email)
    path = f"/user/users/{found['id']}/roles"
    return await client.put(path, json={"roles": roles}, headers={"if-match": etag})


async def test_new_roles_count_at_the_next_refresh_and_outdate_the_old_tokens(acme: Organisation) -> None:
    tokens = await acme.join("bob@acme.test", "employee")
    answer = await give(await acme.owner(), "bob@acme.test", "hr", "employee")
    assert (answer.status_code, answer.json()["roles"]) == (200, ["employee", "hr"])
    renewed = await acme.claims((await acme.refresh(tokens["refresh_token"])).json()["access_token"])
    assert (renewed["roles"], renewed["ver"]) == (["employee", "hr"], 2)
    assert "hrms.employee.write" in renewed["perms"]
    await acme.running.settle()
    member = revocations.account(tokens["user"]["id"], 2)
    assert await acme.running.redis.zscore(revocations.KEY, member) is not None


async def test_of_two_changes_from_one_version_one_succeeds(acme: Organisation) -> None:
    await acme.join("bob@acme.test", "employee")
    ada = await acme.owner()
    found, etag = await user(ada, "bob@acme.test")
    path = f"/user/users/{found['id']}/roles"
    answers = await asyncio.gather(
        *(ada.put(path, json={"roles": [role]}, headers={"if-match": etag}) for role in ("hr", "sales") * 10)
    )
    assert sorted(answer.status_code for answer in answers) == [200] + [412] * 19
    assert (await ada.put(path, json={"roles": ["hr"]})).status_code == 428


async def test_roles_are_given_and_taken_by_those_above(acme: Organisation) -> None:
    await acme.join("bob@acme.test", "hr")
    admin = await acme.as_(await acme.join("admin@acme.test", "admin"))
    assert (await give(admin, "bob@acme.test", "owner")).json()["code"] == "user.role_not_yours_to_give"
    assert (await give(admin, "ada@acme.test", "employee")).json()["code"] == "user.role_not_yours_to_give"
    assert (await give(admin, "bob@acme.test", "no_such_role")).json()["code"] == "user.role_unknown"
    assert (await give(admin, "bob@acme.test", "payroll")).status_code == 200


async def test_the_last_owner_stays_an_owner_and_active(acme: Organisation) -> None:
    ada = await acme.owner()
    await acme.join("deputy@acme.test", "owner")
    deputy, _ = await user(ada, "deputy@acme.test")
    assert (await ada.post(f"/user/users/{deputy['id']}/deactivate")).status_code == 204
    refused = await give(ada, "ada@acme.test", "admin")
    assert (refused.status_code, refused.json()["code"]) == (409, "user.last_owner")
    own, _ = await user(ada, "ada@acme.test")
    refused = await ada.post(f"/user/users/{own['id']}/deactivate")
    assert (refused.status_code, refused.json()["code"]) == (409, "user.last_owner")


async def test_owners_who_all_step_down_at_once_leave_one(acme: Organisation) -> None:
    ada = await acme.owner()
    names = [f"owner{n}@acme.test" for n in range(5)]
    for name in names:
        await acme.join(name, "owner")
    found = [await user(ada, name) for name in [*names, "ada@acme.test"]]
    answers = await asyncio.gather(
        *(
            ada.put(f"/user/users/{row['id']}/roles", json={"roles": ["admin"]}, headers={"if-match": etag})
            if n % 2
            else ada.post(f"/user/users/{row['id']}/deactivate")
            for n, (row, etag) in enumerate(found)
        )
    )
    assert [answer.status_code for answer in answers].count(409) == 1
    owners = await acme.rows(
        "SELECT 1 FROM {schema}.users JOIN {schema}.user_roles ON user_id = id"
        " WHERE role = 'owner' AND status = 'active'"
    )
    assert len(owners) == 1


async def test_who_is_deactivated_is_out_at_once_and_back_when_reactivated(acme: Organisation) -> None:
    tokens = await acme.join("bob@acme.test", "employee")
    ada = await acme.owner()
    path = f"/user/users/{tokens['user']['id']}"
    for _ in range(2):
        assert (await ada.post(f"{path}/deactivate")).status_code == 204
    assert (await acme.refresh(tokens["refresh_token"])).status_code == 401
    credentials = {"email": "bob@acme.test", "password": PASSWORD}
    assert (await acme.visitor.post("/user/login", json=credentials)).status_code == 401
    await acme.running.settle()
    members = await acme.running.redis.zrange(revocations.KEY, 0, -1)
    assert revocations.account(tokens["user"]["id"], 2).encode() in members
    for _ in range(2):
        assert (await ada.post(f"{path}/reactivate")).status_code == 204
    assert (await acme.log_in("bob@acme.test"))["user"]["status"] == "active"
    told = await acme.rows(
        "SELECT type FROM control.outbox WHERE tenant = $1 AND type LIKE 'user.account_%activated.v1'"
        " AND data->>'user_id' = $2 ORDER BY id",
        acme.tenant,
        tokens["user"]["id"],
    )
    kinds = [row["type"].removeprefix("user.account_").removesuffix(".v1") for row in told]
    assert kinds == ["activated", "deactivated", "reactivated"]


async def test_a_refresh_against_a_deactivation_leaves_nothing_alive(acme: Organisation) -> None:
    tokens = await acme.join("bob@acme.test", "employee")
    ada = await acme.owner()
    path = f"/user/users/{tokens['user']['id']}"
    for _ in range(10):
        answers = await asyncio.gather(
            *(acme.refresh(tokens["refresh_token"]) for _ in range(3)), ada.post(f"{path}/deactivate")
        )
        assert answers[-1].status_code == 204
        for token in {answer.json().get("refresh_token") for answer in answers[:-1]} - {None}:
            assert (await acme.refresh(token)).status_code == 401
        assert (await ada.post(f"{path}/reactivate")).status_code == 204
        tokens = await acme.log_in("bob@acme.test")


async def test_an_admin_does_not_shut_out_an_owner(acme: Organisation) -> None:
    admin = await acme.as_(await acme.join("admin@acme.test", "admin"))
    own, _ = await user(admin, "ada@acme.test")
    for answer in (
        await admin.post(f"/user/users/{own['id']}/deactivate"),
        await admin.delete(f"/user/users/{own['id']}/sessions"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (403, "user.role_not_yours_to_give")


async def test_an_account_is_signed_out_everywhere_by_those_above(acme: Organisation) -> None:
    tokens = await acme.join("bob@acme.test", "employee")
    ada = await acme.owner()
    assert (await ada.delete(f"/user/users/{tokens['user']['id']}/sessions")).status_code == 204
    assert (await acme.refresh(tokens["refresh_token"])).status_code == 401


async def test_changing_roles_wants_a_recent_proof(acme: Organisation) -> None:
    await acme.join("bob@acme.test", "employee")
    ada = await acme.owner()
    await acme.rows("UPDATE {schema}.sessions SET authenticated_at = now() - interval '10 minutes'")
    assert (await give(ada, "bob@acme.test", "hr")).json()["code"] == "user.step_up_required"


async def test_an_organisation_makes_roles_of_its_own(acme: Organisation) -> None:
    ada = await acme.owner()
    wish = {"code": "recruiter", "name": "Recruiter", "permissions": ["hrms.employee.read"]}
    made = await ada.post("/user/roles", json=wish)
    assert (made.status_code, made.headers["location"]) == (201, "/user/roles/recruiter")
    assert (await ada.post("/user/roles", json=wish)).json()["code"] == "user.role_code_taken"
    assert (await ada.post("/user/roles", json=wish | {"code": "admin"})).status_code == 409
    listed = {role["code"]: role for role in (await ada.get("/user/roles")).json()["items"]}
    assert listed["recruiter"]["permissions"] == ["hrms.employee.read"]
    assert (listed["owner"]["built_in"], listed["recruiter"]["built_in"]) == (True, False)
    tokens = await acme.join("bob@acme.test", "recruiter")
    claims = await acme.claims(tokens["access_token"])
    assert (claims["roles"], claims["perms"]) == (["recruiter"], ["hrms.employee.read"])
    me = (await (await acme.as_(tokens)).get("/user/me")).json()
    assert me["permissions"] == ["hrms.employee.read"]


async def test_what_a_role_allows_can_change_and_outdates_its_holders(acme: Organisation) -> None:
    ada = await acme.owner()
    wish = {"code": "recruiter", "name": "Recruiter", "permissions": ["hrms.employee.read"]}
    etag = (await ada.post("/user/roles", json=wish)).headers["etag"]
    tokens = await acme.join("bob@acme.test", "recruiter")
    changes = {"permissions": ["hrms.employee.read", "hrms.employee.write"]}
    answer = await ada.patch("/user/roles/recruiter", json=changes, headers={"if-match": etag})
    assert answer.status_code == 200, answer.text
    stale = await ada.patch("/user/roles/recruiter", json=changes, headers={"if-match": etag})
    assert stale.status_code == 412
    claims = await acme.claims((await acme.refresh(tokens["refresh_token"])).json()["access_token"])
    assert (claims["ver"], "hrms.employee.write" in claims["perms"]) == (2, True)


async def test_a_role_that_somebody_holds_is_not_deleted(acme: Organisation) -> None:
    ada = await acme.owner()
    wish = {"code": "recruiter", "name": "Recruiter", "permissions": []}
    await ada.post("/user/roles", json=wish)
    await acme.join("bob@acme.test", "recruiter")
    assert (await ada.delete("/user/roles/recruiter")).json()["code"] == "user.role_held"
    assert (await give(ada, "bob@acme.test", "employee")).status_code == 200
    assert (await ada.delete("/user/roles/recruiter")).status_code == 204
    assert (await ada.get("/user/roles/recruiter")).status_code == 404
    assert (await give(ada, "bob@acme.test", "recruiter")).json()["code"] == "user.role_unknown"


@pytest.mark.parametrize("code", ["no.such.permission", "hrms.employee.write"])
async def test_nobody_makes_a_role_that_may_more_than_they_do(acme: Organisation, code: str) -> None:
    ada = await acme.owner()
    wish = {"code": "maker", "name": "Maker", "permissions": ["user.role.write", "user.account.read"]}
    assert (await ada.post("/user/roles", json=wish)).status_code == 201
    maker = await acme.as_(await acme.join("maker@acme.test", "maker"))
    answer = await maker.post("/user/roles", json={"code": "mine", "name": "Mine", "permissions": [code]})
    assert (answer.status_code, answer.json()["code"]) == (403, "user.permissions_not_yours_to_give")
    assert answer.json()["permissions"] == code


async def test_a_client_learns_what_there_is_to_allow_and_what_it_may(acme: Organisation) -> None:
    bob = await acme.as_(await acme.join("bob@acme.test", "hr"))
    listed = {row["code"]: row for row in (await bob.get("/user/permissions")).json()}
    assert (listed["hrms.employee.write"]["allowed"], listed["user.role.write"]["allowed"]) == (True, False)
    assert listed["hrms.employee.write"]["label"] == "Hire and change employees"


async def test_an_account_nobody_has_is_404(acme: Organisation) -> None:
    ada = await acme.owner()
    path = f"/user/users/{uuid4()}"
    for answer in (
        await ada.get(path),
        await ada.put(f"{path}/roles", json={"roles": ["hr"]}, headers={"if-match": '"1"'}),
        await ada.post(f"{path}/deactivate"),
        await ada.post(f"{path}/reactivate"),
        await ada.delete(f"{path}/sessions"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, "user.account_unknown")


async def test_a_role_is_changed_while_its_holders_are_let_go(acme: Organisation) -> None:
    ada = await acme.owner()
    wish = {"code": "recruiter", "name": "Recruiter", "permissions": []}
    etag = (await ada.post("/user/roles", json=wish)).headers["etag"]
    holders = [(await acme.join(f"b{n}@acme.test", "recruiter"))["user"]["id"] for n in range(8)]
    changes = {"permissions": ["hrms.employee.read"]}
    answers = await asyncio.gather(
        *(ada.post(f"/user/users/{holder}/deactivate") for holder in holders[:4]),
        ada.patch("/user/roles/recruiter", json=changes, headers={"if-match": etag}),
        *(ada.post(f"/user/users/{holder}/deactivate") for holder in holders[4:]),
    )
    assert sorted(answer.status_code for answer in answers) == [200] + [204] * 8


async def test_a_permission_that_is_no_more_can_be_taken_from_a_role(acme: Organisation) -> None:
    ada = await acme.owner()
    wish = {"code": "recruiter", "name": "Recruiter", "permissions": []}
    etag = (await ada.post("/user/roles", json=wish)).headers["etag"]
    await acme.rows("UPDATE {schema}.roles SET permissions = ARRAY['hrms.of_an_earlier_release.read']")
    answer = await ada.patch("/user/roles/recruiter", json={"permissions": []}, headers={"if-match": etag})
    assert (answer.status_code, answer.json()["permissions"]) == (200, [])


async def test_reactivating_wants_a_recent_proof(acme: Organisation) -> None:
    tokens = await acme.join("bob@acme.test", "employee")
    ada = await acme.owner()
    path = f"/user/users/{tokens['user']['id']}"
    await ada.post(f"{path}/deactivate")
    await acme.rows("UPDATE {schema}.sessions SET authenticated_at = now() - interval '10 minutes'")
    assert (await ada.post(f"{path}/reactivate")).json()["code"] == "user.step_up_required"
