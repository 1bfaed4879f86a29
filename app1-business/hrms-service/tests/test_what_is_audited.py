from typing import Any, NamedTuple

import httpx
from servicekit.testing.running import Running
from servicekit.testing.suite import routes

PDF = b"%PDF-1.7\n"
PERSON = {
    "first_name": "Ada",
    "last_name": "Lovelace",
    "email": "ada@acme.test",
    "date_of_joining": "2020-01-01",
}
ACCOUNT = "01a20354-5589-7752-a51e-31a7950548e3"
TAGS = {"departments", "positions", "employees", "employment", "document types", "documents", "imports"}


class Step(NamedTuple):
    """A request, and what it leaves in the log; `before` and `after` are parts of the event."""

    request: str  # the route
    action: str
    before: dict[str, Any] | None = None
    after: dict[str, Any] | None = None
    json: dict[str, Any] | None = None
    params: dict[str, str] | None = None
    content: bytes | None = None


STEPS = [
    Step("POST departments", "department_created", None, {"name": "Mills"}, json={"name": "Mills"}),
    Step(
        "PATCH departments/{department_id}",
        "department_changed",
        {"name": "Mills"},
        {"name": "Looms"},
        json={"name": "Looms"},
    ),
    Step("DELETE departments/{department_id}", "department_removed", {"name": "Looms"}),
    Step("POST positions", "position_created", None, {"name": "Clerk"}, json={"name": "Clerk"}),
    Step(
        "PATCH positions/{position_id}",
        "position_renamed",
        {"name": "Clerk"},
        {"name": "Chief"},
        json={"name": "Chief"},
    ),
    Step("DELETE positions/{position_id}", "position_removed", {"name": "Chief"}),
    Step("POST employees", "employee_hired", None, {"email": "ada@acme.test"}, json=PERSON),
    Step(
        "PATCH employees/{employee_id}",
        "employee_amended",
        {"first_name": "Ada"},
        {"first_name": "Augusta"},
        json={"first_name": "Augusta"},
    ),
    Step(
        "PUT employees/{employee_id}/account",
        "account_linked",
        {"user_id": None},
        {"user_id": ACCOUNT},
        json={"user_id": ACCOUNT},
    ),
    Step("DELETE employees/{employee_id}", "employee_removed", {"first_name": "Augusta"}),
    Step("POST employees", "employee_hired", json=PERSON),
    Step(
        "POST employees/{employee_id}/job-changes",
        "job_changed",
        {"employment_type": "full_time"},
        {"valid_from": "2021-01-01", "employment_type": "part_time"},
        json={"valid_from": "2021-01-01", "employment_type": "part_time"},
    ),
    Step(
        "DELETE employees/{employee_id}/job-changes/{job_id}",
        "job_change_withdrawn",
        {"valid_from": "2021-01-01"},
    ),
    Step("POST document-types", "document_type_created", None, {"name": "Visa"}, json={"name": "Visa"}),
    Step(
        "PATCH document-types/{document_type_id}",
        "document_type_changed",
        {"employee_may": "see"},
        {"employee_may": "nothing"},
        json={"employee_may": "nothing"},
    ),
    Step("POST documents", "document_added", None, {"name": "a.pdf"}, params={"name": "a.pdf"}, content=PDF),
    Step(
        "PUT documents/{document_id}/content",
        "document_replaced",
        {"name": "a.pdf"},
        {"name": "b.pdf"},
        params={"name": "b.pdf"},
        content=PDF,
    ),
    Step("DELETE documents/{document_id}", "document_removed", {"name": "b.pdf", "type": "Visa"}),
    Step("DELETE document-types/{document_type_id}", "document_type_removed", {"name": "Visa"}),
    Step(
        "POST employees/{employee_id}/terminate",
        "employee_terminated",
        {"last_day": None},
        {"last_day": "2022-01-31"},
        json={"last_day": "2022-01-31"},
    ),
    Step(
        "POST imports",
        "import_started",
        None,
        {"name": "a.csv", "dry_run": False},
        params={"name": "a.csv"},
        content=b"employee_no\n",
    ),
]


async def test_each_change_leaves_who_did_what_and_what_it_was_before(running: Running, tenant: str) -> None:
    context = running.context(tenant)
    ids: dict[str, str] = {}
    known = 0
    async with running.client(context) as client:
        for step in STEPS:
            method, path = step.request.split()
            params = dict(step.params or {})
            if step.request == "POST documents":
                params |= {"employee_id": ids["employee_id"], "type_id": ids["document_type_id"]}
            version = await _version(client, path, ids) if method in {"PATCH", "PUT"} else ""
            answer = await client.request(
                method,
                f"/hrms/{path.format(**ids)}",
                json=step.json,
                content=step.content,
                params=params,
                headers={"if-match": version} if version else {},
            )
            assert answer.is_success, (step.request, answer.text)
            if method == "POST" and "id" in answer.json():
                noun = path.rsplit("/", 1)[-1].replace("-", "_").removesuffix("s")
                ids[{"job_change": "job_id", "terminate": "employee_id"}.get(noun, f"{noun}_id")] = (
                    answer.json()["id"]
                )
            events = (await client.get("/hrms/audit-events", params={"total": True})).json()
            known += 1
            assert events["total"] == known, step.request
            event = events["items"][0]
            assert (event["action"], event["actor"]) == (f"hrms.{step.action}", str(context.user_id))
            for told, expected in ((event["before"], step.before), (event["after"], step.after)):
                assert (expected or {}).items() <= (told or {}).items(), step.request


def test_the_steps_above_are_all_routes_that_change_something(running: Running) -> None:
    changing = {
        f"{method} {route.path.removeprefix('/hrms/')}"
        for route in routes(running)
        for method in (route.methods or set()) - {"GET"}
        if TAGS & set(route.tags)
    }
    assert changing == {step.request for step in STEPS}


async def test_what_an_import_does_is_done_by_who_started_it(running: Running, tenant: str) -> None:
    context = running.context(tenant)
    async with running.client(context) as client:
        row = (
            "employee_no,first_name,last_name,email,date_of_joining\nA1,Ada,Byron,ada@acme.test,2020-01-01\n"
        )
        await client.post("/hrms/imports", params={"name": "a.csv"}, content=row.encode())
        await running.settle()
        (hired,) = (await client.get("/hrms/audit-events", params={"action": "hrms.employee_hired"})).json()[
            "items"
        ]
    assert (hired["actor"], hired["after"]["employee_no"]) == (str(context.user_id), "A1")


async def _version(client: httpx.AsyncClient, path: str, ids: dict[str, str]) -> str:
    resource = path.removesuffix("/content").removesuffix("/account").format(**ids)
    return (await client.get(f"/hrms/{resource}")).headers["etag"]
