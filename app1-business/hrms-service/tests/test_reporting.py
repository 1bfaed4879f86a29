import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import httpx
from servicekit.records import Outgoing

EMPLOYEES = "/hrms/employees"
Hire = Callable[..., Awaitable[dict[str, Any]]]
Outbox = Callable[[], Awaitable[Sequence[Outgoing]]]


async def report(
    client: httpx.AsyncClient, employee: dict[str, Any], to: dict[str, Any] | None, since: str = "2021-01-01"
) -> httpx.Response:
    path = f"{EMPLOYEES}/{employee['id']}/job-changes"
    return await client.post(path, json={"valid_from": since, "manager_id": to and to["id"]})


async def team(hire: Hire) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """A chief, who leads a head, who leads a clerk."""
    chief = await hire(last_name="Chief")
    head = await hire(last_name="Head", manager_id=chief["id"])
    return chief, head, await hire(last_name="Clerk", manager_id=head["id"])


def refused(answer: httpx.Response) -> bool:
    return answer.status_code == 422 and answer.json()["code"] == "hrms.manager_cycle"


async def test_nobody_reports_to_themselves_directly_or_through_others(
    client: httpx.AsyncClient, hire: Hire, outbox: Outbox
) -> None:
    chief, head, clerk = await team(hire)
    before = len(await outbox())
    for manager in (chief, head, clerk):
        assert refused(await report(client, chief, manager))
    assert len(await outbox()) == before
    assert (await client.get(f"{EMPLOYEES}/{chief['id']}")).json() == chief


async def test_a_circle_is_refused_on_a_future_day_too(client: httpx.AsyncClient, hire: Hire) -> None:
    one, other = await hire(), await hire()
    assert (await report(client, one, other, since="2190-01-01")).status_code == 201
    assert refused(await report(client, other, one))
    assert (await report(client, one, None, since="2191-01-01")).status_code == 201
    assert (await report(client, other, one, since="2191-01-01")).status_code == 201


async def test_a_circle_that_no_single_day_has_is_none(client: httpx.AsyncClient, hire: Hire) -> None:
    one, other = await hire(), await hire()
    assert (await report(client, one, other, since="2021-01-01")).status_code == 201
    assert (await report(client, one, None, since="2022-01-01")).status_code == 201
    assert (await report(client, other, one, since="2022-01-01")).status_code == 201


async def test_a_withdrawal_that_would_close_a_circle_is_refused(
    client: httpx.AsyncClient, hire: Hire
) -> None:
    one, other = await hire(), await hire()
    await report(client, one, other, since="2021-01-01")
    change = (await report(client, one, None, since="2022-01-01")).json()
    await report(client, other, one, since="2023-01-01")
    answer = await client.delete(f"{EMPLOYEES}/{one['id']}/job-changes/{change['id']}")
    assert refused(answer)


async def test_an_end_moved_so_that_a_circle_would_close_is_refused(
    client: httpx.AsyncClient, hire: Hire
) -> None:
    one, two, three = await hire(), await hire(), await hire()
    await report(client, one, two, since="2021-01-01")
    await report(client, three, one, since="2021-01-01")
    path = f"{EMPLOYEES}/{one['id']}/terminate"
    assert (await client.post(path, json={"last_day": "2021-12-31"})).status_code == 200
    assert (await report(client, two, three, since="2022-01-01")).status_code == 201
    assert refused(await client.post(path, json={"last_day": "2022-01-01"}))
    assert (await client.post(path, json={"last_day": "2021-11-30"})).status_code == 200


async def test_of_two_changes_at_once_that_close_a_circle_one_is_made(
    client: httpx.AsyncClient, hire: Hire
) -> None:
    for _ in range(10):
        one, other = await hire(), await hire()
        answers = await asyncio.gather(report(client, one, other), report(client, other, one))
        assert sorted(answer.status_code for answer in answers) == [201, 422]
        assert sum(refused(answer) for answer in answers) == 1


async def test_of_many_changes_at_once_that_close_a_circle_one_is_refused(
    client: httpx.AsyncClient, hire: Hire
) -> None:
    ring = [await hire() for _ in range(30)]
    answers = await asyncio.gather(
        *(report(client, one, other) for one, other in zip(ring, [*ring[1:], ring[0]], strict=True))
    )
    assert sorted(answer.status_code for answer in answers) == [201] * 29 + [422]
    assert sum(refused(answer) for answer in answers) == 1


async def test_reports_are_shown_down_to_the_depth_asked_for(client: httpx.AsyncClient, hire: Hire) -> None:
    chief, head, clerk = await team(hire)
    path = f"{EMPLOYEES}/{chief['id']}/reports"
    shown = (await client.get(path)).json()["items"]
    assert [(node["id"], node["depth"], node["reports"]) for node in shown] == [(head["id"], 1, 1)]
    deep = (await client.get(path, params={"depth": 2})).json()["items"]
    assert [(node["id"], node["depth"], node["manager_id"]) for node in deep] == [
        (head["id"], 1, chief["id"]),
        (clerk["id"], 2, head["id"]),
    ]
    for depth in (0, 21, "x"):
        assert (await client.get(path, params={"depth": depth})).status_code == 422


async def test_the_org_chart_begins_with_those_whose_manager_is_not_there_today(
    client: httpx.AsyncClient, hire: Hire
) -> None:
    chief, head, clerk = await team(hire)
    await hire(last_name="Later", date_of_joining="2190-01-01", manager_id=head["id"])
    whole = (await client.get("/hrms/org-chart")).json()["items"]
    assert [(node["last_name"], node["depth"], node["reports"]) for node in whole] == [
        ("Chief", 1, 1),
        ("Head", 2, 1),
        ("Clerk", 3, 0),
    ]
    await client.post(f"{EMPLOYEES}/{chief['id']}/terminate", json={"last_day": "2023-12-31"})
    top = (await client.get("/hrms/org-chart", params={"depth": 1})).json()["items"]
    assert [(node["id"], node["manager_id"]) for node in top] == [(head["id"], chief["id"])]
    assert clerk["id"] not in {node["id"] for node in top}
