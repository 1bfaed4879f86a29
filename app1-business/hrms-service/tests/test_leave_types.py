from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

TYPES = "/hrms/leave-types"
Hire = Callable[..., Awaitable[dict[str, Any]]]
Make = Callable[..., Awaitable[dict[str, Any]]]


async def test_a_type_has_plain_terms_unless_told_otherwise(client: httpx.AsyncClient) -> None:
    answer = await client.post(TYPES, json={"name": "Annual", "paid": True})
    assert answer.status_code == 201
    made = answer.json()
    assert made == {
        "id": made["id"],
        "version": 1,
        "name": "Annual",
        "paid": True,
        "pay_share": "1",
        "includes_holidays": False,
        "max_balance": None,
        "max_consecutive_days": None,
        "carry_forward_cap": None,
        "carry_forward_expires_after_days": None,
        "rounding": None,
        "allow_negative": False,
        "approval": None,
    }
    assert (await client.get(answer.headers["location"])).json() == made
    assert (await client.get(TYPES)).json()["items"] == [made]


async def test_unpaid_leave_needs_no_balance_and_partly_paid_leave_says_its_share(make: Make) -> None:
    unpaid = await make("leave-types", name="Unpaid", paid=False)
    assert (unpaid["pay_share"], unpaid["allow_negative"]) == ("0", True)
    partly = await make("leave-types", name="Parental", paid=True, pay_share="0.65")
    assert (partly["paid"], partly["pay_share"]) == (True, "0.65")


@pytest.mark.parametrize(
    "terms",
    [
        {"paid": False, "pay_share": "0.5"},
        {"pay_share": "1.5"},
        {"rounding": "0.3"},
        {"carry_forward_cap": "-1"},
        {"max_balance": "NaN"},
        {"max_balance": "1e9"},
        {"carry_forward_expires_after_days": 0},
        {"approval": []},
        {"approval": [{"approver": "somebody"}]},
    ],
)
async def test_terms_that_make_no_sense_are_refused(client: httpx.AsyncClient, terms: dict[str, Any]) -> None:
    answer = await client.post(TYPES, json={"name": "X", "paid": True, **terms})
    assert answer.status_code == 422


async def test_a_type_is_changed_at_its_version(client: httpx.AsyncClient, make: Make) -> None:
    made = await make("leave-types", name="Annual", paid=True, max_balance="30")
    path = f"{TYPES}/{made['id']}"
    level = {"approver": "hr", "from_days": "2.5", "department_id": None}
    changes = {"rounding": "0.5", "max_balance": None, "approval": [level]}
    changed = await client.patch(path, json=changes, headers={"if-match": '"1"'})
    assert changed.json() == made | changes | {"version": 2}
    assert (await client.patch(path, json=changes, headers={"if-match": '"1"'})).status_code == 412


async def test_a_type_that_somebody_had_stays(client: httpx.AsyncClient, make: Make, hire: Hire) -> None:
    kind = await make("leave-types", name="Annual", paid=True)
    spare = await make("leave-types", name="Spare", paid=True)
    again = await client.post(TYPES, json={"name": "ANNUAL", "paid": True})
    assert (again.status_code, again.json()["code"]) == (409, "hrms.leave_type_name_taken")
    allocation = {"from": "2026-01-01", "to": "2026-12-31", "days": "5"}
    employee = await hire()
    await make("leave-allocations", employee_id=employee["id"], leave_type_id=kind["id"], **allocation)
    used = await client.delete(f"{TYPES}/{kind['id']}")
    assert (used.status_code, used.json()["code"]) == (409, "hrms.leave_type_in_use")
    assert (await client.delete(f"{TYPES}/{spare['id']}")).status_code == 204
