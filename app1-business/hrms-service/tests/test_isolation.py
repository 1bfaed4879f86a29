from collections.abc import Awaitable, Callable
from typing import Any

import httpx
from servicekit.testing.running import Running
from servicekit.testing.suite import routes

Hire = Callable[..., Awaitable[dict[str, Any]]]

BODIES = {
    ("PATCH", "/hrms/departments/{department_id}"): {"name": "Mine"},
    ("PATCH", "/hrms/positions/{position_id}"): {"name": "Mine"},
    ("PATCH", "/hrms/employees/{employee_id}"): {"last_name": "Mine"},
    ("PUT", "/hrms/employees/{employee_id}/account"): {"user_id": None},
    ("PATCH", "/hrms/document-types/{document_type_id}"): {"name": "Mine"},
    ("POST", "/hrms/employees/{employee_id}/job-changes"): {"valid_from": "2022-01-01", "position": "Mine"},
    ("POST", "/hrms/employees/{employee_id}/terminate"): {"last_day": "2022-01-01"},
    ("PATCH", "/hrms/holiday-lists/{list_id}"): {"name": "Mine"},
    ("PATCH", "/hrms/leave-types/{type_id}"): {"name": "Mine"},
    ("POST", "/hrms/leave-allocations/{allocation_id}/adjustments"): {"days": "1", "note": "Mine"},
    ("PATCH", "/hrms/checklist-templates/{template_id}"): {"name": "Mine"},
    ("POST", "/hrms/holiday-lists/{list_id}/seed"): {"country": "GB", "year": 2026},
    ("PATCH", "/hrms/leave-policies/{policy_id}"): {"name": "Mine"},
    ("POST", "/hrms/leave-policies/{policy_id}/assignments"): {"from": "2026-01-01"},
    ("POST", "/hrms/leave-requests/{request_id}/approve"): {},
    ("POST", "/hrms/leave-requests/{request_id}/reject"): {},
    ("POST", "/hrms/leave-requests/{request_id}/cancel"): {},
}


async def test_another_tenants_ids_are_404_on_every_route(
    running: Running, client: httpx.AsyncClient, outsider: httpx.AsyncClient, hire: Hire
) -> None:
    department = (await client.post("/hrms/departments", json={"name": "Ours"})).json()
    employee = await hire(department_id=department["id"], position="Clerk")
    path = f"/hrms/employees/{employee['id']}/job-changes"
    job = (await client.post(path, json={"valid_from": "2021-01-01", "position": "Chief"})).json()

    async def add(what: str, **fields: Any) -> str:
        answer = await client.post(f"/hrms/{what}", json=fields)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    year = {"from": "2024-01-01", "to": "2024-12-31"}
    holidays = await add("holiday-lists", name="Ours", weekly_off=["saturday", "sunday"], days=[])
    leave = await add("leave-types", name="Ours", paid=True, includes_holidays=False)
    whose = {"employee_id": employee["id"], "leave_type_id": leave}
    allocation = await add("leave-allocations", **whose, **year, days="20")
    request = await add("leave-requests", **whose, **{"from": "2024-03-04", "to": "2024-03-05"})
    policy = await add("leave-policies", name="Ours", lines=[{"leave_type_id": leave, "days": "20"}])
    assignment = await add(f"leave-policies/{policy}/assignments", **{"from": "2024-01-01"})
    task = {"title": "Ours", "assignee": "hr"}
    template = await add("checklist-templates", name="Ours", occasion="onboarding", tasks=[task])
    checklist = await add("checklists", employee_id=employee["id"], template_id=template)
    (task,) = (await client.get(f"/hrms/checklists/{checklist}")).json()["tasks"]
    kind = await add("document-types", name="Ours")
    about = {"employee_id": employee["id"], "type_id": kind, "name": "ours.pdf"}
    document = (await client.post("/hrms/documents", params=about, content=b"%PDF-")).json()["id"]
    ids = {
        "document_type_id": kind,
        "document_id": document,
        "template_id": template,
        "checklist_id": checklist,
        "task_id": task["id"],
        "policy_id": policy,
        "assignment_id": assignment,
        "list_id": holidays,
        "type_id": leave,
        "allocation_id": allocation,
        "request_id": request,
        "department_id": department["id"],
        "position_id": employee["position_id"],
        "employee_id": employee["id"],
        "job_id": job["id"],
    }
    tried = 0
    for route in routes(running):
        if route.access.kind == "internal" or not route.param_convertors:
            continue  # internal ones serve no user at all
        for method in route.methods or ():
            answer = await outsider.request(
                method,
                route.path.format(**ids),
                json=BODIES[method, route.path] if route.body_field else None,
                params={"name": "mine.pdf"} if route.path.endswith("/content") and method == "PUT" else {},
                headers={"if-match": '"1"'},
            )
            assert answer.status_code == 404, (method, route.path)
            tried += 1
    assert tried >= 45
    assert (await client.get(f"/hrms/employees/{employee['id']}")).json()["version"] == 2


async def test_lists_and_exports_hold_only_the_tenants_own(
    client: httpx.AsyncClient, outsider: httpx.AsyncClient, hire: Hire
) -> None:
    await client.post("/hrms/departments", json={"name": "Ours"})
    await hire(position="Clerk")
    for path in ("departments", "positions", "employees", "org-chart"):
        assert len((await client.get(f"/hrms/{path}")).json()["items"]) == 1
        assert (await outsider.get(f"/hrms/{path}")).json()["items"] == []
    assert len((await outsider.get("/hrms/employees/export")).text.splitlines()) == 1
