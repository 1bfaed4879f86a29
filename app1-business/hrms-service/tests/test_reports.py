import csv
from collections import Counter
from collections.abc import Awaitable, Callable
from io import BytesIO, StringIO
from typing import Any

import httpx
import pytest
from openpyxl import load_workbook
from servicekit.testing.running import Running

REPORTS = "/hrms/reports"
Hire = Callable[..., Awaitable[dict[str, Any]]]
Make = Callable[..., Awaitable[dict[str, Any]]]
SignIn = Callable[..., Awaitable[httpx.AsyncClient]]


@pytest.fixture
async def people(make: Make, hire: Hire) -> dict[str, dict[str, Any]]:
    """Chief since 2020, Head below since March 2024, Clerk below from April to June; Intern is nobody's."""
    research, sales = [await make("departments", name=name) for name in ("Research", "Sales")]
    chief = await hire(last_name="Chief", department_id=research["id"])
    head = await hire(
        last_name="Head", department_id=sales["id"], manager_id=chief["id"], date_of_joining="2024-03-15"
    )
    clerk = await hire(
        last_name="Clerk", manager_id=head["id"], date_of_joining="2024-04-01", position="Clerk"
    )
    intern = await hire(last_name="Intern", employment_type="intern", date_of_joining="2024-04-30")
    await make(f"employees/{clerk['id']}/terminate", last_day="2024-06-15", reason="=moved away")
    await make(f"employees/{head['id']}/job-changes", valid_from="2024-05-01", department_id=research["id"])
    return {"Chief": chief, "Head": head, "Clerk": clerk, "Intern": intern}


async def report(client: httpx.AsyncClient, name: str, **params: str) -> dict[str, Any]:
    answer = await client.get(f"{REPORTS}/{name}", params=params)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize(
    ("on", "by", "counts"),
    [
        ("2019-12-31", "department", {}),
        ("2020-01-01", "department", {"Research": 1}),
        ("2024-04-30", "department", {"Research": 1, "Sales": 1, None: 2}),
        ("2024-05-01", "department", {"Research": 2, None: 2}),
        ("2024-06-15", "employment_type", {"full_time": 3, "intern": 1}),
        ("2024-06-16", "employment_type", {"full_time": 2, "intern": 1}),
        ("2024-06-15", "position", {"Clerk": 1, None: 3}),
    ],
)
async def test_headcount_is_that_of_the_day_and_of_the_jobs_then(
    client: httpx.AsyncClient, on: str, by: str, counts: dict[str | None, int]
) -> None:
    told = await report(client, "headcount", on=on, by=by)
    assert {line["name"]: line["employees"] for line in told["items"]} == counts


@pytest.mark.usefixtures("people")
async def test_headcount_by_month_is_that_of_each_months_last_day(client: httpx.AsyncClient) -> None:
    told = await report(client, "headcount-by-month", **{"from": "2024-02-10", "to": "2024-06-01"})
    months: Counter[str] = Counter()
    for line in told["items"]:
        months[line["day"]] += line["employees"]
    assert months == {
        "2024-02-29": 1, "2024-03-31": 2, "2024-04-30": 4, "2024-05-31": 4, "2024-06-30": 3,
    }  # fmt: skip


@pytest.mark.usefixtures("people")
async def test_joiners_and_leavers_come_with_the_job_of_that_day(client: httpx.AsyncClient) -> None:
    told = await report(client, "joiners-and-leavers", **{"from": "2024-03-15", "to": "2024-06-15"})
    assert (told["joined"], told["left"]) == (3, 1)
    assert [(one["day"], one["kind"], one["last_name"], one["department"]) for one in told["items"]] == [
        ("2024-03-15", "joined", "Head", "Sales"),
        ("2024-04-01", "joined", "Clerk", None),
        ("2024-04-30", "joined", "Intern", None),
        ("2024-06-15", "left", "Clerk", None),
    ]
    none = await report(client, "joiners-and-leavers", **{"from": "2024-05-01", "to": "2024-06-14"})
    assert (none["joined"], none["left"]) == (0, 0)


async def test_leave_balances_are_reported_as_they_are_listed(
    client: httpx.AsyncClient, make: Make, hire: Hire
) -> None:
    annual = await make("leave-types", name="Annual", paid=True)
    for days in ("20", "12.5"):
        ids = {"employee_id": (await hire())["id"], "leave_type_id": annual["id"]}
        await make("leave-allocations", **ids, **{"from": "2024-01-01", "to": "2024-12-31"}, days=days)
    lines = (await report(client, "leave-balances", as_of="2024-06-01"))["items"]
    assert [line["available"] for line in lines] == ["20", "12.5"]
    listed = (await client.get("/hrms/leave-balances", params={"as_of": "2024-06-01"})).json()["items"]
    assert sorted(line["available"] for line in listed) == sorted(line["available"] for line in lines)


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize("name", ["headcount", "headcount-by-month", "joiners-and-leavers", "leave-balances"])
async def test_each_report_comes_as_csv_and_xlsx_too(client: httpx.AsyncClient, name: str) -> None:
    period = (
        {"from": "2024-01-01", "to": "2024-12-31"}
        if name in {"headcount-by-month", "joiners-and-leavers"}
        else {}
    )
    items = (await report(client, name, **period))["items"]
    text = await client.get(f"{REPORTS}/{name}", params={**period, "format": "csv"})
    assert text.headers["content-disposition"] == f'attachment; filename="{name}.csv"'
    lines = list(csv.DictReader(StringIO(text.content.decode("utf-8-sig"), newline="")))
    book = await client.get(f"{REPORTS}/{name}", params={**period, "format": "xlsx"})
    rows = list(load_workbook(BytesIO(book.content)).active.iter_rows(values_only=True))
    assert len(lines) == len(rows) - 1 == len(items)
    if lines:
        assert list(lines[0]) == list(rows[0]) == list(items[0])


@pytest.mark.usefixtures("people")
async def test_no_cell_of_a_report_is_a_formula(client: httpx.AsyncClient) -> None:
    period = {"from": "2024-06-01", "to": "2024-06-30"}
    path = f"{REPORTS}/joiners-and-leavers"
    text = (await client.get(path, params={**period, "format": "csv"})).text
    assert text.rstrip().endswith(",'=moved away")
    book = load_workbook(BytesIO((await client.get(path, params={**period, "format": "xlsx"})).content))
    cell = book.active.cell(2, 9)
    assert (cell.value, cell.data_type) == ("=moved away", "s")


async def test_a_manager_counts_the_team_and_nobody_else(
    sign_in: SignIn, people: dict[str, dict[str, Any]]
) -> None:
    for who, role, expected in (("Head", "manager", 1), ("Chief", "manager", 2), ("Intern", "hr", 3)):
        async with await sign_in(people[who], role) as viewer:
            told = await report(viewer, "headcount", on="2024-07-01")
            assert sum(line["employees"] for line in told["items"]) == expected, who


@pytest.mark.parametrize(
    "params",
    [{"from": "2024-02-01", "to": "2024-01-31"}, {"from": "2000-01-01", "to": "2024-01-31"}, {}],
)
async def test_a_period_that_is_none_is_422(client: httpx.AsyncClient, params: dict[str, str]) -> None:
    assert (await client.get(f"{REPORTS}/joiners-and-leavers", params=params)).status_code == 422


async def test_reports_need_their_permission(running: Running, tenant: str) -> None:
    async with running.client(running.context(tenant, roles=["employee"])) as client:
        assert (await client.get(f"{REPORTS}/headcount")).status_code == 403
