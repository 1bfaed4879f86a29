"""Who is told of leave, and what the audit log keeps of it."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import httpx
from servicekit.records import Outgoing

REQUESTS = "/hrms/leave-requests"
Hire = Callable[..., Awaitable[dict[str, Any]]]
Make = Callable[..., Awaitable[dict[str, Any]]]
Outbox = Callable[[], Awaitable[Sequence[Outgoing]]]
SignIn = Callable[..., Awaitable[httpx.AsyncClient]]
WithLeave = Callable[..., Awaitable[Any]]


async def account(client: httpx.AsyncClient, employee: dict[str, Any]) -> str:
    return str((await client.get(f"/hrms/employees/{employee['id']}")).json()["user_id"])


async def told(outbox: Outbox, since: int) -> list[tuple[str, str]]:
    """To whom what was told, by mail and in the application."""
    jobs = [job.data for job in (await outbox())[since:] if job.kind == "job"]
    return [(job["account_id"], job.get("purpose") or job["kind"]) for job in jobs]


async def test_who_is_asked_is_told_and_then_who_asked(
    leave: WithLeave, hire: Hire, sign_in: SignIn, outbox: Outbox
) -> None:
    chief = await hire()
    head = await hire(manager_id=chief["id"])
    clerk = await hire(manager_id=head["id"], first_name="Ada", last_name="Clerk")
    levels = [{"approver": "manager"}, {"approver": "second_manager"}, {"approver": "hr"}]
    annual = (await leave(allow_negative=True, approval=levels)).of(clerk)
    async with (
        await sign_in(chief, "manager") as as_chief,
        await sign_in(head, "manager") as as_head,
        await sign_in(clerk, "employee") as as_clerk,
    ):
        ids = [await account(annual.client, one) for one in (chief, head, clerk)]
        since = len(await outbox())
        body = {**annual.ids, "from": "2026-05-04", "to": "2026-05-05"}
        asked = (await as_clerk.post(REQUESTS, json=body)).json()
        assert await told(outbox, since) == [(ids[1], "leave_asked"), (ids[1], "hrms.leave_asked")]
        assert (await outbox())[-1].data["data"] == {
            "employee": "Ada Clerk",
            "from": "2026-05-04",
            "to": "2026-05-05",
            "request_id": asked["id"],
        }
        since = len(await outbox())
        await as_head.post(f"{REQUESTS}/{asked['id']}/approve")
        assert await told(outbox, since) == [(ids[0], "leave_asked"), (ids[0], "hrms.leave_asked")]
        since = len(await outbox())
        await as_chief.post(f"{REQUESTS}/{asked['id']}/approve")
        assert await told(outbox, since) == []
        await annual.client.post(f"{REQUESTS}/{asked['id']}/reject", json={"comment": "Year end"})
        assert await told(outbox, since) == [(ids[2], "leave_decided"), (ids[2], "hrms.leave_rejected")]
        assert (await outbox())[-1].data["data"]["comment"] == "Year end"


async def test_one_is_told_of_what_others_do_to_ones_leave_and_not_of_ones_own_doing(
    leave: WithLeave, sign_in: SignIn, outbox: Outbox
) -> None:
    annual = await leave(allow_negative=True)
    async with await sign_in(annual.employee, "employee") as own:
        mine = await account(annual.client, annual.employee)
        first = (await annual.ask("2190-05-04")).json()
        second = (await annual.ask("2190-05-05")).json()
        since = len(await outbox())
        await own.post(f"{REQUESTS}/{first['id']}/cancel")
        assert await told(outbox, since) == []
        await annual.make(f"employees/{annual.employee['id']}/terminate", last_day="2190-05-01")
        assert await told(outbox, since) == [(mine, "leave_decided"), (mine, "hrms.leave_cancelled")]
        assert (await own.get(f"{REQUESTS}/{second['id']}")).json()["status"] == "cancelled"


async def test_everything_done_to_leave_stands_in_the_audit_log(leave: WithLeave, make: Make) -> None:
    annual = await leave()
    made = await annual.allocate(2026, 10)
    spare = await annual.allocate(2027, 1)
    await make(f"leave-allocations/{made['id']}/adjustments", days="1", note="Bonus")
    await annual.client.delete(f"/hrms/leave-allocations/{spare['id']}")
    asked = (await annual.ask("2026-05-04", reason="Trip")).json()
    await make(f"leave-requests/{asked['id']}/approve")
    await make(f"leave-requests/{asked['id']}/cancel")
    refused = (await annual.ask("2026-05-04")).json()
    await make(f"leave-requests/{refused['id']}/reject", comment="No")
    await annual.take("2026-05-04", "2026-05-06")
    await make(f"employees/{annual.employee['id']}/terminate", last_day="2026-05-05")
    path, seen = f"/hrms/leave-types/{annual.kind['id']}", {"if-match": '"1"'}
    await annual.client.patch(path, json={"max_balance": "30"}, headers=seen)
    levels = [{"approver": "hr", "from_days": "0", "department_id": None}]
    await annual.client.put("/hrms/leave-settings", json={"approval": levels}, headers=seen)
    other = await make("leave-types", name="Other", paid=True)
    await annual.client.delete(f"/hrms/leave-types/{other['id']}")
    holidays = await make("holiday-lists", name="UK")
    path = f"/hrms/holiday-lists/{holidays['id']}"
    await annual.client.patch(path, json={"weekly_off": ["sunday"]}, headers=seen)
    await annual.client.delete(path)
    events = (
        await annual.client.get("/hrms/audit-events", params={"limit": 100, "sort": "created_at"})
    ).json()
    by_action = {event["action"]: event for event in events["items"]}
    assert set(by_action) >= {
        "hrms.leave_type_created",
        "hrms.leave_type_changed",
        "hrms.leave_type_removed",
        "hrms.leave_settings_changed",
        "hrms.leave_allocated",
        "hrms.leave_allocation_adjusted",
        "hrms.leave_allocation_removed",
        "hrms.leave_asked",
        "hrms.leave_approved",
        "hrms.leave_rejected",
        "hrms.leave_cancelled",
        "hrms.leave_shortened",
        "hrms.holiday_list_created",
        "hrms.holiday_list_changed",
        "hrms.holiday_list_removed",
    }
    assert by_action["hrms.leave_rejected"]["target"] == f"leave_request:{refused['id']}"
    assert by_action["hrms.leave_rejected"]["after"] == {"level": 1, "comment": "No"}
    changed = by_action["hrms.leave_type_changed"]
    assert (changed["before"], changed["after"]) == ({"max_balance": None}, {"max_balance": "30"})
    changed = by_action["hrms.holiday_list_changed"]
    assert (changed["before"], changed["after"]) == ({"weekly_off": []}, {"weekly_off": ["sunday"]})
    shortened = by_action["hrms.leave_shortened"]
    assert (shortened["before"]["to"], shortened["after"]["to"]) == ("2026-05-06", "2026-05-05")
