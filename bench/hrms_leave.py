"""Leave of 5,000 employees: what they earn in a year as a job, and all their balances in one file."""

import asyncio
import statistics
import time

import httpx

from bench.ground import Ground
from bench.life import new_tenant
from bench.options import Options
from bench.report import Report

_EMPLOYEES = 5_000
_ACCRUAL = 20  # seconds
_BALANCES = 2  # seconds
_LOOK_EVERY = 0.1  # seconds
_AS_OF = "2026-06-30"

# Each earns leave over 2025, month by month, and has days of 2026 into which the rest is carried.
_STAFF = f"""
INSERT INTO employees (employee_no, first_name, last_name, email, date_of_joining, version)
SELECT 'E' || lpad(g::text, 5, '0'), 'Name', g::text, 'e' || g || '@example.com', '2024-01-01', 1
FROM generate_series(1, {_EMPLOYEES}) g;
INSERT INTO employment_records (employee_id, valid_from, employment_type)
SELECT id, date_of_joining, 'full_time' FROM employees;
INSERT INTO leave_allocations
  (employee_id, leave_type_id, starts_on, ends_on, per_year, frequency, carry_forward_cap, version)
SELECT e.id, t.id, '2025-01-01', '2025-12-31', 24, 'monthly', 10, 1 FROM employees e, leave_types t;
INSERT INTO leave_allocations
  (employee_id, leave_type_id, starts_on, ends_on, days, carry_forward_cap, version)
SELECT e.id, t.id, '2026-01-01', '2026-12-31', 25, 10, 1 FROM employees e, leave_types t;
INSERT INTO leave_ledger (allocation_id, kind, day, days, source_id, segment)
SELECT id, 'allocate', starts_on, days, id, 'grant' FROM leave_allocations WHERE days IS NOT NULL;
ANALYZE employees, employment_records, leave_allocations, leave_ledger;
"""  # noqa: S608 - a number of this file


def leave(where: Ground, options: Options, report: Report) -> None:
    """Credit a year of 5,000 employees, and again; then export their balances."""
    with new_tenant(where) as (tenant, client):
        kind = {"name": "Annual", "paid": True, "carry_forward_cap": "10"}
        client.post("/hrms/leave-types", json=kind).raise_for_status()
        asyncio.run(_fill(where, tenant))
        first, again = _accrue(client), _accrue(client)
        times = [_export(client) for _ in range(options.repeats)]
    report.goal(
        f"leave that {_EMPLOYEES:,} employees earn in a year, carried into the next, as a job",
        f"< {_ACCRUAL} s",
        f"{first:.1f} s (done again: {again:.1f} s)",
        met=first < _ACCRUAL,
    )
    median = statistics.median(times)
    report.goal(
        f"balances of {_EMPLOYEES:,} employees, exported through the gateway",
        f"< {_BALANCES} s",
        f"{median:.2f} s (slowest {max(times):.2f} s)",
        met=median < _BALANCES,
    )


async def _fill(where: Ground, tenant: str) -> None:
    connection = await where.connect("app1_hrms")
    async with connection.transaction():
        await connection.execute(f"SET LOCAL search_path = tenant_{tenant}, ext")
        await connection.execute(_STAFF)
    await connection.close()


def _accrue(client: httpx.Client) -> float:
    """Seconds from asking for an accrual to seeing it done."""
    began = time.monotonic()
    asked = client.post("/hrms/accruals/run", json={"as_of": "2025-12-31"}).raise_for_status()
    while (job := client.get(asked.headers["location"]).raise_for_status().json())["state"] != "done":
        time.sleep(_LOOK_EVERY)
    if job["done"] != _EMPLOYEES:
        raise RuntimeError(f"the accrual did something else: {job}")
    return time.monotonic() - began


def _export(client: httpx.Client) -> float:
    """Seconds until the file is here, whose every line must say what was granted and carried."""
    began = time.monotonic()
    file = client.get("/hrms/leave-balances/export", params={"as_of": _AS_OF}).raise_for_status().text
    seconds = time.monotonic() - began
    if file.count(",25,10,0,0,0,35") != _EMPLOYEES:
        raise RuntimeError(f"the export says something else: {file[:300]}")
    return seconds
