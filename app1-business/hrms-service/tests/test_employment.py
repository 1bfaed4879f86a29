import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
from servicekit.records import Outgoing, Tenant
from servicekit.testing.running import Running
from sqlalchemy import update

EMPLOYEES = "/hrms/employees"
Hire = Callable[..., Awaitable[dict[str, Any]]]
Outbox = Callable[[], Awaitable[Sequence[Outgoing]]]


async def change(client: httpx.AsyncClient, employee: dict[str, Any], **job: Any) -> httpx.Response:
    return await client.post(f"{EMPLOYEES}/{employee['id']}/job-changes", json=job)


async def end(client: httpx.AsyncClient, employee: dict[str, Any], last_day: date | str) -> httpx.Response:
    return await client.post(f"{EMPLOYEES}/{employee['id']}/terminate", json={"last_day": str(last_day)})


async def read(client: httpx.AsyncClient, employee: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = (await client.get(f"{EMPLOYEES}/{employee['id']}")).json()
    return found


async def history(client: httpx.AsyncClient, employee: dict[str, Any]) -> list[tuple[str, str | None, str]]:
    items = (await client.get(f"{EMPLOYEES}/{employee['id']}/history")).json()["items"]
    return [(item["valid_from"], item["valid_to"], item["position"]) for item in items]


async def test_a_change_begins_on_its_day_and_the_job_before_ends_the_day_before(
    client: httpx.AsyncClient, hire: Hire
) -> None:
    employee = await hire(position="Clerk", employment_type="intern")
    answer = await change(client, employee, valid_from="2021-03-01", position="Chief")
    assert answer.status_code == 201
    assert (answer.json()["position"], answer.json()["employment_type"]) == ("Chief", "intern")
    assert await history(client, employee) == [
        ("2020-01-01", "2021-02-28", "Clerk"),
        ("2021-03-01", None, "Chief"),
    ]
    now = await read(client, employee)
    assert (now["position"], now["version"]) == ("Chief", 2)


async def test_an_earlier_change_leaves_the_later_ones_as_they_are(
    client: httpx.AsyncClient, hire: Hire
) -> None:
    employee = await hire(position="Clerk")
    await change(client, employee, valid_from="2022-01-01", position="Chief")
    await change(client, employee, valid_from="2021-01-01", position="Deputy")
    assert await history(client, employee) == [
        ("2020-01-01", "2020-12-31", "Clerk"),
        ("2021-01-01", "2021-12-31", "Deputy"),
        ("2022-01-01", None, "Chief"),
    ]


async def test_null_clears_what_leaving_out_keeps(client: httpx.AsyncClient, hire: Hire) -> None:
    manager = await hire()
    employee = await hire(position="Clerk", manager_id=manager["id"])
    changed = (await change(client, employee, valid_from="2021-01-01", manager_id=None)).json()
    assert (changed["manager_id"], changed["position"]) == (None, "Clerk")


@pytest.mark.parametrize(
    ("job", "status", "code"),
    [
        ({"valid_from": "2020-01-01", "position": "Chief"}, 409, "hrms.job_starts_then"),
        ({"valid_from": "2019-12-31", "position": "Chief"}, 422, "hrms.not_employed_then"),
        ({"valid_from": "2024-01-01", "position": "Chief"}, 422, "hrms.not_employed_then"),
        ({"valid_from": "2021-01-01", "position": "clerk"}, 422, "hrms.nothing_changes"),
        ({"valid_from": "2021-01-01"}, 422, "hrms.nothing_changes"),
        ({"valid_from": "2021-01-01", "employment_type": None}, 422, "invalid"),
        ({"valid_from": "9999-01-01", "position": "Chief"}, 422, "invalid"),
        ({"position": "Chief"}, 422, "invalid"),
    ],
)
async def test_a_change_that_makes_no_sense_is_refused_and_leaves_nothing(
    client: httpx.AsyncClient, hire: Hire, outbox: Outbox, job: dict[str, Any], status: int, code: str
) -> None:
    employee = await hire(position="Clerk")
    await end(client, employee, "2023-12-31")
    before = (await history(client, employee), len(await outbox()))
    answer = await change(client, employee, **job)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert (await history(client, employee), len(await outbox())) == before


async def test_a_change_stands_in_the_outbox_once_with_the_whole_job(
    client: httpx.AsyncClient, hire: Hire, outbox: Outbox
) -> None:
    employee = await hire(position="Clerk", employment_type="part_time")
    await change(client, employee, valid_from="2021-01-01", position="Chief")
    (fact,) = (await outbox())[2:]
    assert (fact.type, fact.aggregate, fact.version) == ("hrms.employee_job_changed.v1", employee["id"], 2)
    assert fact.data == {
        "employee_id": employee["id"],
        "valid_from": "2021-01-01",
        "department_id": None,
        "position": "Chief",
        "manager_id": None,
        "employment_type": "part_time",
    }


async def test_many_changes_at_once_leave_neither_gap_nor_overlap(
    client: httpx.AsyncClient, hire: Hire
) -> None:
    employee = await hire(position="P")
    days = [date(2021, 1, 1) + timedelta(days=n) for n in range(20)] * 2
    answers = await asyncio.gather(
        *(change(client, employee, valid_from=str(day), position=f"P{n}") for n, day in enumerate(days))
    )
    assert sorted(answer.status_code for answer in answers) == [201] * 20 + [409] * 20
    jobs = await history(client, employee)
    assert len(jobs) == 21
    for (_, valid_to, _), (valid_from, _, _) in pairwise(jobs):
        assert date.fromisoformat(valid_to or "") + timedelta(days=1) == date.fromisoformat(valid_from)
    assert jobs[-1][1] is None
    assert (await read(client, employee))["version"] == 21


async def test_a_withdrawn_change_gives_its_days_back_to_the_job_before(
    client: httpx.AsyncClient, hire: Hire, outbox: Outbox
) -> None:
    employee = await hire(position="Clerk")
    planned = (await change(client, employee, valid_from="2190-01-01", position="Chief")).json()
    path = f"{EMPLOYEES}/{employee['id']}/job-changes/{planned['id']}"
    assert (await client.delete(path)).status_code == 204
    assert await history(client, employee) == [("2020-01-01", None, "Clerk")]
    fact = (await outbox())[-1]
    assert (fact.version, fact.data["valid_from"], fact.data["position"]) == (3, "2190-01-01", "Clerk")
    assert (await client.delete(path)).status_code == 404


async def test_the_job_of_the_hiring_and_another_employees_are_not_withdrawn(
    client: httpx.AsyncClient, hire: Hire
) -> None:
    one, other = await hire(position="Clerk"), await hire(position="Clerk")
    changed = (await change(client, one, valid_from="2021-01-01", position="Chief")).json()
    answer = await client.delete(f"{EMPLOYEES}/{other['id']}/job-changes/{changed['id']}")
    assert answer.status_code == 404
    first = (await client.get(f"{EMPLOYEES}/{one['id']}/history")).json()["items"][0]
    answer = await client.delete(f"{EMPLOYEES}/{one['id']}/job-changes/{first['id']}")
    assert (answer.status_code, answer.json()["code"]) == (409, "hrms.first_job")


async def test_a_change_applies_on_its_day_in_the_tenants_time_zone(
    running: Running, person: Callable[..., dict[str, Any]]
) -> None:
    # These two zones are 25 hours apart: they never have the same date.
    today = datetime.now(ZoneInfo("Pacific/Kiritimati")).date()
    seen = {}
    for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago"):
        tenant = await running.new_tenant()
        async with running.database.control() as session:
            await session.execute(update(Tenant).where(Tenant.id == tenant).values(time_zone=zone))
            await session.commit()
        async with running.client(running.context(tenant)) as client:
            employee = (await client.post(EMPLOYEES, json=person(position="Clerk"))).json()
            await change(client, employee, valid_from=str(today), position="Chief")
            seen[zone] = (await read(client, employee))["position"]
    assert seen == {"Pacific/Kiritimati": "Chief", "Pacific/Pago_Pago": "Clerk"}


async def test_the_status_follows_from_the_days(client: httpx.AsyncClient, hire: Hire) -> None:
    onboarding = await hire(date_of_joining="2190-01-01", position="Clerk")
    active = await hire()
    notice, left = await hire(), await hire(position="Clerk")
    assert (await end(client, notice, "2190-06-30")).json()["status"] == "notice"
    assert (await end(client, left, "2021-06-30")).json()["status"] == "left"
    statuses = [(await read(client, one))["status"] for one in (onboarding, active, notice, left)]
    assert statuses == ["onboarding", "active", "notice", "left"]
    for status, one in zip(statuses, (onboarding, active, notice, left), strict=True):
        items = (await client.get(EMPLOYEES, params={"status": status})).json()["items"]
        assert [item["id"] for item in items] == [one["id"]]
    assert [(await read(client, one))["position"] for one in (onboarding, left)] == ["Clerk", "Clerk"]


async def test_the_end_closes_the_last_job_and_can_be_moved(
    client: httpx.AsyncClient, hire: Hire, outbox: Outbox
) -> None:
    employee = await hire(position="Clerk")
    for last_day in ("2023-06-30", "2023-07-31", "2023-05-31"):
        answer = await end(client, employee, last_day)
        assert (answer.status_code, answer.json()["last_day"]) == (200, last_day)
        assert await history(client, employee) == [("2020-01-01", last_day, "Clerk")]
    told = [(fact.type, fact.version, fact.data["last_day"]) for fact in (await outbox())[2:]]
    assert told == [
        ("hrms.employee_terminated.v1", 2, "2023-06-30"),
        ("hrms.employee_terminated.v1", 3, "2023-07-31"),
        ("hrms.employee_terminated.v1", 4, "2023-05-31"),
    ]


async def test_a_last_day_before_joining_or_before_a_job_is_refused(
    client: httpx.AsyncClient, hire: Hire, outbox: Outbox
) -> None:
    employee = await hire(position="Clerk")
    planned = (await change(client, employee, valid_from="2190-01-01", position="Chief")).json()
    before = len(await outbox())
    early = await end(client, employee, "2019-12-31")
    assert (early.status_code, early.json()["code"]) == (422, "hrms.last_day_before_joining")
    late = await end(client, employee, "2189-12-31")
    assert (late.status_code, late.json()["code"]) == (409, "hrms.job_starts_later")
    assert late.json()["job_id"] == planned["id"]
    assert len(await outbox()) == before


async def test_changes_and_ends_at_once_leave_a_whole_history(client: httpx.AsyncClient, hire: Hire) -> None:
    employee = await hire(position="P")
    requests = []
    for n in range(15):
        day = str(date(2021, 1, 10) + timedelta(days=n))
        requests += [change(client, employee, valid_from=day, position=f"P{n}"), end(client, employee, day)]
    answers = await asyncio.gather(*requests)
    assert {answer.status_code for answer in answers} <= {200, 201, 409, 422}
    jobs = await history(client, employee)
    for (_, valid_to, _), (valid_from, _, _) in pairwise(jobs):
        assert date.fromisoformat(valid_to or "") + timedelta(days=1) == date.fromisoformat(valid_from)
    assert jobs[-1][1] == (await read(client, employee))["last_day"]
