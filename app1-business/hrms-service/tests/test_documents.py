from collections.abc import Awaitable, Callable, Sequence
from datetime import date, timedelta
from typing import Any

import httpx
import pytest
from business_hrms.rules.document import alert_due
from business_hrms.services import document_alert
from business_hrms.services.document_alert import AlertOfDocuments
from servicekit import jobs
from servicekit.records import Outgoing
from servicekit.testing.running import Running

DOCUMENTS = "/hrms/documents"
PDF = b"%PDF-1.7\n" + b"x" * 20_000
Hire = Callable[..., Awaitable[dict[str, Any]]]
SignIn = Callable[..., Awaitable[httpx.AsyncClient]]
Make = Callable[..., Awaitable[dict[str, Any]]]
Outbox = Callable[[], Awaitable[Sequence[Outgoing]]]


async def upload(
    client: httpx.AsyncClient, employee: dict[str, Any], kind: dict[str, Any], **more: str
) -> httpx.Response:
    params = {"employee_id": employee["id"], "type_id": kind["id"], "name": "scan.pdf", **more}
    return await client.post(DOCUMENTS, params=params, content=PDF)


def in_days(days: int) -> str:
    return (date.today() + timedelta(days=days)).isoformat()  # noqa: DTZ011 - the tests' tenant is in London


async def test_a_document_is_kept_downloaded_replaced_and_removed(
    client: httpx.AsyncClient, make: Make, hire: Hire
) -> None:
    kind = await make("document-types", name="Passport", expires=True)
    employee = await hire()
    added = await upload(client, employee, kind, expires_on="2030-01-31")
    assert added.status_code == 201, added.text
    document = added.json()
    assert (document["type"], document["media_type"], document["size"], document["expires_on"]) == (
        "Passport",
        "application/pdf",
        len(PDF),
        "2030-01-31",
    )
    path = added.headers["location"]
    assert (await client.get(f"{path}/content")).content == PDF
    renewed = {"name": "renewed.pdf", "expires_on": "2040-01-31"}
    for tag, status in ((None, 428), ('"7"', 412), (added.headers["etag"], 200), ('"1"', 412)):
        answer = await client.put(
            f"{path}/content",
            params=renewed,
            content=PDF + b"new",
            headers={"if-match": tag} if tag else {},
        )
        assert answer.status_code == status, answer.text
    content = await client.get(f"{path}/content")
    assert content.content == PDF + b"new"
    assert content.headers["content-disposition"].startswith('attachment; filename="renewed.pdf"')
    assert (await client.delete(path)).status_code == 204
    assert (await client.get(path)).status_code == 404


async def test_a_type_says_whether_an_expiry_is_needed(
    client: httpx.AsyncClient, make: Make, hire: Hire
) -> None:
    passport = await make("document-types", name="Passport", expires=True)
    contract = await make("document-types", name="Contract")
    employee = await hire()
    missing = await upload(client, employee, passport)
    assert (missing.status_code, missing.json()["code"]) == (422, "hrms.document_expiry_missing")
    unexpected = await upload(client, employee, contract, expires_on="2030-01-31")
    assert (unexpected.status_code, unexpected.json()["code"]) == (422, "hrms.document_expiry_unexpected")


async def test_a_page_of_html_is_refused(client: httpx.AsyncClient, make: Make, hire: Hire) -> None:
    kind = await make("document-types", name="Contract")
    params = {"employee_id": (await hire())["id"], "type_id": kind["id"], "name": "scan.pdf"}
    answer = await client.post(DOCUMENTS, params=params, content=b"<script>alert(1)</script>" * 1000)
    assert (answer.status_code, answer.json()["code"]) == (422, "file_type_refused")


@pytest.mark.parametrize(
    ("who", "role", "seen"),
    [
        ("Clerk", "employee", {"open", "own"}),
        ("Head", "manager", {"team"}),
        ("Chief", "manager", {"team"}),
        ("Other", "manager", set()),
        (None, "payroll", set()),
        (None, "hr", {"hidden", "own", "team", "open"}),
    ],
)
async def test_a_documents_type_says_who_sees_it(
    client: httpx.AsyncClient,
    make: Make,
    hire: Hire,
    sign_in: SignIn,
    who: str | None,
    role: str,
    seen: set[str],
) -> None:
    people = {"Chief": await hire()}
    people["Head"] = await hire(manager_id=people["Chief"]["id"])
    people["Clerk"] = await hire(manager_id=people["Head"]["id"])
    people["Other"] = await hire()
    terms = {
        "hidden": ("nothing", "nothing"),
        "own": ("see", "nothing"),
        "team": ("nothing", "see"),
        "open": ("upload", "nothing"),
    }
    ids = {}
    for name, (employee_may, manager_may) in terms.items():
        kind = await make("document-types", name=name, employee_may=employee_may, manager_may=manager_may)
        ids[name] = (await upload(client, people["Clerk"], kind)).json()["id"]
    async with await sign_in(people[who] if who else None, role) as viewer:
        listed = (await viewer.get(DOCUMENTS, params={"total": True})).json()
        assert ({item["type"] for item in listed["items"]}, listed["total"]) == (seen, len(seen))
        for name, id_ in ids.items():
            for path in (f"{DOCUMENTS}/{id_}", f"{DOCUMENTS}/{id_}/content"):
                assert (await viewer.get(path)).status_code == (200 if name in seen else 404), path


