import asyncio
import re
from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest
from servicekit.records import Outgoing
from servicekit.tenant_schema import schema_of
from servicekit.testing.running import Running

NOBODYS = "00000000-0000-7000-8000-000000000000"  # no id of anything
EMPLOYEES = "/hrms/employees"
Person = Callable[..., dict[str, Any]]
Hire = Callable[..., Awaitable[dict[str, Any]]]
Outbox = Callable[[], Awaitable[Sequence[Outgoing]]]


async def test_an_employee_is_hired_with_location_and_etag(client: httpx.AsyncClient, person: Person) -> None:
    department = (await client.post("/hrms/departments", json={"name": "Engineering"})).json()
    wish = person(department_id=department["id"], position="Engineer", employment_type="part_time")
    answer = await client.post(EMPLOYEES, json=wish)
    assert (answer.status_code, answer.headers["etag"]) == (201, '"1"')
    hired = answer.json()
    assert hired.items() >= wish.items()
    assert (hired["status"], hired["department"], hired["manager"]) == ("active", "Engineering", None)
    again = await client.get(answer.headers["location"])
    assert (again.json(), again.headers["etag"]) == (hired, '"1"')


async def test_the_row_stands_in_the_tenants_schema_of_the_services_database(
    running: Running, tenant: str, hire: Hire
) -> None:
    hired = await hire()
    connection: Any = await asyncpg.connect(str(running.service.settings.direct_url))
    try:
        row = await connection.fetchrow(f"SELECT id, email FROM {schema_of(tenant)}.employees")
        database = await connection.fetchval("SELECT current_database()")
    finally:
        await connection.close()
    assert (database, str(row["id"]), row["email"]) == ("app1_hrms", hired["id"], hired["email"])


async def test_fact_and_welcome_stand_in_the_outbox_once(hire: Hire, outbox: Outbox) -> None:
    manager = await hire()
    hired = await hire(manager_id=manager["id"], position="Engineer")
    fact, mail = (await outbox())[2:]
    assert (fact.type, fact.aggregate, fact.version) == ("hrms.employee_hired.v1", hired["id"], 1)
    told = ("employee_no", "first_name", "last_name", "email", "date_of_joining", "position", "manager_id")
    assert {name: fact.data[name] for name in told} == {name: hired[name] for name in told}
    assert (mail.type, mail.queue, mail.data["purpose"]) == (
        "user.mail",
        "app1-user-service",
        "employee_welcome",
    )
    assert mail.data["address"] == hired["email"]
    assert mail.data["data"] == {"first_name": "Grace", "date_of_joining": "2020-01-01"}


@pytest.mark.parametrize(
    ("field", "value", "status", "code"),
    [
        ("email", "TAKEN@acme.test", 409, "hrms.email_taken"),
        ("employee_no", "x-1", 409, "hrms.employee_no_taken"),
        ("department_id", NOBODYS, 422, "hrms.department_unknown"),
        ("manager_id", NOBODYS, 422, "hrms.manager_unknown"),
    ],
)
async def test_a_refused_hiring_leaves_nothing(
    client: httpx.AsyncClient,
    hire: Hire,
    person: Person,
    outbox: Outbox,
    field: str,
    value: str,
    status: int,
    code: str,
) -> None:
    await hire(email="taken@acme.test", employee_no="X-1")
    before = len(await outbox())
    answer = await client.post(EMPLOYEES, json=person(**{"position": "New", field: value}))
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert len(await outbox()) == before
    assert (await client.get(EMPLOYEES, params={"total": True})).json()["total"] == 1
    assert (await client.get("/hrms/positions")).json()["items"] == []


async def test_a_manager_who_has_left_by_then_is_refused(
    client: httpx.AsyncClient, hire: Hire, person: Person
) -> None:
    manager = await hire()
    await client.post(f"{EMPLOYEES}/{manager['id']}/terminate", json={"last_day": "2021-06-30"})
    answer = await client.post(EMPLOYEES, json=person(manager_id=manager["id"], date_of_joining="2021-07-01"))
    assert (answer.status_code, answer.json()["code"]) == (422, "hrms.manager_has_left")
    assert answer.json()["last_day"] == "2021-06-30"
    await hire(manager_id=manager["id"], date_of_joining="2021-06-30")


async def test_many_hired_at_once_get_numbers_of_their_own(hire: Hire) -> None:
    await hire(employee_no="e0007")  # as if written by hand, in the way of the automatic ones
    hired = await asyncio.gather(*(hire() for _ in range(50)))
    numbers = {one["employee_no"] for one in hired}
    assert len(numbers) == 50
    assert all(re.fullmatch(r"E\d{4}", number) for number in numbers)
    assert "E0007" not in numbers


@pytest.mark.parametrize(
    ("field", "values", "code"),
    [
        ("email", ["ada@acme.test", "ADA@acme.test"], "hrms.email_taken"),
        ("employee_no", ["A1", "a1"], "hrms.employee_no_taken"),
    ],
)
async def test_of_many_with_one_address_or_number_at_once_one_is_hired(
    client: httpx.AsyncClient, person: Person, outbox: Outbox, field: str, values: list[str], code: str
) -> None:
    wishes = [person(**{field: value}) for value in values * 15]
    answers = await asyncio.gather(*(client.post(EMPLOYEES, json=wish) for wish in wishes))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 29
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {code}
    assert len(await outbox()) == 2


