import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

DEPARTMENTS = "/hrms/departments"
Hire = Callable[..., Awaitable[dict[str, Any]]]


async def create(client: httpx.AsyncClient, name: str, parent_id: str | None = None) -> dict[str, Any]:
    answer = await client.post(DEPARTMENTS, json={"name": name, "parent_id": parent_id})
    assert answer.status_code == 201, answer.text
    department: dict[str, Any] = answer.json()
    return department


async def move(client: httpx.AsyncClient, department: dict[str, Any], below: str | None) -> httpx.Response:
    return await client.patch(
        f"{DEPARTMENTS}/{department['id']}", json={"parent_id": below}, headers={"if-match": '"1"'}
    )


async def test_a_department_is_created_with_location_and_etag(client: httpx.AsyncClient) -> None:
    answer = await client.post(DEPARTMENTS, json={"name": "Engineering"})
    assert answer.status_code == 201, answer.text
    assert answer.headers["etag"] == '"1"'
    assert (await client.get(answer.headers["location"])).json() == answer.json()


async def test_of_many_equal_names_at_once_one_is_created(client: httpx.AsyncClient) -> None:
    names = ["Sales", "SALES"] * 10
    answers = await asyncio.gather(*(client.post(DEPARTMENTS, json={"name": name}) for name in names))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 19
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {
        "hrms.department_name_taken"
    }


async def test_an_idempotency_key_gives_the_first_answer_again(client: httpx.AsyncClient) -> None:
    headers = {"idempotency-key": "k1"}
    first = await client.post(DEPARTMENTS, json={"name": "Legal"}, headers=headers)
    second = await client.post(DEPARTMENTS, json={"name": "Legal"}, headers=headers)
    assert (first.status_code, second.status_code, first.content) == (201, 201, second.content)
    assert second.headers["idempotent-replayed"] == "true"
    other = await client.post(DEPARTMENTS, json={"name": "Law"}, headers=headers)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


async def test_a_department_below_nothing_is_refused(
    client: httpx.AsyncClient, outsider: httpx.AsyncClient
) -> None:
    strangers = await create(outsider, "Elsewhere")
    answer = await client.post(DEPARTMENTS, json={"name": "Lost", "parent_id": strangers["id"]})
    assert (answer.status_code, answer.json()["code"]) == (422, "hrms.department_unknown")


async def test_the_list_is_paged_by_name_whatever_the_case(client: httpx.AsyncClient) -> None:
    for name in ("b", "C", "a", "D"):
        await create(client, name)
    first = (await client.get(DEPARTMENTS, params={"limit": 3, "total": True})).json()
    rest = (await client.get(DEPARTMENTS, params={"limit": 3, "cursor": first["next_cursor"]})).json()
    assert [item["name"] for item in first["items"] + rest["items"]] == ["a", "b", "C", "D"]
    assert (first["total"], rest["next_cursor"]) == (4, None)
    assert first["items"][0].keys() == {"id", "name", "parent_id", "version"}
    backwards = (await client.get(DEPARTMENTS, params={"sort": "-name"})).json()
    assert [item["name"] for item in backwards["items"]] == ["D", "C", "b", "a"]


async def test_a_rename_needs_the_version_that_was_seen(client: httpx.AsyncClient) -> None:
    path = f"{DEPARTMENTS}/{(await create(client, 'Labs'))['id']}"
    assert (await client.patch(path, json={"name": "Lab"})).status_code == 428
    renamed = await client.patch(path, json={"name": "Lab"}, headers={"if-match": '"1"'})
    assert (renamed.status_code, renamed.json()["name"], renamed.headers["etag"]) == (200, "Lab", '"2"')
    stale = await client.patch(path, json={"name": "Laboratory"}, headers={"if-match": '"1"'})
    assert stale.status_code == 412


async def test_of_many_changes_to_one_version_one_wins(client: httpx.AsyncClient) -> None:
    path = f"{DEPARTMENTS}/{(await create(client, 'Ops'))['id']}"
    headers = {"if-match": '"1"'}
    answers = await asyncio.gather(
        *(client.patch(path, json={"name": f"Ops {n}"}, headers=headers) for n in range(20))
    )
    assert sorted(answer.status_code for answer in answers) == [200] + [412] * 19


async def test_a_department_moves_and_comes_to_the_top_by_null(client: httpx.AsyncClient) -> None:
    top, other = await create(client, "Top"), await create(client, "Other")
    assert (await move(client, other, top["id"])).json()["parent_id"] == top["id"]
    path = f"{DEPARTMENTS}/{other['id']}"
    back = await client.patch(path, json={"parent_id": None}, headers={"if-match": '"2"'})
    assert (back.status_code, back.json()["parent_id"]) == (200, None)
    kept = await client.patch(path, json={"name": None}, headers={"if-match": '"3"'})
    assert kept.status_code == 422


async def test_a_department_below_itself_is_refused(client: httpx.AsyncClient) -> None:
    top = await create(client, "A")
    middle = await create(client, "B", top["id"])
    bottom = await create(client, "C", middle["id"])
    for below in (top, bottom):
        answer = await move(client, top, below["id"])
        assert (answer.status_code, answer.json()["code"]) == (422, "hrms.department_cycle")


async def test_moves_at_once_that_together_make_a_circle_are_not_all_done(client: httpx.AsyncClient) -> None:
    ring = [await create(client, f"Ring {n}") for n in range(20)]
    below = [*ring[1:], ring[0]]
    answers = await asyncio.gather(
        *(move(client, one, other["id"]) for one, other in zip(ring, below, strict=True))
    )
    assert sorted(answer.status_code for answer in answers) == [200] * 19 + [422]


@pytest.mark.parametrize("use", ["a department below", "a job"])
async def test_only_an_empty_department_is_deleted(client: httpx.AsyncClient, hire: Hire, use: str) -> None:
    department = await create(client, "Old")
    if use == "a job":
        await hire(department_id=department["id"])
    else:
        await create(client, "Inner", department["id"])
    path = f"{DEPARTMENTS}/{department['id']}"
    answer = await client.delete(path)
    assert (answer.status_code, answer.json()["code"]) == (409, "hrms.department_in_use")
    empty = f"{DEPARTMENTS}/{(await create(client, 'Empty'))['id']}"
    assert (await client.delete(empty)).status_code == 204
    assert [(await client.get(path)).status_code, (await client.get(empty)).status_code] == [200, 404]
