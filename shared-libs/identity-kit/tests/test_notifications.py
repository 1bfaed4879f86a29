from typing import Any
from uuid import UUID, uuid4

import httpx
from contracts.jobs import Notify
from organisation import Organisation
from servicekit import jobs

NOTIFICATIONS = "/user/notifications"


async def notify(acme: Organisation, account: str, *kinds: str) -> None:
    async with acme.running.database.tenant(acme.running.context(acme.tenant)) as session:
        for kind in kinds:
            jobs.add(session, Notify(account_id=UUID(account), kind=kind, data={"n": "1"}))
        await session.commit()
    await acme.running.settle()


async def listed(client: httpx.AsyncClient, **params: str) -> dict[str, Any]:
    answer = await client.get(NOTIFICATIONS, params=params)
    assert answer.status_code == 200, answer.text
    page: dict[str, Any] = answer.json()
    return page


async def test_what_any_service_notifies_of_is_there_until_read(acme: Organisation) -> None:
    tokens = await acme.log_in()
    ada = await acme.as_(tokens)
    await notify(acme, tokens["user"]["id"], "hrms.leave_approved", "hrms.leave_refused")
    page = await listed(ada, unread="true", total="true")
    assert page["total"] == 2
    assert {item["kind"] for item in page["items"]} == {"hrms.leave_approved", "hrms.leave_refused"}
    assert page["items"][0]["data"] == {"n": "1"}
    one = page["items"][0]["id"]
    assert (await ada.post(f"{NOTIFICATIONS}/read", json={"ids": [one]})).status_code == 204
    assert [item["id"] for item in (await listed(ada, unread="true"))["items"]] == [page["items"][1]["id"]]
    assert (await ada.post(f"{NOTIFICATIONS}/read", json={})).status_code == 204
    assert (await listed(ada, unread="true"))["items"] == []
    assert len((await listed(ada))["items"]) == 2


async def test_nobody_sees_or_marks_anothers(acme: Organisation) -> None:
    tokens = await acme.log_in()
    await notify(acme, tokens["user"]["id"], "hrms.leave_approved")
    bob = await acme.as_(await acme.join("bob@acme.test", "employee"))
    assert (await listed(bob))["items"] == []
    ada = await acme.as_(tokens)
    (item,) = (await listed(ada))["items"]
    assert (await bob.post(f"{NOTIFICATIONS}/read", json={"ids": [item["id"]]})).status_code == 204
    assert len((await listed(ada, unread="true"))["items"]) == 1


async def test_a_notification_for_an_account_that_is_gone_is_dropped(acme: Organisation) -> None:
    await notify(acme, str(uuid4()), "hrms.leave_approved")
    assert await acme.rows("SELECT * FROM {schema}.notifications") == []


async def test_new_roles_are_notified(acme: Organisation) -> None:
    tokens = await acme.join("bob@acme.test", "employee")
    ada = await acme.owner()
    path = f"/user/users/{tokens['user']['id']}"
    etag = (await ada.get(path)).headers["etag"]
    await ada.put(f"{path}/roles", json={"roles": ["hr"]}, headers={"if-match": etag})
    await acme.running.settle()
    (item,) = (await listed(await acme.as_(tokens)))["items"]
    assert (item["kind"], item["data"]) == ("user.roles_changed", {"roles": "hr"})
