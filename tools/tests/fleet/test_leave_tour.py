"""What docs/hrms-leave.md walks through: hire, allocate, ask, approve, balance, through the gateway."""

from typing import Any

from fleet.testing import Organisation


async def test_leave_is_allocated_asked_for_approved_and_balanced(rival: Organisation) -> None:
    async def make(path: str, **body: Any) -> dict[str, Any]:
        answer = await rival.client.post(f"/hrms/{path}", json=body)
        assert answer.is_success, answer.text
        made: dict[str, Any] = answer.json()
        return made

    england = {"country": "GB", "subdivision": "ENG", "year": 2026}
    weekend = ["saturday", "sunday"]
    await make("holiday-lists", name="England", weekly_off=weekend, is_default=True, seed=england)
    terms = {"carry_forward_cap": "5", "carry_forward_expires_after_days": 90}
    kind = await make("leave-types", name="Annual leave", paid=True, **terms)
    charles = await make(
        "employees",
        first_name="Charles",
        last_name="Babbage",
        email="charles@leave.test",
        date_of_joining="2025-09-01",
    )
    whose = {"employee_id": charles["id"], "leave_type_id": kind["id"]}
    for year, days in ((2025, "8"), (2026, "25")):
        span = {"from": f"{year}-01-01", "to": f"{year}-12-31"}
        given = await make("leave-allocations", **whose, **span, days=days)
    assert (given["carried"], given["capped"]) == ("5", "3")
    asked = await make("leave-requests", **whose, **{"from": "2026-12-23", "to": "2026-12-31"})
    assert (asked["days"], asked["status"]) == ("5", "pending")
    approved = await make(f"leave-requests/{asked['id']}/approve", comment="Enjoy")
    assert approved["status"] == "approved"
    params = {"employee_id": charles["id"], "as_of": "2026-12-31"}
    (balance,) = (await rival.client.get("/hrms/leave-balances", params=params)).json()["items"]
    numbers = [balance[name] for name in ("allocated", "carried", "taken", "pending", "expired", "available")]
    assert numbers == ["25", "5", "5", "0", "5", "20"]
