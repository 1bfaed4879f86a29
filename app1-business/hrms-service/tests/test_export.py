import csv
from collections.abc import Awaitable, Callable
from io import StringIO
from typing import Any

import httpx
from servicekit.testing.running import Running

EXPORT = "/hrms/employees/export"
Hire = Callable[..., Awaitable[dict[str, Any]]]
Crowd = Callable[[int], Awaitable[None]]


def rows(answer: httpx.Response) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(answer.content.decode("utf-8-sig"), newline="")))


async def test_the_export_holds_what_the_list_holds(client: httpx.AsyncClient, hire: Hire) -> None:
    department = (await client.post("/hrms/departments", json={"name": "R & D"})).json()
    chief = await hire(first_name="Zoë", employee_no="C-1")
    clerk = await hire(department_id=department["id"], manager_id=chief["id"], position='Clerk, "junior"')
    answer = await client.get(EXPORT)
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="employees.csv"'
    assert answer.content.startswith(b"\xef\xbb\xbfemployee_no,")
    first, second = rows(answer)
    assert (first["first_name"], first["manager_no"], first["last_day"]) == ("Zoë", "", "")
    assert second == {
        "employee_no": clerk["employee_no"],
        "first_name": "Grace",
        "last_name": clerk["last_name"],
        "email": clerk["email"],
        "status": "active",
        "date_of_joining": "2020-01-01",
        "last_day": "",
        "employment_type": "full_time",
        "department": "R & D",
        "position": 'Clerk, "junior"',
        "manager_no": "C-1",
    }


async def test_no_cell_is_a_formula(client: httpx.AsyncClient, hire: Hire) -> None:
    for start in "=+-@":
        await hire(last_name=f"{start}cmd|' /C calc'!A0")
    assert [row["last_name"] for row in rows(await client.get(EXPORT))] == [
        f"'{start}cmd|' /C calc'!A0" for start in "=+-@"
    ]


async def test_the_export_takes_the_filters_of_the_list(client: httpx.AsyncClient, hire: Hire) -> None:
    wanted = await hire(last_name="Lovelace")
    await hire(last_name="Lovelace", date_of_joining="2190-01-01")
    await hire(last_name="Hopper")
    found = rows(await client.get(EXPORT, params={"q": "lovelace", "status": "active"}))
    assert [row["employee_no"] for row in found] == [wanted["employee_no"]]
    assert (await client.get(EXPORT, params={"limit": 5})).status_code == 422


async def test_an_export_larger_than_a_chunk_has_everybody_once(
    client: httpx.AsyncClient, crowd: Crowd
) -> None:
    await crowd(2000)
    found = rows(await client.get(EXPORT))
    assert sorted(int(row["employee_no"][1:]) for row in found) == list(range(1, 2001))


async def test_the_export_needs_a_permission_of_its_own(running: Running, tenant: str) -> None:
    async with running.client(running.context(tenant, roles=["manager"])) as manager:
        assert (await manager.get("/hrms/employees")).status_code == 200
        assert (await manager.get(EXPORT)).status_code == 403
