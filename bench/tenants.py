"""`python -m bench.tenants 3000`: the tenants that the benchmarks read, made once and kept.

Each registers through the gateway and is provisioned by its fact, the way any tenant comes to be. Its 60
employees, as many as the peer's tenants have, are then put in place directly: hired through the API
they would each be sent a mail. Started again it makes what is missing.
"""

import argparse
import asyncio
import time

import httpx
from servicekit.fleet import fleet

from bench import ground
from bench.ground import Ground

EMPLOYEES = 60
_AT_ONCE = 6
_TRIES = 5
_NAME = "bench"
_PASSWORD = "only-for-benchmarks"  # noqa: S105 - of accounts on the developer's own machine
_PROVISIONED_WITHIN = 60  # seconds without any progress
_AHEAD = 100  # tenants registered before those before them are provisioned

_STAFF = f"""
INSERT INTO departments (name, version) VALUES ('Engineering', 1);
INSERT INTO positions (name, version) VALUES ('Engineer', 1);
INSERT INTO employees (employee_no, first_name, last_name, email, date_of_joining, version)
SELECT 'E' || lpad(g::text, 4, '0'), 'Name', g::text, 'e' || g || '@example.com', '2024-01-01', 1
FROM generate_series(1, {EMPLOYEES}) g;
INSERT INTO employment_records
  (employee_id, valid_from, department_id, position_id, manager_id, employment_type)
SELECT e.id, e.date_of_joining, d.id, p.id, nullif(m.id, e.id), 'full_time'
FROM employees e, departments d, positions p, employees m WHERE m.employee_no = 'E0001';
ANALYZE departments, positions, employees, employment_records;
"""  # noqa: S608 - a number of this file

_WITH_STAFF = f"""
SELECT relnamespace::regnamespace::text AS schema FROM pg_class
WHERE relname = 'employees' AND reltuples >= {EMPLOYEES}
"""  # noqa: S608 - as above


def name(number: int) -> str:
    return f"{_NAME}{number}"


async def count(where: Ground) -> int:
    """How many there are: 1 to this."""
    here = await _staffed(where)
    return next(number for number in range(1, len(here) + 2) if name(number) not in here) - 1


async def prepare(where: Ground, count: int) -> None:
    """Make the tenants 1 to `count` where they are missing."""
    here = await _staffed(where)
    missing = [number for number in range(1, count + 1) if name(number) not in here]
    began = time.monotonic()
    limits = httpx.Limits(max_connections=_AT_ONCE)
    headers = {"X-Application": "business"}
    async with httpx.AsyncClient(
        base_url=where.gateway, headers=headers, limits=limits, timeout=60
    ) as client:
        for first in range(0, len(missing), _AHEAD):
            some = missing[first : first + _AHEAD]
            await asyncio.gather(*(_register(client, number) for number in some))
            await _until_provisioned(where, {name(number) for number in some})
            await _staff(where, some)
            seconds = time.monotonic() - began
            print(f"\r  {first + len(some)}/{len(missing)} tenants, {seconds:.0f} s", end="", flush=True)
    print()


async def _register(client: httpx.AsyncClient, number: int) -> None:
    wish = {
        "tenant": name(number),
        "organisation": f"Benchmark {number}",
        "name": "Owner",
        "email": f"owner@{name(number)}.test",
        "password": _PASSWORD,
    }
    for _ in range(_TRIES):
        answer = await client.post("/user/register", json=wish)
        if answer.status_code == httpx.codes.CONFLICT:  # it is there
            return
        if not answer.is_server_error:  # on a busy machine the gateway may give up waiting
            break
    answer.raise_for_status()


async def _staffed(where: Ground) -> set[str]:
    """Those that have their employees, by PostgreSQL's statistics: asking each of them would take long."""
    connection = await where.connect("app1_hrms")
    rows = await connection.fetch(_WITH_STAFF)
    await connection.close()
    return {row["schema"].removeprefix("tenant_") for row in rows}


async def _provisioned(where: Ground) -> set[str]:
    """Those that all services of the application have a schema for."""
    ready: list[set[str]] = []
    for entry in fleet().built:
        if entry.application == "business":
            connection = await where.connect(entry.database)
            rows = await connection.fetch("SELECT id FROM control.tenant WHERE id ~ $1", f"^{_NAME}[0-9]+$")
            await connection.close()
            ready.append({row["id"] for row in rows})
    return set.intersection(*ready)


async def _until_provisioned(where: Ground, wanted: set[str]) -> None:
    left, stuck = len(wanted), 0
    while missing := wanted - await _provisioned(where):
        stuck = stuck + 1 if len(missing) == left else 0
        left = len(missing)
        if stuck > _PROVISIONED_WITHIN:
            raise RuntimeError(f"{left} tenants are not provisioned: see the log of app1-hrms-service")
        await asyncio.sleep(1)


async def _staff(where: Ground, numbers: list[int]) -> None:
    connection = await where.connect("app1_hrms")
    for number in numbers:
        async with connection.transaction():
            await connection.execute(f"SET LOCAL search_path = tenant_{name(number)}, ext")
            await connection.execute(_STAFF)
    await connection.close()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.tenants", description="make and keep tenants")
    parser.add_argument("count", nargs="?", type=int, default=3000, help="how many (default: %(default)s)")
    arguments = parser.parse_args()
    with ground.started() as where:
        asyncio.run(prepare(where, arguments.count))


if __name__ == "__main__":
    main()
