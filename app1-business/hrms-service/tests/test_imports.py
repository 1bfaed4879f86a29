import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import httpx
import pytest
from business_hrms.services import employee_take_over
from openpyxl import load_workbook
from servicekit.db import TenantSession
from servicekit.queue import Queue
from servicekit.records import Outgoing
from servicekit.testing.running import Running

IMPORTS = "/hrms/imports"
Hire = Callable[..., Awaitable[dict[str, Any]]]
Make = Callable[..., Awaitable[dict[str, Any]]]
Outbox = Callable[[], Awaitable[Sequence[Outgoing]]]
Import = Callable[..., Awaitable[dict[str, Any]]]

HEADER = "employee_no,first_name,last_name,email,date_of_joining,department,position,manager_no"


@pytest.fixture
def load(running: Running, client: httpx.AsyncClient) -> Import:
    """Imports a file to its end; answers with the job, and its errors in `errors`."""

    async def run(content: bytes | str, *, dry_run: bool = False) -> dict[str, Any]:
        body = content.encode() if isinstance(content, str) else content
        params = {"name": "people.csv", "dry_run": str(dry_run)}
        started = await client.post(IMPORTS, params=params, content=body)
        assert started.status_code == 202, started.text
        await running.settle()
        job: dict[str, Any] = (await client.get(started.headers["location"])).json()
        errors = (await client.get(started.headers["location"] + "/errors")).json()["items"]
        job["errors"] = [(error["row"], error["column"], error["code"]) for error in errors]
        return job

    return run


def csv(*rows: str) -> str:
    return "\n".join([HEADER, *rows])


def person(number: str, manager: str = "", **cells: str) -> str:
    """A row of somebody who is like nobody else."""
    row = {
        "first_name": "Ada",
        "last_name": f"Lovelace {number}",
        "email": f"{number}@acme.test",
        "date_of_joining": "2020-01-01",
        "department": "",
        "position": "Engineer",
    } | cells
    return ",".join([number, *row.values(), manager])


async def everybody(client: httpx.AsyncClient) -> dict[str, dict[str, Any]]:
    listing = (await client.get("/hrms/employees", params={"limit": 100})).json()["items"]
    return {one["employee_no"]: one for one in listing}


async def test_a_file_hires_changes_and_the_second_time_changes_nothing(
    client: httpx.AsyncClient, make: Make, hire: Hire, load: Import, outbox: Outbox
) -> None:
    await make("departments", name="Research")
    there = await hire(employee_no="A1", position="Clerk")
    file = csv(
        person("a1", manager="B2", first_name="Zoë", department="research"),
        person("B2", manager="c3"),
        person("C3"),
    )
    told = len(await outbox())
    job = await load(file)
    assert (job["state"], job["done"], job["total"], job["refused"]) == ("done", 3, 3, 0)
    assert job["counts"] == {"created": 2, "updated": 1, "unchanged": 0}
    found = await everybody(client)
    amended = found["A1"]
    assert (amended["id"], amended["first_name"], amended["department"]) == (there["id"], "Zoë", "Research")
    assert amended["position"] == "Engineer"
    assert (amended["manager_id"], found["B2"]["manager_id"]) == (found["B2"]["id"], found["C3"]["id"])
    history = (await client.get(f"/hrms/employees/{there['id']}/history")).json()["items"]
    assert [one["position"] for one in history] == ["Clerk", "Engineer"]
    kinds = sorted(sent.type for sent in (await outbox())[told:] if sent.kind == "fact")
    assert kinds == ["hrms.employee_hired.v1"] * 2 + ["hrms.employee_job_changed.v1"]
    assert not any(sent.type == "user.mail" for sent in (await outbox())[told:])

    again = await load(file)
    assert again["counts"] == {"created": 0, "updated": 0, "unchanged": 3}
    assert await everybody(client) == found


async def test_a_dry_run_tells_the_same_and_changes_nothing(client: httpx.AsyncClient, load: Import) -> None:
    file = csv(person("A1", manager="B2"), person("B2"), person("C3", email="not an address"))
    tried = await load(file, dry_run=True)
    assert await everybody(client) == {}
    done = await load(file)
    assert set(await everybody(client)) == {"A1", "B2"}
    told = {"counts", "errors", "refused", "done", "total"}
    assert {name: tried[name] for name in told} == {name: done[name] for name in told}
    assert (tried["counts"]["created"], tried["errors"]) == (2, [(4, "email", "string_pattern_mismatch")])


