import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import httpx
import pytest
from servicekit.records import Outgoing

Hire = Callable[..., Awaitable[dict[str, Any]]]
Make = Callable[..., Awaitable[dict[str, Any]]]
Outbox = Callable[[], Awaitable[Sequence[Outgoing]]]
SignIn = Callable[..., Awaitable[httpx.AsyncClient]]
WithLeave = Callable[..., Awaitable[Any]]

REQUESTS = "/hrms/leave-requests"


async def decide(client: httpx.AsyncClient, request: dict[str, Any], word: str) -> httpx.Response:
    return await client.post(f"{REQUESTS}/{request['id']}/{word}")


async def test_approved_leave_is_told_once_with_its_days(leave: WithLeave, outbox: Outbox) -> None:
    annual = await leave(pay_share="0.5")
    await annual.allocate(2026, 10)
    before = len(await outbox())
    taken = await annual.take("2026-05-04", "2026-05-05")
    (fact,) = (await outbox())[before:]
    assert (fact.type, fact.aggregate, fact.version) == (
        "hrms.leave_approved.v1",
        taken["id"],
        taken["version"],
    )
    assert fact.data == {
        "request_id": taken["id"],
        "employee_id": annual.employee["id"],
        "leave_type_id": annual.kind["id"],
        "pay_share": "0.5",
        "days": {"2026-05-04": "1", "2026-05-05": "1"},
    }


async def test_approved_leave_that_is_cancelled_gives_its_days_back(leave: WithLeave, outbox: Outbox) -> None:
    annual = await leave()
    await annual.allocate(2026, 10)
    taken = await annual.take("2026-05-04", "2026-05-05")
    assert (await decide(annual.client, taken, "cancel")).json()["status"] == "cancelled"
    assert (await annual.balance("2026-05-04"))["available"] == "10"
    assert (await outbox())[-1].type == "hrms.leave_cancelled.v1"
    before = len(await outbox())
    pending = (await annual.ask("2026-05-04")).json()
    assert (await decide(annual.client, pending, "cancel")).json()["status"] == "cancelled"
    assert len(await outbox()) == before


async def test_approve_and_reject_at_once_one_wins(leave: WithLeave, outbox: Outbox) -> None:
    annual = await leave()
    await annual.allocate(2026, 10)
    for day in range(1, 6):
        asked = (await annual.ask(f"2026-05-{day:02}")).json()
        before = len(await outbox())
        words = ["approve", "reject"] * 10
        answers = await asyncio.gather(*(decide(annual.client, asked, word) for word in words))
        assert sorted(answer.status_code for answer in answers) == [200] + [409] * 19
        assert {a.json()["code"] for a in answers if a.status_code == 409} == {"hrms.leave_decided"}
        status = (await annual.client.get(f"{REQUESTS}/{asked['id']}")).json()["status"]
        assert len(await outbox()) - before == (status == "approved")


async def test_approve_and_cancel_at_once_is_cancelled_with_the_days_returned_once(leave: WithLeave) -> None:
    annual = await leave()
    await annual.allocate(2026, 10)
    for day in range(1, 6):
        asked = (await annual.ask(f"2026-05-{day:02}")).json()
        words = ["approve", "cancel"] * 10
        answers = await asyncio.gather(*(decide(annual.client, asked, word) for word in words))
        ok = Counter(word for word, answer in zip(words, answers, strict=True) if answer.status_code == 200)
        assert ok["cancel"] == 1
        assert ok["approve"] <= 1
        assert (await annual.client.get(f"{REQUESTS}/{asked['id']}")).json()["status"] == "cancelled"
        balance = await annual.balance("2026-05-01")
        assert (balance["available"], balance["taken"], balance["pending"]) == ("10", "0", "0")


@pytest.fixture
async def team(hire: Hire) -> dict[str, dict[str, Any]]:
    """Chief, who leads Head, who leads Clerk; and Other, who leads nobody."""
    people = {"Chief": await hire()}
    people["Head"] = await hire(manager_id=people["Chief"]["id"])
    people["Clerk"] = await hire(manager_id=people["Head"]["id"])
    return people | {"Other": await hire()}