async def test_employees_upload_only_for_themselves_and_only_where_the_type_lets_them(
    make: Make, hire: Hire, sign_in: SignIn
) -> None:
    open_ = await make("document-types", name="Certificate", employee_may="upload")
    closed = await make("document-types", name="Contract", employee_may="see")
    chief = await hire()
    clerk = await hire(manager_id=chief["id"])
    async with await sign_in(clerk, "employee") as viewer:
        assert (await upload(viewer, clerk, open_)).status_code == 201
        refused = await upload(viewer, clerk, closed)
        assert (refused.status_code, refused.json()["code"]) == (403, "hrms.document_upload_refused")
        assert (await upload(viewer, chief, open_)).status_code == 404
    async with await sign_in(chief, "manager") as viewer:
        assert (await upload(viewer, clerk, open_)).status_code == 403


async def test_lists_are_filtered_by_expiry_and_ordered_by_it(
    client: httpx.AsyncClient, make: Make, hire: Hire
) -> None:
    passport = await make("document-types", name="Passport", expires=True)
    contract = await make("document-types", name="Contract")
    employee = await hire()
    for day in ("2031-01-01", "2029-01-01", "2030-01-01"):
        await upload(client, employee, passport, expires_on=day)
    await upload(client, employee, contract)

    async def days(**params: str) -> list[str | None]:
        found: list[str | None] = []
        cursor: str | None = None
        while True:
            query = {"limit": "2", **params} | ({"cursor": cursor} if cursor else {})
            listing = (await client.get(DOCUMENTS, params=query)).json()
            found += [item["expires_on"] for item in listing["items"]]
            if (cursor := listing["next_cursor"]) is None:
                return found

    assert await days(sort="expires_on") == ["2029-01-01", "2030-01-01", "2031-01-01", None]
    assert await days(sort="expires_on", expires_before="2031-01-01") == ["2029-01-01", "2030-01-01"]
    assert await days(type_id=contract["id"]) == [None]


async def test_a_type_with_documents_and_an_employee_with_documents_stay(
    client: httpx.AsyncClient, make: Make, hire: Hire
) -> None:
    kind = await make("document-types", name="Contract")
    employee = await hire()
    await upload(client, employee, kind)
    in_use = await client.delete(f"/hrms/document-types/{kind['id']}")
    assert (in_use.status_code, in_use.json()["code"]) == (409, "hrms.document_type_in_use")
    assert (await client.delete(f"/hrms/employees/{employee['id']}")).status_code == 409


async def test_each_alert_is_sent_once_to_whom_the_type_lets_see(
    running: Running, tenant: str, client: httpx.AsyncClient, make: Make, hire: Hire, outbox: Outbox
) -> None:
    kind = await make("document-types", name="Visa", expires=True, alert_days=[60, 30, 7])
    employee = await hire()
    left = await hire(date_of_joining="2020-01-01")
    await make(f"employees/{left['id']}/terminate", last_day="2020-02-01")
    for person, days in ((employee, 20), (employee, 61), (left, 20)):
        assert (await upload(client, person, kind, expires_on=in_days(days))).status_code == 201

    context = running.context(tenant).model_copy(update={"kind": "service"})
    for _ in range(2):
        async with running.database.tenant(context) as session:
            await document_alert.send(session)
            await session.commit()
    mails = [job.data for job in await outbox() if job.data.get("purpose") == "document_expiring"]
    assert [mail["data"]["expires_on"] for mail in mails] == [in_days(20)] * 2
    to_employee, to_uploader = mails
    assert (to_employee["address"], "employee" in to_employee["data"]) == (employee["email"], False)
    assert to_uploader["data"]["employee"] == f"{employee['first_name']} {employee['last_name']}"


async def test_a_worker_sends_the_alerts(
    running: Running, tenant: str, client: httpx.AsyncClient, make: Make, hire: Hire, outbox: Outbox
) -> None:
    kind = await make("document-types", name="Visa", expires=True)
    await upload(client, await hire(), kind, expires_on=in_days(1))
    async with running.database.tenant(running.context(tenant)) as session:
        jobs.add(session, AlertOfDocuments())
        await session.commit()
    await running.settle()
    kinds = [job.data["kind"] for job in await outbox() if job.type == "user.notify"]
    assert kinds == ["hrms.document_expiring"]


@pytest.mark.parametrize(
    ("days_left", "alerted", "due"),
    [
        (61, None, None),
        (60, None, 60),
        (59, 60, None),
        (30, 60, 30),
        (10, None, 30),
        (10, 30, None),
        (7, 30, 7),
        (0, 7, None),
        (-3, 7, None),
        (-3, None, 7),
    ],
)
def test_of_several_alerts_due_the_nearest_to_the_end_is_sent(
    days_left: int, alerted: int | None, due: int | None
) -> None:
    assert alert_due(days_left, [60, 30, 7], alerted) == due


async def test_what_is_done_to_documents_is_in_the_audit_log(
    client: httpx.AsyncClient, make: Make, hire: Hire
) -> None:
    kind = await make("document-types", name="Contract")
    employee = await hire()
    path = (await upload(client, employee, kind)).headers["location"]
    await client.put(f"{path}/content", params={"name": "b.pdf"}, content=PDF, headers={"if-match": '"1"'})
    await client.delete(path)
    target = f"document:{path.rsplit('/', 1)[1]}"
    events = (await client.get("/hrms/audit-events", params={"target": target})).json()["items"]
    assert [(event["action"], (event["before"] or {}).get("name")) for event in reversed(events)] == [
        ("hrms.document_added", None),
        ("hrms.document_replaced", "scan.pdf"),
        ("hrms.document_removed", "b.pdf"),
    ]
