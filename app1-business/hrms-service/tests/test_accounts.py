import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from contracts.facts import AccountActivated
from servicekit import facts
from servicekit.testing.running import Running

EMPLOYEES = "/hrms/employees"
Hire = Callable[..., Awaitable[dict[str, Any]]]
SignIn = Callable[..., Awaitable[httpx.AsyncClient]]


async def activate(running: Running, tenant: str, email: str, employee_id: str | None) -> str:
    """Tell, as the user-service does, of a new account, and let it be heard; the account's id."""
    fact = AccountActivated(
        user_id=uuid4(),
        email=email,
        display_name="Ada",
        roles=["employee"],
        employee_id=UUID(employee_id) if employee_id else None,
    )
    async with running.database.tenant(running.context(tenant)) as session:
        aggregate = str(fact.user_id)
        facts.tell(
            session, fact, tenant=tenant, application="business", actor=None, aggregate=aggregate, version=1
        )
        await session.commit()
    await running.settle()
    return aggregate


async def test_an_account_whose_invitation_named_the_employee_is_theirs(
    running: Running, tenant: str, client: httpx.AsyncClient, hire: Hire
) -> None:
    employee = await hire()
    user_id = await activate(running, tenant, "other@acme.test", employee["id"])
    now = (await client.get(f"{EMPLOYEES}/{employee['id']}")).json()
    assert now == employee | {"user_id": user_id, "version": 2}


async def test_an_account_finds_its_own_employee_whatever_their_address(hire: Hire, sign_in: SignIn) -> None:
    await hire()
    mine = await hire(email="at.home@acme.test")
    async with await sign_in(mine, "employee") as me:
        found = await me.get(f"{EMPLOYEES}/me")
        assert (found.status_code, found.json()["id"], found.headers["etag"]) == (200, mine["id"], '"1"')


async def test_an_account_of_no_employee_is_told_so(
    client: httpx.AsyncClient, outsider: httpx.AsyncClient, hire: Hire, sign_in: SignIn
) -> None:
    mine = await hire()
    async with await sign_in(mine, "employee"), await sign_in(None, "employee") as nobody:
        for stranger in (nobody, client, outsider):
            answer = await stranger.get(f"{EMPLOYEES}/me")
            assert (answer.status_code, answer.json()["code"]) == (404, "hrms.own_employee_absent")


@pytest.mark.parametrize("employee_id", [None, "00000000-0000-7000-8000-000000000000"])
async def test_an_address_alone_links_nobody(
    running: Running, tenant: str, client: httpx.AsyncClient, hire: Hire, employee_id: str | None
) -> None:
    employee = await hire()
    await activate(running, tenant, employee["email"], employee_id)
    assert (await client.get(f"{EMPLOYEES}/{employee['id']}")).json() == employee


async def give(
    client: httpx.AsyncClient, employee: dict[str, Any], user_id: str | None, version: int = 1
) -> httpx.Response:
    return await client.put(
        f"{EMPLOYEES}/{employee['id']}/account",
        json={"user_id": user_id},
        headers={"if-match": f'"{version}"'},
    )


async def test_whoever_has_an_account_already_finds_the_employee_it_was_given_to(
    running: Running, tenant: str, client: httpx.AsyncClient, hire: Hire
) -> None:
    employee, owner = await hire(), uuid4()
    given = await give(client, employee, str(owner))
    assert (given.status_code, given.headers["etag"]) == (200, '"2"')
    assert given.json() == employee | {"user_id": str(owner), "version": 2}
    async with running.client(running.context(tenant, roles=("owner",), user_id=owner)) as me:
        assert (await me.get(f"{EMPLOYEES}/me")).json()["id"] == employee["id"]


async def test_hr_gives_no_account_away(running: Running, tenant: str, hire: Hire) -> None:
    employee = await hire()
    async with running.client(running.context(tenant, roles=("hr",))) as hr:
        assert (await give(hr, employee, str(uuid4()))).status_code == 403


async def test_an_account_is_one_employees_until_it_is_taken_from_them(
    client: httpx.AsyncClient, hire: Hire
) -> None:
    first, second, account = await hire(), await hire(), str(uuid4())
    await give(client, first, account)
    refused = await give(client, second, account)
    assert (refused.status_code, refused.json()["code"]) == (409, "hrms.account_taken")
    assert (await give(client, first, None, version=2)).json()["user_id"] is None
    assert (await give(client, second, account)).status_code == 200


async def test_of_twenty_who_give_an_account_away_at_once_one_does(
    client: httpx.AsyncClient, hire: Hire
) -> None:
    account = str(uuid4())
    hired = await asyncio.gather(*(hire() for _ in range(20)))
    answers = await asyncio.gather(*(give(client, employee, account) for employee in hired))
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 19
    items = (await client.get(EMPLOYEES, params={"limit": 100})).json()["items"]
    assert [employee["user_id"] for employee in items].count(account) == 1


async def test_an_account_is_not_given_to_an_employee_who_was_changed_meanwhile(
    client: httpx.AsyncClient, hire: Hire
) -> None:
    employee = await hire()
    await give(client, employee, str(uuid4()))
    assert (await give(client, employee, str(uuid4()))).status_code == 412
