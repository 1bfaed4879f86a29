"""`python -m bench.tenants 3000`: the tenants that the benchmarks read, made once and kept.

The first one registers through the gateway and is provisioned by its fact, the way any tenant comes to
be. Its 60 employees, as many as the peer's tenants have, are put in place directly: hired through the
API they would each be sent a mail. The others are copies of its schemas, which are made far sooner
than migrations run. Started again it makes what is missing.
"""

import argparse
import asyncio
import re
import tempfile
import time

import httpx
from fleet.psql import run
from fleet.tenants import tables_about_tenants
from servicekit.fleet import ServiceEntry, fleet
from servicekit.tenant_schema import schema_of

from bench import ground
from bench.ground import Ground

EMPLOYEES = 60
_AT_ONCE = 3
_NAME = "bench"
_PASSWORD = "only-for-benchmarks"  # noqa: S105 - of accounts on the developer's own machine
_PROVISIONED_WITHIN = 60  # seconds
# The directory comes last: what it does not know of yet, no service tries to catch up with.
_SERVICES = sorted(
    (entry for entry in fleet().built if entry.application == "business"), key=lambda e: e.prefix == "user"
)

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


def name(number: int) -> str:
    return f"{_NAME}{number}"


async def count(where: Ground) -> int:
    """How many there are: 1 to this."""
    here = await _known(where, _SERVICES[-1])
    return next(number for number in range(1, len(here) + 2) if name(number) not in here) - 1


async def prepare(where: Ground, count: int) -> None:
    """Make the tenants 1 to `count` where they are missing."""
    await _first(where)
    for entry in _SERVICES:
        here = await _known(where, entry)
        if missing := [name(number) for number in range(2, count + 1) if name(number) not in here]:
            await _copy(where, entry, missing)


async def _first(where: Ground) -> None:
    async with httpx.AsyncClient(base_url=where.gateway, timeout=60) as client:
        wish = {
            "tenant": name(1),
            "organisation": "Benchmark",
            "name": "Owner",
            "email": f"owner@{name(1)}.test",
            "password": _PASSWORD,
        }
        answer = await client.post("/user/register", json=wish, headers={"X-Application": "business"})
        if answer.status_code != httpx.codes.CONFLICT:  # then it is there
            answer.raise_for_status()
    async with asyncio.timeout(_PROVISIONED_WITHIN):
        while not all([name(1) in await _known(where, entry) for entry in _SERVICES]):  # noqa: ASYNC110 - it raises no event
            await asyncio.sleep(0.2)
    connection = await where.connect("app1_hrms")
    schema = schema_of(name(1))
    if not await connection.fetchval(f"SELECT EXISTS (SELECT FROM {schema}.employees)"):  # noqa: S608 - own name
        async with connection.transaction():
            await connection.execute(f"SET LOCAL search_path = {schema}, ext")
            await connection.execute(_STAFF)
    await connection.close()


async def _known(where: Ground, entry: ServiceEntry) -> set[str]:
    """Our tenants that a service has a schema for."""
    connection = await where.connect(entry.database)
    rows = await connection.fetch("SELECT id FROM control.tenant WHERE id ~ $1", f"^{_NAME}[0-9]+$")
    await connection.close()
    return {row["id"] for row in rows}


async def _copy(where: Ground, entry: ServiceEntry, tenants: list[str]) -> None:
    """Give tenants the first one's schema in a service, and what is in its `control` about that one."""
    connection = await where.connect(entry.database)
    about = await tables_about_tenants(connection)
    await connection.close()
    rows = "".join(_row_like_first(*table) for table in about if table[0] != "outbox")
    schema = await _dumped(where, entry)
    began = time.monotonic()
    left = enumerate(tenants, 1)

    async def some() -> None:
        connection = await where.connect(entry.database)
        await connection.execute(f"SET ROLE {entry.database}")
        for number, tenant in left:
            script = re.sub(rf"\b{schema_of(name(1))}\b", schema_of(tenant), schema)
            await connection.execute(script + rows.replace("$tenant", f"'{tenant}'"))
            seconds = time.monotonic() - began
            print(f"\r  {entry.name}: {number}/{len(tenants)}, {seconds:.0f} s", end="", flush=True)
        await connection.close()

    await asyncio.gather(*(some() for _ in range(_AT_ONCE)))
    print()


async def _dumped(where: Ground, entry: ServiceEntry) -> str:
    """The first tenant's schema with all rows, as one statement after the other."""
    schema = schema_of(name(1))
    with tempfile.NamedTemporaryFile("r", prefix="bench-tenants-") as file:
        alone = ("--no-owner", "--no-privileges", "--rows-per-insert=100", f"--schema={schema}")
        await run("pg_dump", where.admin_url, entry.database, *alone, f"--file={file.name}")
        lines = [line for line in file if not line.startswith("\\")]  # those are psql's own commands
    if entry.prefix == "hrms":
        lines.append(f"ANALYZE {schema}.employees, {schema}.employment_records;\n")
    return "".join(lines)


def _row_like_first(table: str, whose: str, columns: list[str]) -> str:
    names = ", ".join(columns)
    values = ", ".join("$tenant" if column == whose else column for column in columns)
    of_first = f"SELECT {values} FROM control.{table} WHERE {whose} = '{name(1)}'"  # noqa: S608 - names of the catalogue
    return f"INSERT INTO control.{table} ({names}) {of_first};\n"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.tenants", description="make and keep tenants")
    parser.add_argument("count", nargs="?", type=int, default=3000, help="how many (default: %(default)s)")
    arguments = parser.parse_args()
    with ground.started() as where:
        asyncio.run(prepare(where, arguments.count))


if __name__ == "__main__":
    main()