@pytest.mark.parametrize(
    ("who", "role", "status", "code"),
    [
        ("Clerk", "employee", 403, "hrms.own_leave"),
        ("Clerk", "hr", 403, "hrms.own_leave"),
        ("Clerk", "owner", 403, "hrms.own_leave"),
        ("Other", "manager", 404, "not_found"),
        ("Head", "employee", 200, None),
        ("Head", "manager", 200, None),
        ("Chief", "employee", 200, None),
        ("Other", "hr", 200, None),
    ],
)
async def test_who_is_above_decides_or_hr_and_never_oneself(
    leave: WithLeave,
    team: dict[str, dict[str, Any]],
    sign_in: SignIn,
    who: str,
    role: str,
    status: int,
    code: str | None,
) -> None:
    annual = (await leave(allow_negative=True)).of(team["Clerk"])
    asked = (await annual.ask("2026-05-04")).json()
    async with await sign_in(team[who], role) as decider:
        for word in ("approve", "reject") if status != 200 else ("approve",):
            answer = await decide(decider, asked, word)
            assert (answer.status_code, answer.json().get("code")) == (status, code)


async def test_levels_are_decided_in_order_by_those_they_name(
    leave: WithLeave, team: dict[str, dict[str, Any]], sign_in: SignIn
) -> None:
    levels = [
        {"approver": "manager"},
        {"approver": "second_manager", "from_days": "3"},
        {"approver": "hr", "from_days": "10"},
    ]
    annual = (await leave(allow_negative=True, approval=levels)).of(team["Clerk"])
    short = (await annual.ask("2026-05-04")).json()
    assert [step["approver"] for step in short["approval"]] == ["manager"]
    long = (await annual.ask("2026-06-01", "2026-06-10")).json()
    assert [step["approver"] for step in long["approval"]] == ["manager", "second_manager", "hr"]
    async with (
        await sign_in(team["Head"], "manager") as head,
        await sign_in(team["Chief"], "manager") as chief,
    ):
        first = await head.post(f"{REQUESTS}/{long['id']}/approve", json={"comment": "Fine"})
        assert (first.json()["status"], first.json()["approval"][0]["comment"]) == ("pending", "Fine")
        second = await decide(head, long, "approve")
        assert (second.status_code, second.json()["code"]) == (403, "hrms.leave_not_yours_to_decide")
        assert (await decide(chief, long, "approve")).json()["status"] == "pending"
        third = await decide(chief, long, "approve")
        assert (third.status_code, third.json()["approver"]) == (403, "hr")
    last = (await decide(annual.client, long, "approve")).json()
    assert last["status"] == "approved"
    assert [step["approved"] for step in last["approval"]] == [True, True, True]


async def test_a_rejection_at_any_level_ends_it(
    leave: WithLeave, team: dict[str, dict[str, Any]], sign_in: SignIn
) -> None:
    levels = [{"approver": "manager"}, {"approver": "hr"}]
    annual = (await leave(approval=levels)).of(team["Clerk"])
    await annual.allocate(2026, 5)
    asked = (await annual.ask("2026-05-04")).json()
    async with await sign_in(team["Head"], "manager") as head:
        assert (await decide(head, asked, "reject")).json()["status"] == "rejected"
    assert (await annual.balance("2026-05-04"))["available"] == "5"
    late = await decide(annual.client, asked, "approve")
    assert (late.status_code, late.json()["leave_status"]) == (409, "rejected")


async def test_one_cancels_ones_own_leave_until_it_has_begun(
    leave: WithLeave, team: dict[str, dict[str, Any]], sign_in: SignIn
) -> None:
    annual = (await leave(allow_negative=True)).of(team["Clerk"])
    past = await annual.take("2021-05-04")
    future = await annual.take("2190-05-04")
    async with (
        await sign_in(team["Clerk"], "employee") as own,
        await sign_in(team["Head"], "manager") as head,
    ):
        others = await decide(head, future, "cancel")
        assert (others.status_code, others.json()["code"]) == (403, "hrms.leave_of_another")
        begun = await decide(own, past, "cancel")
        assert (begun.status_code, begun.json()["code"]) == (409, "hrms.leave_has_begun")
        assert (await decide(own, future, "cancel")).json()["status"] == "cancelled"
    assert (await decide(annual.client, past, "cancel")).json()["status"] == "cancelled"


async def test_who_has_left_passes_nothing_on(
    leave: WithLeave, hire: Hire, make: Make, sign_in: SignIn
) -> None:
    # Jobs of different days can make a circle: one's last one under two, then two under three under one.
    one = await hire()
    two, three = await hire(), await hire(manager_id=one["id"])
    change = {"valid_from": "2021-01-01", "manager_id": two["id"]}
    await make(f"employees/{one['id']}/job-changes", **change)
    await make(f"employees/{one['id']}/terminate", last_day="2021-12-31")
    change = {"valid_from": "2022-01-01", "manager_id": three["id"]}
    await make(f"employees/{two['id']}/job-changes", **change)
    annual = (await leave(allow_negative=True)).of(two)
    asked = (await annual.ask("2026-05-04")).json()
    async with await sign_in(three, "manager") as manager:
        assert (await decide(manager, asked, "approve")).status_code == 200