async def test_a_hiring_sent_again_with_its_key_hires_once(
    client: httpx.AsyncClient, person: Person, outbox: Outbox
) -> None:
    wish, headers = person(), {"idempotency-key": "hire-1"}
    answers = await asyncio.gather(*(client.post(EMPLOYEES, json=wish, headers=headers) for _ in range(20)))
    assert {answer.status_code for answer in answers} <= {201, 409}
    again = await client.post(EMPLOYEES, json=wish, headers=headers)
    assert (again.status_code, again.headers["idempotent-replayed"]) == (201, "true")
    assert len(await outbox()) == 2


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("date_of_joining", "0001-01-01"),
        ("date_of_joining", "9999-12-31"),
        ("date_of_joining", "2023-02-29"),
        ("date_of_joining", "2023-03-01T00:00:00"),
        ("date_of_joining", 86400),
        ("date_of_joining", None),
        ("first_name", "x" * 10_240),
        ("first_name", "a\x00b"),
        ("first_name", " "),
        ("last_name", "a\nb"),
        ("email", "nobody"),
        ("email", f"{'x' * 300}@acme.test"),
        ("employee_no", "\x00"),
        ("employment_type", "slave"),
        ("manager_id", "1"),
        ("position", ""),
    ],
)
async def test_a_field_that_cannot_be_meant_is_pointed_at(
    client: httpx.AsyncClient, person: Person, field: str, value: object
) -> None:
    answer = await client.post(EMPLOYEES, json=person(**{field: value}))
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [f"/{field}"]


async def test_a_change_needs_the_version_that_was_seen(client: httpx.AsyncClient, hire: Hire) -> None:
    path = f"{EMPLOYEES}/{(await hire())['id']}"
    assert (await client.patch(path, json={"last_name": "Murray"})).status_code == 428
    changed = await client.patch(path, json={"last_name": "Murray"}, headers={"if-match": '"1"'})
    assert (changed.status_code, changed.headers["etag"], changed.json()["version"]) == (200, '"2"', 2)
    assert (await client.get(path)).json() == changed.json()
    stale = await client.patch(path, json={"last_name": "Hopper"}, headers={"if-match": '"1"'})
    assert (stale.status_code, stale.json()["code"]) == (412, "stale")


async def test_of_many_changes_to_one_version_one_wins(client: httpx.AsyncClient, hire: Hire) -> None:
    path = f"{EMPLOYEES}/{(await hire())['id']}"
    headers = {"if-match": '"1"'}
    answers = await asyncio.gather(
        *(client.patch(path, json={"last_name": f"Name {n}"}, headers=headers) for n in range(30))
    )
    assert sorted(answer.status_code for answer in answers) == [200] + [412] * 29


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"email": "ADA@acme.test"}, 409),
        ({"employee_no": "a-1"}, 409),
        ({"first_name": None}, 422),
        ({"date_of_joining": "2020-02-01"}, 422),
        ({}, 200),
    ],
)
async def test_a_change_is_checked_like_a_hiring(
    client: httpx.AsyncClient, hire: Hire, changes: dict[str, Any], status: int
) -> None:
    await hire(email="ada@acme.test", employee_no="A-1")
    hired = await hire()
    answer = await client.patch(f"{EMPLOYEES}/{hired['id']}", json=changes, headers={"if-match": '"1"'})
    assert answer.status_code == status
    assert (await client.get(f"{EMPLOYEES}/{hired['id']}")).json() == hired


async def test_a_hiring_by_mistake_is_taken_back(
    client: httpx.AsyncClient, hire: Hire, outbox: Outbox
) -> None:
    hired = await hire()
    path = f"{EMPLOYEES}/{hired['id']}"
    assert (await client.delete(path)).status_code == 204
    assert (await client.get(path)).status_code == 404
    fact = (await outbox())[-1]
    assert (fact.type, fact.aggregate, fact.version) == ("hrms.employee_removed.v1", hired["id"], 2)
    assert (await hire(email=hired["email"], employee_no=hired["employee_no"]))["id"] != hired["id"]


@pytest.mark.parametrize("history", ["a job change", "an end", "somebody who reports"])
async def test_an_employee_with_history_is_not_deleted(
    client: httpx.AsyncClient, hire: Hire, outbox: Outbox, history: str
) -> None:
    path = f"{EMPLOYEES}/{(await hire())['id']}"
    if history == "a job change":
        await client.post(f"{path}/job-changes", json={"valid_from": "2021-01-01", "position": "Chief"})
    elif history == "an end":
        await client.post(f"{path}/terminate", json={"last_day": "2021-01-01"})
    else:
        await hire(manager_id=path.rsplit("/", 1)[1])
    before = len(await outbox())
    answer = await client.delete(path)
    assert (answer.status_code, answer.json()["code"]) == (409, "hrms.employee_has_history")
    assert (await client.get(path)).status_code == 200
    assert len(await outbox()) == before


async def test_ids_are_uuids_that_sort_by_age(hire: Hire) -> None:
    first, second = UUID((await hire())["id"]), UUID((await hire())["id"])
    assert first.version == 7
    assert first < second
