from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from itertools import count
from typing import Any
from uuid import UUID, uuid4

import httpx
import hypothesis
import pytest
from business_hrms.models.employee import Employee
from servicekit.records import Outgoing
from servicekit.tenant_schema import schema_of
from servicekit.testing.environment import Environment
from servicekit.testing.running import Running, start, statements
from sqlalchemy import select, text, update

# How long an example takes says nothing on a machine that does other things, too.
hypothesis.settings.register_profile("unhurried", deadline=None)
hypothesis.settings.load_profile("unhurried")

EMPLOYEES = "/hrms/employees"
Hire = Callable[..., Awaitable[dict[str, Any]]]
Outbox = Callable[[], Awaitable[Sequence[Outgoing]]]
Make = Callable[..., Awaitable[dict[str, Any]]]
NUMBERS = ("allocated", "carried", "taken", "pending", "expired", "available")
_numbers = count(1)


@pytest.fixture(scope="session")
async def running(environment: Environment) -> AsyncIterator[Running]:
    from business_hrms.main import app, service  # noqa: PLC0415 - after the plugin has set the environment

    async with start(environment, app, service) as started:
        yield started


@pytest.fixture
def person() -> Callable[..., dict[str, Any]]:
    """A wish to hire somebody who is like nobody else."""

    def make(**fields: Any) -> dict[str, Any]:
        n = next(_numbers)
        return {
            "first_name": "Grace",
            "last_name": f"Hopper {n}",
            "email": f"grace{n}@acme.test",
            "date_of_joining": "2020-01-01",
            **fields,
        }

    return make


@pytest.fixture
def hire(client: httpx.AsyncClient, person: Callable[..., dict[str, Any]]) -> Hire:
    async def hire_one(**fields: Any) -> dict[str, Any]:
        answer = await client.post(EMPLOYEES, json=person(**fields))
        assert answer.status_code == 201, answer.text
        hired: dict[str, Any] = answer.json()
        return hired

    return hire_one


@pytest.fixture
def outbox(running: Running, tenant: str) -> Outbox:
    """What the tenant's outbox holds, oldest first."""

    async def look() -> Sequence[Outgoing]:
        async with running.database.control() as session:
            rows = select(Outgoing).where(Outgoing.tenant == tenant).order_by(Outgoing.id)
            return (await session.scalars(rows)).all()

    return look


@pytest.fixture
def crowd(running: Running, tenant: str) -> Callable[[int], Awaitable[None]]:
    """Puts so many employees straight into the tables, numbered N1 and so on."""

    async def enter(people: int) -> None:
        schema = schema_of(tenant)
        statements = [
            f"""INSERT INTO {schema}.employees
                (version, employee_no, first_name, last_name, email, date_of_joining)
                SELECT 1, 'N' || n, md5(n::text), md5((-n)::text), n || '@acme.test', '2020-01-01'
                FROM generate_series(1, {people}) n""",
            f"""INSERT INTO {schema}.employment_records (employee_id, valid_from, employment_type)
                SELECT id, '2020-01-01', 'full_time' FROM {schema}.employees""",
            f"ANALYZE {schema}.employees, {schema}.employment_records",
        ]
        async with running.database.tenant(running.context(tenant)) as session:
            for statement in statements:
                await session.execute(text(statement))
            await session.commit()

    return enter


@pytest.fixture
def sign_in(running: Running, tenant: str) -> Callable[..., Awaitable[httpx.AsyncClient]]:
    """Makes a client of an employee, or of somebody who is none, with roles."""

    async def make(employee: dict[str, Any] | None, *roles: str) -> httpx.AsyncClient:
        user_id = uuid4()
        if employee is not None:
            async with running.database.tenant(running.context(tenant)) as session:
                mine = update(Employee).where(Employee.id == UUID(employee["id"]))
                await session.execute(mine.values(user_id=user_id))
                await session.commit()
        return running.client(running.context(tenant, roles=roles, user_id=user_id))

    return make


@pytest.fixture
def make(client: httpx.AsyncClient) -> Callable[..., Awaitable[dict[str, Any]]]:
    """Posts what hr makes, and insists that it is made: `make("leave-types", name=…)`."""

    async def post(path: str, **body: Any) -> dict[str, Any]:
        answer = await client.post(f"/hrms/{path}", json=body)
        assert answer.status_code in {200, 201}, answer.text
        made: dict[str, Any] = answer.json()
        return made

    return post


@pytest.fixture(name="statements")
def statements_sent() -> Iterator[list[str]]:
    with statements() as sent:
        yield sent


class Leave:
    """An employee with leave of one type."""

    def __init__(
        self, client: httpx.AsyncClient, make: Make, employee: dict[str, Any], kind: dict[str, Any]
    ) -> None:
        self.client, self.make, self.employee, self.kind = client, make, employee, kind
        self.ids = {"employee_id": employee["id"], "leave_type_id": kind["id"]}

    def of(self, employee: dict[str, Any]) -> "Leave":
        return Leave(self.client, self.make, employee, self.kind)

    async def allocate(self, year: int, days: int | str) -> dict[str, Any]:
        span = {"from": f"{year}-01-01", "to": f"{year}-12-31"}
        return await self.make("leave-allocations", **self.ids, **span, days=str(days))

    async def ask(self, first: str, last: str | None = None, **more: Any) -> httpx.Response:
        body = {**self.ids, "from": first, "to": last or first, **more}
        return await self.client.post("/hrms/leave-requests", json=body)

    async def take(self, first: str, last: str | None = None, **more: Any) -> dict[str, Any]:
        """Ask for leave and have it approved."""
        asked = (await self.ask(first, last, **more)).json()
        return await self.make(f"leave-requests/{asked['id']}/approve")

    async def balance(self, as_of: str) -> dict[str, str]:
        params = {"employee_id": self.employee["id"], "as_of": as_of}
        (item,) = (await self.client.get("/hrms/leave-balances", params=params)).json()["items"]
        return {name: item[name] for name in NUMBERS}

    async def entries(self, as_of: str) -> list[dict[str, Any]]:
        params = {**self.ids, "as_of": as_of}
        items: list[dict[str, Any]] = (await self.client.get("/hrms/leave-ledger", params=params)).json()[
            "items"
        ]
        return items


@pytest.fixture
def leave(client: httpx.AsyncClient, make: Make, hire: Hire) -> Callable[..., Awaitable[Leave]]:
    async def with_terms(**terms: Any) -> Leave:
        kind = await make(
            "leave-types", **{"name": "Annual", "paid": True, "includes_holidays": True, **terms}
        )
        return Leave(client, make, await hire(), kind)

    return with_terms
