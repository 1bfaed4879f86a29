"""The two demo tenants, made through the gateway as any client would make them.

Every step looks for what is there first, so a run that was cut short is completed by
the next. The password is for development only.
"""

import asyncio
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from typing import Any

import httpx

from fleet import acme, riverside
from fleet.place import FleetError

PASSWORD = "only-for-development"  # noqa: S105 - published, and no tenant of production has it
_AT_ONCE = 8  # requests
_READY_WITHIN = 60  # seconds
_TRIES = 3  # on a machine that is busy starting everything, a service may take longer than the gateway waits
_BUSY = {httpx.codes.SERVICE_UNAVAILABLE, httpx.codes.GATEWAY_TIMEOUT}


@dataclass(frozen=True)
class Tenant:
    id: str
    application: str
    organisation: str
    owner: str
    email: str


ACME = Tenant("1", "business", "Acme Ltd", " ".join(acme.OWNER), acme.OWNER_EMAIL)
RIVERSIDE = Tenant("2", "school", "Riverside Schools", "Grace Okafor", "grace@riverside.test")


class BusyError(FleetError):
    """A service is away or slow; what was made until now stays."""


async def make(gateway: str) -> None:
    """Make both tenants, Acme's departments and employees, and Riverside's library.

    Raises:
        FleetError: a request was refused, or a service did not get ready for a tenant.
    """
    for _ in range(_TRIES - 1):
        with suppress(BusyError):
            return await _make(gateway)
    return await _make(gateway)


async def _make(gateway: str) -> None:
    limits = httpx.Limits(max_connections=_AT_ONCE)
    async with (
        httpx.AsyncClient(base_url=gateway, limits=limits, timeout=30) as business,
        httpx.AsyncClient(base_url=gateway, limits=limits, timeout=30) as school,
    ):
        await asyncio.gather(_enter(business, ACME), _enter(school, RIVERSIDE))
        await asyncio.gather(_staff(business), _stock(school))


def tour(gateway: str, pages: dict[str, str]) -> str:
    """Where everything is, who may log in, and what to try next."""
    logins = "\n".join(
        f"  {tenant.organisation:<18} {pages[tenant.application]}   organisation {tenant.id}   "
        f"{tenant.email:<22} {PASSWORD}"
        for tenant in (ACME, RIVERSIDE)
    )
    login = f'{{"email": "{ACME.email}", "password": "{PASSWORD}"}}'
    return f"""\
Gateway   {gateway}
Docs      {gateway}/docs/business   {gateway}/docs/school

{logins}

Try next:
  make status
  curl {gateway}/user/login -H 'X-Tenant-ID: {ACME.id}' --json '{login}'
  make mail
"""


async def _enter(client: httpx.AsyncClient, tenant: Tenant) -> None:
    """Register the tenant where it is missing, log in as its owner, wait until every service has it."""
    credentials = {"email": tenant.email, "password": PASSWORD}
    names = {"tenant": tenant.id, "organisation": tenant.organisation, "name": tenant.owner}
    application = {"X-Application": tenant.application}
    registered = await client.post("/user/register", json=names | credentials, headers=application)
    if registered.status_code != httpx.codes.CONFLICT:
        _accepted(registered)
    tenant_id = {"X-Tenant-ID": tenant.id}
    login = _accepted(await client.post("/user/login", json=credentials, headers=application | tenant_id))
    client.headers["Authorization"] = f"Bearer {login['access_token']}"
    deadline = time.monotonic() + _READY_WITHIN
    while waiting := _unready(_accepted(await client.get("/user/tenant"))):
        if time.monotonic() > deadline:
            raise FleetError(f"tenant {tenant.id} is not ready in {', '.join(waiting)}: make logs")
        await asyncio.sleep(0.2)


def _unready(tenant: dict[str, Any]) -> list[str]:
    return [service for service, state in tenant["services"].items() if state != "ready"]