async def test_each_error_names_its_row_and_column(
    client: httpx.AsyncClient, hire: Hire, load: Import
) -> None:
    await hire(employee_no="OLD", email="old@acme.test")
    gone = await hire(employee_no="GONE")
    await client.post(f"/hrms/employees/{gone['id']}/terminate", json={"last_day": "2021-01-01"})
    job = await load(
        csv(
            person("A1", date_of_joining="1.2.2020", first_name=""),
            person("A2", first_name=""),
            "",
            person("A3", department="Nowhere"),
            person("A4", manager="NOBODY"),
            person("A5", manager="A4"),
            person("A6", email="OLD@acme.test"),
            person("A7", email="twice@acme.test"),
            person("A8", email="TWICE@acme.test"),
            person("A7"),
            person("OLD", date_of_joining="2021-01-01"),
            person("A9", manager="GONE"),
            person("B1") + ",more",
            person("B2", first_name="x" * 201),
        )
    )
    assert job["errors"] == [
        (2, "date_of_joining", "date_form"),
        (3, "first_name", "missing"),
        (5, "department", "hrms.department_unknown"),
        (6, "manager_no", "hrms.manager_unknown"),
        (7, "manager_no", "hrms.manager_unknown"),
        (8, "email", "hrms.email_taken"),
        (10, "email", "hrms.email_taken"),
        (11, "employee_no", "duplicate"),
        (12, "date_of_joining", "hrms.date_of_joining_fixed"),
        (13, "manager_no", "hrms.manager_has_left"),
        (14, None, "too_many_cells"),
        (15, "first_name", "string_too_long"),
    ]
    assert (job["refused"], job["counts"]["created"]) == (12, 1)
    assert set(await everybody(client)) == {"OLD", "GONE", "A7"}


async def test_rows_that_would_close_a_circle_are_refused_and_no_others(
    client: httpx.AsyncClient, hire: Hire, load: Import
) -> None:
    chief = await hire(employee_no="CHIEF")
    await hire(employee_no="HEAD", manager_id=chief["id"])
    header = "employee_no,manager_no\n"
    circle = await load(header + "CHIEF,HEAD\n")
    assert circle["errors"] == [(2, "manager_no", "hrms.manager_cycle")]
    swapped = await load(header + "CHIEF,HEAD\nHEAD,\n")
    assert (swapped["errors"], swapped["counts"]["updated"]) == ([], 2)
    found = await everybody(client)
    assert (found["CHIEF"]["manager_id"], found["HEAD"]["manager_id"]) == (found["HEAD"]["id"], None)
    new = await load(csv(person("A", manager="B"), person("B", manager="C"), person("C", manager="A")))
    assert [error[2] for error in new["errors"]] == ["hrms.manager_cycle"] * 3


async def test_a_second_import_of_a_day_corrects_the_first(
    client: httpx.AsyncClient, hire: Hire, load: Import
) -> None:
    there = await hire(employee_no="A1", position="Clerk")
    for position in ("Cleck", "Chief"):
        assert (await load(f"employee_no,position\nA1,{position}\n"))["counts"]["updated"] == 1
    history = (await client.get(f"/hrms/employees/{there['id']}/history")).json()["items"]
    assert [one["position"] for one in history] == ["Clerk", "Chief"]


async def test_columns_that_are_missing_stay_and_blank_ones_are_cleared(
    client: httpx.AsyncClient, make: Make, hire: Hire, load: Import
) -> None:
    department = await make("departments", name="Research")
    there = await hire(employee_no="A1", position="Clerk", department_id=department["id"])
    await load("employee_no,first_name,position\nA1,,\n")
    after = (await client.get(f"/hrms/employees/{there['id']}")).json()
    assert (after["first_name"], after["department"], after["position"]) == ("Grace", "Research", None)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("employee_no,salary\nA1,1\n", "hrms.import_columns"),
        ("first_name\nAda\n", "hrms.import_columns"),
        ("employee_no,email,email\nA1,a@b.test,a@b.test\n", "hrms.import_columns"),
        ('employee_no\n"A1\n', "table_unreadable"),
        ("employee_no" + ",x" * 60, "table_too_large"),
    ],
)
async def test_a_file_that_is_wrong_as_a_whole_says_why(load: Import, content: str, code: str) -> None:
    job = await load(content)
    assert (job["state"], job["errors"]) == ("done", [(None, None, code)])


@pytest.mark.parametrize("content", [b"PK\x03\x04nothing", b"\xff\xfe", b"%PDF-1.7 ...\x00", b""])
async def test_a_file_that_is_no_table_is_refused_at_once(client: httpx.AsyncClient, content: bytes) -> None:
    answer = await client.post(IMPORTS, params={"name": "a.csv"}, content=content)
    assert (answer.status_code, answer.json()["code"]) == (422, "file_type_refused")


async def test_the_export_is_a_file_that_changes_nothing(
    client: httpx.AsyncClient, make: Make, hire: Hire, load: Import
) -> None:
    department = await make("departments", name="=Research")
    chief = await hire(last_name="=cmd|' /C calc'!A0", department_id=department["id"])
    await hire(manager_id=chief["id"], position="Engineer", date_of_joining="2190-01-01")
    job = await load((await client.get("/hrms/employees/export")).content)
    assert (job["errors"], job["counts"]) == ([], {"created": 0, "updated": 0, "unchanged": 2})


