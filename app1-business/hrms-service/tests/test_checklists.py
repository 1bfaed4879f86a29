"""What is to be done when people join and leave."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from uuid import UUID

import httpx
import pytest
from business_hrms.services.termination import TellWhoHasLeft
from servicekit import jobs
from servicekit.records import Outgoing
from servicekit.testing.running import Running

TEMPLATES = "/hrms/checklist-templates"
CHECKLISTS = "/hrms/checklists"
Hire = Callable[..., Awaitable[dict[str, Any]]]
Make = Callable[..., Awaitable[dict[str, Any]]]
Outbox = Callable[[], Awaitable[Sequence[Outgoing]]]
SignIn = Callable[..., Awaitable[httpx.AsyncClient]]

JOINING = [
    {"title": "Order a laptop", "assignee": "hr", "due_after_days": -7},
    {"title": "Show around", "assignee": "manager", "due_after_days": 0},
    {"title": "Hand in bank details", "assignee": "employee", "due_after_days": 3},
]


async def of(client: httpx.AsyncClient, employee: dict[str, Any]) -> list[dict[str, Any]]:
    """Somebody's checklists with their tasks, by name."""
    params = {"employee_id": employee["id"]}
    items = (await client.get(CHECKLISTS, params=params)).json()["items"]
    found = [(await client.get(f"{CHECKLISTS}/{item['id']}")).json() for item in items]
    return sorted(found, key=lambda one: str(one["name"]))


def due(checklist: dict[str, Any]) -> list[str]:
    return [task["due_on"] for task in checklist["tasks"]]


async def test_a_template_is_made_read_changed_and_deleted(client: httpx.AsyncClient) -> None:
    wish = {"name": "Joining", "occasion": "onboarding", "tasks": JOINING}
    made = await client.post(TEMPLATES, json=wish)
    assert (made.status_code, made.json()["tasks"]) == (201, JOINING)
    path = made.headers["location"]
    assert (await client.get(path)).json() == made.json()
    again = await client.post(TEMPLATES, json={**wish, "name": "JOINING"})
    assert (again.status_code, again.json()["code"]) == (409, "hrms.checklist_template_name_taken")
    changed = await client.patch(path, json={"tasks": JOINING[:1]}, headers={"if-match": '"1"'})
    assert (changed.json()["tasks"], changed.headers["etag"]) == (JOINING[:1], '"2"')
    assert (await client.patch(path, json={"name": "X"}, headers={"if-match": '"1"'})).status_code == 412
    assert [item["name"] for item in (await client.get(TEMPLATES)).json()["items"]] == ["Joining"]
    assert (await client.delete(path)).status_code == 204
    assert (await client.get(path)).status_code == 404


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"occasion": "birthday"}, "invalid"),
        ({"tasks": []}, "invalid"),
        ({"tasks": [{"title": "X", "assignee": "cat"}]}, "invalid"),
        ({"tasks": [{"title": "X", "assignee": "hr", "due_after_days": 5000}]}, "invalid"),
        ({"department_id": "00000000-0000-7000-8000-000000000000"}, "hrms.department_unknown"),
    ],
)
async def test_a_template_that_makes_no_sense_is_refused(
    client: httpx.AsyncClient, change: dict[str, Any], code: str
) -> None:
    wish = {"name": "Joining", "occasion": "onboarding", "tasks": JOINING, **change}
    answer = await client.post(TEMPLATES, json=wish)
    assert (answer.status_code, answer.json()["code"]) == (422, code)


async def test_hiring_begins_what_is_for_all_and_for_the_department(
    client: httpx.AsyncClient, make: Make, hire: Hire
) -> None:
    sales = await make("departments", name="Sales")
    field = await make("departments", name="Field", parent_id=sales["id"])
    before = await hire()
    for name, more in {"All": {}, "Sales": {"department_id": sales["id"]}}.items():
        await make("checklist-templates", name=name, occasion="onboarding", tasks=JOINING, **more)
    await make("checklist-templates", name="Leaving", occasion="offboarding", tasks=JOINING)
    inside = await hire(department_id=field["id"], date_of_joining="2026-03-02")
    outside = await hire()
    assert await of(client, before) == []
    assert [one["name"] for one in await of(client, outside)] == ["All"]
    first, second = await of(client, inside)
    assert (first["name"], second["name"]) == ("All", "Sales")
    assert (first["occasion"], first["done"], first["total"]) == ("onboarding", 0, 3)
    assert first["employee"].startswith("Grace Hopper")
    assert due(first) == ["2026-02-23", "2026-03-02", "2026-03-05"]


async def test_notice_begins_what_is_for_leavers_and_tasks_left_follow_the_last_day(
    client: httpx.AsyncClient, make: Make, hire: Hire
) -> None:
    tasks = [
        {"title": "Take back the keys", "assignee": "hr", "due_after_days": 0},
        {"title": "Hand over", "assignee": "employee", "due_after_days": -10},
    ]
    await make("checklist-templates", name="Leaving", occasion="offboarding", tasks=tasks)
    employee = await hire()
    assert await of(client, employee) == []
    await make(f"employees/{employee['id']}/terminate", last_day="2026-06-30")
    (one,) = await of(client, employee)
    assert due(one) == ["2026-06-20", "2026-06-30"]
    await make(f"checklists/{one['id']}/tasks/{one['tasks'][0]['id']}/done")
    await make(f"employees/{employee['id']}/terminate", last_day="2026-07-31")
    (moved,) = await of(client, employee)
    assert due(moved) == ["2026-06-20", "2026-07-31"]


