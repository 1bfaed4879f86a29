import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest
from asyncpg import connect
from business_hrms.models.employee import Employee
from business_hrms.schemas.employee import EmployeeFilter
from business_hrms.services import directory
from servicekit.tenant_schema import schema_of
from servicekit.testing.environment import Environment
from servicekit.testing.running import Running, statements
from sqlalchemy import text
from sqlalchemy.dialects.postgresql import asyncpg

EMPLOYEES = "/hrms/employees"
Hire = Callable[..., Awaitable[dict[str, Any]]]
Crowd = Callable[[int], Awaitable[None]]


@pytest.fixture
async def staff(client: httpx.AsyncClient, hire: Hire) -> dict[str, str]:
    """Ids of departments by name: Europe with Poland below it, and three people."""
    europe = (await client.post("/hrms/departments", json={"name": "Europe"})).json()
    poland = (
        await client.post("/hrms/departments", json={"name": "Poland", "parent_id": europe["id"]})
    ).json()
    people = [
        ("Łukasz", "Müller-Żak", "L-100", "2019-05-01", poland["id"]),
        ("Ada", "Lovelace", "L-200", "2018-01-01", europe["id"]),
        ("Zoë", "Ångström", "Z_30%", "2020-09-01", None),
    ]
    for first_name, last_name, number, joined, department_id in people:
        await hire(
            first_name=first_name,
            last_name=last_name,
            employee_no=number,
            date_of_joining=joined,
            department_id=department_id,
            email=f"{number.strip('%')}@acme.test",
        )
    return {"Europe": europe["id"], "Poland": poland["id"]}


async def numbers(client: httpx.AsyncClient, **params: Any) -> list[str]:
    answer = await client.get(EMPLOYEES, params=params)
    assert answer.status_code == 200, answer.text
    return [item["employee_no"] for item in answer.json()["items"]]


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("lukasz", ["L-100"]),
        ("MULLER", ["L-100"]),
        ("żak łuk", ["L-100"]),
        ("ångs", ["Z_30%"]),
        ("angstrom zoe", ["Z_30%"]),
        ("l-200", ["L-200"]),
        ("L-100@ACME", ["L-100"]),
        ("acme.test", ["Z_30%", "L-200", "L-100"]),
        ("lovelace lukasz", []),
        ("%", ["Z_30%"]),
        ("_", ["Z_30%"]),
        ("\\", []),
        ("' OR 1=1 --", []),
        ("", ["Z_30%", "L-200", "L-100"]),
    ],
)
async def test_search_finds_names_numbers_and_addresses_without_accents_or_case(
    client: httpx.AsyncClient, staff: dict[str, str], q: str, found: list[str]
) -> None:
    assert staff
    assert await numbers(client, q=q) == found


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("name", ["Z_30%", "L-200", "L-100"]),
        ("-name", ["L-100", "L-200", "Z_30%"]),
        ("employee_no", ["L-100", "L-200", "Z_30%"]),
        ("-employee_no", ["Z_30%", "L-200", "L-100"]),
        ("date_of_joining", ["L-200", "L-100", "Z_30%"]),
        ("-date_of_joining", ["Z_30%", "L-100", "L-200"]),
    ],
)
async def test_the_list_is_sorted_and_paged_without_loss(
    client: httpx.AsyncClient, staff: dict[str, str], sort: str, order: list[str]
) -> None:
    assert staff
    assert await numbers(client, sort=sort) == order
    paged, cursor = [], None
    while True:
        params: dict[str, Any] = {"sort": sort, "limit": 1} | ({"cursor": cursor} if cursor else {})
        page = (await client.get(EMPLOYEES, params=params)).json()
        paged += [item["employee_no"] for item in page["items"]]
        if (cursor := page["next_cursor"]) is None:
            break
    assert paged == order


async def test_a_department_includes_those_below_it(client: httpx.AsyncClient, staff: dict[str, str]) -> None:
    assert await numbers(client, department_id=staff["Europe"]) == ["L-200", "L-100"]
    assert await numbers(client, department_id=staff["Poland"]) == ["L-100"]
    assert await numbers(client, department_id="00000000-0000-7000-8000-000000000000") == []


async def test_the_filter_asks_for_the_job_of_today(client: httpx.AsyncClient, staff: dict[str, str]) -> None:
    ada = (await client.get(EMPLOYEES, params={"q": "ada lovelace"})).json()["items"][0]
    path = f"{EMPLOYEES}/{ada['id']}/job-changes"
    await client.post(path, json={"valid_from": "2021-01-01", "department_id": staff["Poland"]})
    await client.post(path, json={"valid_from": "2190-01-01", "department_id": None})
    assert await numbers(client, department_id=staff["Poland"]) == ["L-200", "L-100"]


@pytest.mark.parametrize(
    "params",
    [
        {"limit": 0},
        {"limit": 101},
        {"sort": "email"},
        {"status": "gone"},
        {"department_id": "1"},
        {"cursor": "x"},
        {"q": "x" * 101},
        {"q": "a\x00b"},
        {"total": "perhaps"},
    ],
)
async def test_a_list_asked_for_wrongly_is_422(client: httpx.AsyncClient, params: dict[str, Any]) -> None:
    assert (await client.get(EMPLOYEES, params=params)).status_code == 422


async def test_an_item_is_what_get_answers(client: httpx.AsyncClient, staff: dict[str, str]) -> None:
    assert staff
    page = (await client.get(EMPLOYEES, params={"total": True})).json()
    assert page["total"] == 3
    for item in page["items"]:
        assert (await client.get(f"{EMPLOYEES}/{item['id']}")).json() == item


async def test_a_page_with_its_total_is_one_statement(
    client: httpx.AsyncClient, staff: dict[str, str]
) -> None:
    params: dict[str, Any] = {
        "q": "acme",
        "department_id": staff["Europe"],
        "status": "active",
        "total": True,
        "limit": 1,
    }
    with statements() as seen:
        answer = await client.get(EMPLOYEES, params=params)
    assert answer.json()["total"] == 2
    assert len(seen) == 1


@pytest.mark.parametrize(
    ("q", "index"), [("lovelace", "ix_employees_search"), (None, "ix_employees_sort_name")]
)
async def test_search_and_order_use_their_index(
    running: Running, tenant: str, crowd: Crowd, q: str | None, index: str
) -> None:
    await crowd(5000)
    filters, values = directory.bound(running.context(tenant), EmployeeFilter(q=q))
    wanted = directory.employees(filters).order_by(Employee.sort_name).limit(20)
    sql = wanted.params(values).compile(
        dialect=asyncpg.dialect(),  # type: ignore[no-untyped-call] # SQLAlchemy's own gap
        compile_kwargs={"literal_binds": True, "render_schema_translate": True},
        schema_translate_map={None: schema_of(tenant)},
    )
    async with running.database.reading(running.context(tenant)) as session:
        plan = "\n".join((await session.execute(text(f"EXPLAIN {sql}"))).scalars())
    assert index in plan, plan


async def test_when_all_connections_broke_one_answer_says_so(
    client: httpx.AsyncClient, environment: Environment
) -> None:
    for answer in await asyncio.gather(*(client.get(EMPLOYEES) for _ in range(20))):
        assert answer.status_code == 200
    admin: Any = await connect(environment.admin_url)
    broken = await admin.fetch(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'app1_hrms_ro'"
    )
    await admin.close()
    assert len(broken) > 1
    statuses = [(await client.get(EMPLOYEES)).status_code for _ in range(len(broken) + 1)]
    assert statuses[1:] == [200] * len(broken)
    assert statuses[0] in {200, 503}