async def test_an_xlsx_is_read_as_it_is_seen(client: httpx.AsyncClient, load: Import) -> None:
    template = (await client.get(f"{IMPORTS}/template", params={"format": "xlsx"})).content
    book = load_workbook(BytesIO(template))
    sheet = book.active
    columns = [cell.value for cell in sheet[1]]
    assert columns[:5] == ["employee_no", "first_name", "last_name", "email", "date_of_joining"]
    sheet.append([1001, "Ada", "Lovelace", "ada@acme.test", datetime(2020, 1, 31)])  # noqa: DTZ001 - a cell has no time zone
    sheet.append([1002.0, "Grace", "Hopper", "grace@acme.test", "2020-02-01"])
    content = BytesIO()
    book.save(content)
    job = await load(content.getvalue())
    assert (job["errors"], job["counts"]["created"]) == ([], 2)
    found = await everybody(client)
    assert {number: one["date_of_joining"] for number, one in found.items()} == {
        "1001": "2020-01-31",
        "1002": "2020-02-01",
    }


async def test_an_xlsx_that_unpacks_to_too_much_is_refused(load: Import) -> None:
    content = BytesIO()
    with ZipFile(content, "w", ZIP_DEFLATED) as parts:
        parts.writestr("xl/worksheets/sheet1.xml", b"0" * 70_000_000)
    assert len(content.getvalue()) < 100_000
    assert (await load(content.getvalue()))["errors"] == [(None, None, "table_too_large")]


async def test_a_file_of_a_semicolon_country_is_read(client: httpx.AsyncClient, load: Import) -> None:
    job = await load("\ufeff" + csv(person("A1")).replace(",", ";").replace("\n", "\r\n"))
    assert (job["errors"], set(await everybody(client))) == ([], {"A1"})


async def test_a_cancelled_import_leaves_no_step_and_no_file(
    running: Running, client: httpx.AsyncClient, tenant: str
) -> None:
    started = await client.post(IMPORTS, params={"name": "a.csv"}, content=csv(person("A1")).encode())
    path = started.headers["location"]
    assert (await client.post(path + "/cancel")).json()["state"] == "cancelled"
    await running.settle()
    assert await everybody(client) == {}
    own = running.keys / "files" / f"tenant_{tenant}"
    assert [path for path in own.rglob("*") if path.is_file()] == []


async def test_a_portion_that_was_cut_short_is_repeated_without_a_trace(
    running: Running, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(employee_take_over, "AT_ONCE", 2)
    cut_short = 0
    take_over = employee_take_over.take_over

    async def killed_half_way(session: TenantSession, portion: employee_take_over.TakeOverEmployees) -> None:
        nonlocal cut_short
        await take_over(session, portion)
        if portion.position == 2 and not cut_short:
            cut_short += 1
            raise OSError("as if the worker had been killed before COMMIT")

    monkeypatch.setattr(employee_take_over, "take_over", killed_half_way)
    content = csv(*(person(f"A{n}", manager=f"A{n + 1}" if n < 6 else "") for n in range(7)))
    started = await client.post(IMPORTS, params={"name": "a.csv"}, content=content.encode())
    async with asyncio.timeout(60):
        while True:
            await running.settle()
            job = (await client.get(started.headers["location"])).json()
            if job["state"] != "running":
                break
            await asyncio.sleep(0.1)
            await Queue(running.redis, running.service.name).sweep()  # brings what is tried again
    assert cut_short == 1
    assert (job["done"], job["counts"]["created"], job["refused"]) == (7, 7, 0)
    assert set(await everybody(client)) == {f"A{n}" for n in range(7)}


async def test_of_one_file_imported_twice_at_once_everybody_is_hired_once(
    running: Running, client: httpx.AsyncClient
) -> None:
    content = csv(*(person(f"A{n}") for n in range(20))).encode()
    started = [await client.post(IMPORTS, params={"name": "a.csv"}, content=content) for _ in range(2)]
    await running.settle()
    jobs = [(await client.get(answer.headers["location"])).json() for answer in started]
    assert [job["state"] for job in jobs] == ["done", "done"]
    assert sum(job["counts"]["created"] for job in jobs) == len(await everybody(client)) == 20


async def test_a_thousand_are_imported_and_the_second_time_left_alone(load: Import) -> None:
    """docs/hrms-import.md shows ten thousand."""
    content = csv(*(person(f"A{n}", manager=f"A{n // 10}" if n else "") for n in range(1000)))
    for created, unchanged in ((1000, 0), (0, 1000)):
        job = await load(content)
        assert (job["state"], job["done"], job["total"], job["refused"]) == ("done", 1000, 1000, 0)
        assert job["counts"] == {"created": created, "updated": 0, "unchanged": unchanged}


async def test_a_file_may_have_more_rows_than_a_statement_parameters(load: Import) -> None:
    job = await load(csv(*(person(f"A{n}") for n in range(33_000))), dry_run=True)
    assert (job["done"], job["refused"], job["counts"]["created"]) == (33_000, 0, 33_000)


async def test_an_import_needs_its_permission(running: Running, tenant: str) -> None:
    async with running.client(running.context(tenant, roles=["manager"])) as manager:
        assert (await manager.post(IMPORTS, params={"name": "a.csv"}, content=b"a")).status_code == 403
