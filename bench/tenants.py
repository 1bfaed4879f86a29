"""The tenants that the benchmarks read: made once, the way any tenant comes to be, and kept.

    python -m bench.tenants 1000

Each registers through the gateway and is provisioned by its fact. Its 60 employees, as many as
the peer's tenants have, are then put in place directly: hired through the API they would each
be sent a mail.
"""

import argparse
import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, TypeVar

import asyncpg
import httpx

from bench import ground
from bench.ground import Ground

EMPLOYEES = 60
_AT_ONCE = 4
_NAME = "bench"
_PASSWORD = "only-for-benchmarks"  # noqa: S105 - of accounts on the developer's own machine
_PROVISIONED_WITHIN = 60  # seconds without any progress

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
"""  # noqa: S608 - a number of this file

Made = TypeVar("Made")


def name(number: int) -> str:
    return f"{_NAME}{number}"


async def prepare(where: Ground, count: int) -> None:
    """Make the tenants 1 to `count` where they are missing."""
    async with _client(where) as client:

        async def register(number: int) -> None:
            answer = await client.post(
                "/user/register",
                json={
                    "tenant": name(number),
                    "organisation": f"Benchmark {number}",
                    "name": "Owner",
                    "email": _email(number),
                    "password": _PASSWORD,
                },
            )
            if answer.status_code != httpx.codes.CONFLICT:  # then it is there
                answer.raise_for_status()

        here = await _provisioned(where)
        missing = [number for number in range(1, count + 1) if name(number) not in here]
        await _all("registered", missing, register)
    await _until_provisioned(where, {name(number) for number in missing})
    await _staff(where, count)


async def count(where: Ground) -> int:
    """How many there are."""
    return sum(tenant.startswith(_NAME) for tenant in await _provisioned(where))


async def log_in(where: Ground, count: int) -> list[str]:
    """An access token, good for ten minutes, of the owner of each tenant from 1 to `count`."""
    async with _client(where) as client:

        async def token(number: int) -> str:
            credentials = {"email": _email(number), "password": _PASSWORD}
            answer = await client.post("/user/login", json=credentials, headers={"X-Tenant-ID": name(number)})
            return str(answer.raise_for_status().json()["access_token"])

        return await _all("logged in", range(1, count + 1), token)


def _client(where: Ground) -> httpx.AsyncClient:
    limits = httpx.Limits(max_connections=_AT_ONCE)
    headers = {"X-Application": "business"}
    return httpx.AsyncClient(base_url=where.gateway, headers=headers, limits=limits, timeout=60)


def _email(number: int) -> str:
    return f"owner@{name(number)}.test"


async def _hrms(where: Ground) -> Any:
    """A connection; asyncpg has no types."""
    return await asyncpg.connect(where.admin_url.rpartition("/")[0] + "/app1_hrms")


async def _provisioned(where: Ground) -> set[str]:
    connection = await _hrms(where)
    rows = await connection.fetch("SELECT id FROM control.tenant WHERE status = 'active'")
    await connection.close()
    return {row["id"] for row in rows}


async def _until_provisioned(where: Ground, wanted: set[str]) -> None:
    left, stuck = len(wanted), 0
    while missing := wanted - await _provisioned(where):
        stuck = stuck + 1 if len(missing) == left else 0
        left = len(missing)
        if stuck > _PROVISIONED_WITHIN:
            raise RuntimeError(f"{left} tenants are not provisioned: see the log of app1-hrms-service")
        await asyncio.sleep(1)


async def _staff(where: Ground, count: int) -> None:
    connection = await _hrms(where)
    for number in range(1, count + 1):
        schema = f"tenant_{name(number)}"
        if await connection.fetchval(f"SELECT EXISTS (SELECT FROM {schema}.employees)"):  # noqa: S608 - own name
            continue
        async with connection.transaction():
            await connection.execute(f"SET LOCAL search_path = {schema}, ext")
            await connection.execute(_STAFF)
    await connection.execute("VACUUM (ANALYZE)")
    await connection.close()


async def _all(done: str, numbers: Iterable[int], work: Callable[[int], Awaitable[Made]]) -> list[Made]:
    """Work for each number, a few at once, the progress shown."""
    numbers = list(numbers)
    turns = asyncio.Semaphore(_AT_ONCE)
    finished = 0

    async def one(number: int) -> Made:
        nonlocal finished
        async with turns:
            made = await work(number)
        finished += 1
        print(f"\r  tenants {done}: {finished}/{len(numbers)}", end="", flush=True)
        return made

    made = await asyncio.gather(*map(one, numbers))
    if numbers:
        print()
    return made


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.tenants", description="make and keep tenants")
    parser.add_argument("count", nargs="?", type=int, default=1000, help="how many (default: %(default)s)")
    arguments = parser.parse_args()
    with ground.started() as where:
        asyncio.run(prepare(where, arguments.count))


if __name__ == "__main__":
    main()