async def _staff(client: httpx.AsyncClient) -> None:
    departments = {
        department["name"]: department["id"] for department in await _all(client, "/hrms/departments")
    }
    for department in acme.DEPARTMENTS:
        if department.name not in departments:
            wish = {"name": department.name, "parent_id": departments.get(department.above or "")}
            made = _accepted(await client.post("/hrms/departments", json=wish))
            departments[department.name] = made["id"]

    employees = {
        employee["employee_no"]: employee["id"] for employee in await _all(client, "/hrms/employees")
    }

    async def hire(person: acme.Person) -> None:
        wish = {
            "employee_no": person.number,
            "first_name": person.first_name,
            "last_name": person.last_name,
            "email": person.email,
            "date_of_joining": person.joined.isoformat(),
            "department_id": departments[person.department],
            "position": person.position,
            "manager_id": employees.get(person.manager or ""),
            "employment_type": person.employment_type,
        }
        employees[person.number] = _accepted(await client.post("/hrms/employees", json=wish))["id"]

    for generation in _generations(person for person in acme.people() if person.number not in employees):
        await asyncio.gather(*map(hire, generation))
    owner = next(person for person in acme.people() if person.email == acme.OWNER_EMAIL)
    await _give_own_account(client, f"/hrms/employees/{employees[owner.number]}")


async def _give_own_account(client: httpx.AsyncClient, employee: str) -> None:
    """Who registers an organisation is invited by nobody, and would have no leave of their own."""
    found = await client.get(employee)
    if _accepted(found)["user_id"] is None:
        link = {"user_id": _accepted(await client.get("/user/me"))["id"]}
        version = {"If-Match": found.headers["etag"]}
        _accepted(await client.put(f"{employee}/account", json=link, headers=version))


def _generations(people: Iterable[acme.Person]) -> list[list[acme.Person]]:
    """Those who can be hired at once, because their managers were before."""
    depth: dict[str, int] = {}
    generations: list[list[acme.Person]] = []
    for person in people:
        depth[person.number] = depth.get(person.manager or "", -1) + 1
        if depth[person.number] == len(generations):
            generations.append([])
        generations[depth[person.number]].append(person)
    return generations


async def _stock(client: httpx.AsyncClient) -> None:
    """Riverside's library: rules, books, patrons, loans that run and holds, each where there are none yet."""
    if not await _some(client, "/libraries/books"):
        _accepted(await client.put("/libraries/rules", json=riverside.RULES))
        _accepted(await client.put("/libraries/calendar", json=riverside.CALENDAR))
        content = riverside.catalogue().encode()
        started = await client.post("/libraries/imports", params={"name": "riverside.csv"}, content=content)
        _accepted(started)
        await _done(client, started.headers["location"])
    cards = {patron["card"]: patron["id"] for patron in await _all(client, "/libraries/patrons")}

    async def enter(pupil: riverside.Pupil) -> None:
        cards[pupil.card] = _accepted(await client.post("/libraries/patrons", json=asdict(pupil)))["id"]

    await asyncio.gather(*(enter(pupil) for pupil in riverside.patrons() if pupil.card not in cards))
    if not await _some(client, "/libraries/loans"):
        today: date = datetime.now(UTC).date()
        loans = [
            {**asdict(loan), "out_on": loan.out_on.isoformat(), "due_on": loan.due_on.isoformat()}
            for loan in riverside.loans(today)
        ]
        _accepted(await client.post("/libraries/loans/takeover", json={"loans": loans}))
    if not await _some(client, "/libraries/holds"):
        books = await client.get("/libraries/books", params={"available": "false", "limit": 12})
        for number, book in enumerate(_accepted(books)["items"]):
            wish = {"book_id": book["id"], "patron_id": cards[f"R{59 - number:03}"]}
            held = await client.post("/libraries/holds", json=wish)
            if held.status_code != httpx.codes.CONFLICT:  # the patron has the book
                _accepted(held)


async def _some(client: httpx.AsyncClient, path: str) -> bool:
    return bool(_accepted(await client.get(path, params={"limit": 1}))["items"])


async def _done(client: httpx.AsyncClient, job: str) -> None:
    deadline = time.monotonic() + _READY_WITHIN
    while (state := _accepted(await client.get(job))["state"]) == "running":
        if time.monotonic() > deadline:
            raise FleetError(f"{job} is not done: make logs")
        await asyncio.sleep(0.2)
    if state != "done":
        raise FleetError(f"{job} is {state}: make logs")


async def _all(client: httpx.AsyncClient, path: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    params = {"limit": "100"}
    while True:
        page = _accepted(await client.get(path, params=params))
        items += page["items"]
        if not page["next_cursor"]:
            return items
        params["cursor"] = page["next_cursor"]


def _accepted(answer: httpx.Response) -> dict[str, Any]:
    if not answer.is_success:
        request = answer.request
        kind = BusyError if answer.status_code in _BUSY else FleetError
        raise kind(f"{request.method} {request.url.path} was answered {answer.status_code}: {answer.text}")
    body: dict[str, Any] = answer.json()
    return body