async def test_a_hiring_that_was_a_mistake_is_taken_back_with_its_checklists(
    client: httpx.AsyncClient, make: Make, hire: Hire
) -> None:
    await make("checklist-templates", name="Joining", occasion="onboarding", tasks=JOINING)
    employee = await hire()
    assert (await client.delete(f"/hrms/employees/{employee['id']}")).status_code == 204
    assert (await client.get(CHECKLISTS)).json()["items"] == []


async def test_a_checklist_is_begun_by_hand_once(client: httpx.AsyncClient, make: Make, hire: Hire) -> None:
    employee = await hire()
    joining = await make("checklist-templates", name="Joining", occasion="onboarding", tasks=JOINING)
    leaving = await make("checklist-templates", name="Leaving", occasion="offboarding", tasks=JOINING)
    body = {"employee_id": employee["id"], "template_id": joining["id"]}
    begun = await client.post(CHECKLISTS, json=body)
    assert (begun.status_code, begun.json()["total"]) == (201, 3)
    assert (await client.get(begun.headers["location"])).json() == begun.json()
    again = await client.post(CHECKLISTS, json=body)
    assert (again.status_code, again.json()["code"]) == (409, "hrms.checklist_begun")
    early = await client.post(CHECKLISTS, json={**body, "template_id": leaving["id"]})
    assert (early.status_code, early.json()["code"]) == (422, "hrms.not_leaving")


async def test_each_does_their_own_tasks_and_hr_all(
    client: httpx.AsyncClient, make: Make, hire: Hire, sign_in: SignIn
) -> None:
    await make("checklist-templates", name="Joining", occasion="onboarding", tasks=JOINING)
    head = await hire(last_name="Head")
    clerk = await hire(manager_id=head["id"])
    other = await hire()
    (checklist,) = await of(client, clerk)
    by_assignee = {task["assignee"]: task["id"] for task in checklist["tasks"]}

    async def mine(who: httpx.AsyncClient) -> list[str]:
        return [task["title"] for task in (await who.get("/hrms/checklist-tasks")).json()["items"]]

    async def mark(who: httpx.AsyncClient, assignee: str, word: str = "done") -> httpx.Response:
        return await who.post(f"{CHECKLISTS}/{checklist['id']}/tasks/{by_assignee[assignee]}/{word}")

    async with (
        await sign_in(head, "manager") as manager,
        await sign_in(clerk, "employee") as own,
        await sign_in(other, "employee") as stranger,
    ):
        titles = {
            "manager": [
                task["title"] for task in (await manager.get("/hrms/checklist-tasks")).json()["items"]
            ],
            "own": [task["title"] for task in (await own.get("/hrms/checklist-tasks")).json()["items"]],
        }
        assert titles == {"manager": ["Show around", "Hand in bank details"], "own": ["Hand in bank details"]}
        assert (await mark(stranger, "employee")).status_code == 404
        for who, assignee in ((own, "hr"), (own, "manager"), (manager, "hr"), (manager, "employee")):
            refused = await mark(who, assignee)
            assert (refused.status_code, refused.json()["code"]) == (403, "hrms.task_of_another")
        for who, assignee in ((own, "employee"), (manager, "manager"), (client, "hr")):
            answer = await mark(who, assignee)
            assert answer.status_code == 200
        assert (answer.json()["done"], answer.json()["total"]) == (3, 3)
        assert await mine(own) == []
        finished = (await own.get(CHECKLISTS, params={"finished": True})).json()["items"]
        assert [item["id"] for item in finished] == [checklist["id"]]
        undone = await mark(client, "employee", "undone")
        assert undone.json()["done"] == 2
        assert (await own.get(CHECKLISTS, params={"finished": True})).json()["items"] == []
    events = (await client.get("/hrms/audit-events", params={"action": "hrms.task_done"})).json()["items"]
    assert len(events) == 3


async def test_the_day_after_the_last_day_access_ends(
    running: Running, tenant: str, make: Make, hire: Hire, sign_in: SignIn, outbox: Outbox
) -> None:
    assert running.service.all_handlers.schedules[TellWhoHasLeft] == "5 0 * * *"
    gone, without_account, staying = await hire(), await hire(), await hire()
    for employee, last_day in (
        (gone, "2021-05-31"),
        (without_account, "2021-06-30"),
        (staying, "2190-01-01"),
    ):
        await make(f"employees/{employee['id']}/terminate", last_day=last_day)
    async with await sign_in(gone, "employee") as client:
        me = (await client.get(f"/hrms/employees/{gone['id']}")).json()["user_id"]
    since = len(await outbox())

    async def night() -> list[Outgoing]:
        async with running.database.tenant(running.context(tenant)) as session:
            jobs.add(session, TellWhoHasLeft())
            await session.commit()
        await running.settle()
        return [row for row in (await outbox())[since:] if row.type != TellWhoHasLeft.name]

    for _ in range(2):
        told = await night()
        assert [row.type for row in told] == [
            "hrms.employee_left.v1",
            "user.end_access",
            "hrms.employee_left.v1",
        ]
    assert told[0].data == {"employee_id": gone["id"], "user_id": me, "last_day": "2021-05-31"}
    assert told[1].data == {"account_id": me}
    assert UUID(told[2].data["employee_id"]) == UUID(without_account["id"])
    await make(f"employees/{without_account['id']}/terminate", last_day="2021-07-31")
    assert [row.data["last_day"] for row in await night() if row.type == "hrms.employee_left.v1"] == [
        "2021-05-31",
        "2021-06-30",
        "2021-07-31",
    ]
