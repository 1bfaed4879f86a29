from uuid import uuid4

import httpx
import pytest
from contracts.permissions import permissions_of
from organisation import Organisation
from servicekit.testing.running import Running


async def test_me_is_the_account_with_all_that_it_may_do(acme: Organisation) -> None:
    me = (await (await acme.owner()).get("/user/me")).json()
    assert (me["email"], me["name"], me["roles"], me["status"]) == (
        "ada@acme.test",
        "Ada Lovelace",
        ["owner"],
        "active",
    )
    assert set(me["permissions"]) == permissions_of("business", frozenset({"owner"}))


async def test_accounts_are_listed_searched_and_paged(acme: Organisation) -> None:
    ada = await acme.owner()
    for name in ("bob", "cleo", "dana"):
        await acme.join(f"{name}@acme.test", "employee")
    first = (await ada.get("/user/users", params={"limit": 3, "total": "true", "sort": "-email"})).json()
    assert [user["email"][:1] for user in first["items"]] == ["d", "c", "b"]
    assert first["total"] == 4
    rest = (
        await ada.get("/user/users", params={"limit": 3, "sort": "-email", "cursor": first["next_cursor"]})
    ).json()
    assert [user["email"] for user in rest["items"]] == ["ada@acme.test"]
    found = (await ada.get("/user/users", params={"q": "CLEO"})).json()["items"]
    assert [(user["name"], user["roles"]) for user in found] == [("cleo", ["employee"])]
    assert (await ada.get("/user/users", params={"q": "%"})).json()["items"] == []
    owners = (await ada.get("/user/users", params={"role": "owner"})).json()["items"]
    assert [user["email"] for user in owners] == ["ada@acme.test"]


async def test_a_list_carries_no_secret(acme: Organisation) -> None:
    answer = await (await acme.owner()).get("/user/users")
    assert "argon2" not in answer.text
    shown = {"id", "email", "email_verified", "name", "status", "roles", "created_at"}
    assert set(answer.json()["items"][0]) == shown


@pytest.mark.usefixtures("acme")
async def test_of_another_tenants_accounts_nothing_is_seen(outsider: httpx.AsyncClient) -> None:
    assert (await outsider.get("/user/users")).json()["items"] == []


async def test_an_account_that_is_not_there_is_404(acme: Organisation, running: Running) -> None:
    ghost = running.client(running.context(acme.tenant, user_id=uuid4()))
    answer = await ghost.get("/user/me")
    assert (answer.status_code, answer.json()["code"]) == (404, "user.account_unknown")
