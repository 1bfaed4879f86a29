import asyncio

import httpx

DEPARTMENTS = "/hrms/departments"


async def test_a_department_is_created_with_location_and_etag(client: httpx.AsyncClient) -> None:
    answer = await client.post(DEPARTMENTS, json={"name": "Engineering"})
    assert answer.status_code == 201, answer.text
    assert answer.headers["location"] == f"{DEPARTMENTS}/{answer.json()['id']}"
    assert answer.headers["etag"] == '"1"'


async def test_of_many_equal_names_at_once_one_is_created(client: httpx.AsyncClient) -> None:
    answers = await asyncio.gather(*(client.post(DEPARTMENTS, json={"name": "Sales"}) for _ in range(20)))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 19


async def test_an_idempotency_key_gives_the_first_answer_again(client: httpx.AsyncClient) -> None:
    headers = {"idempotency-key": "k1"}
    first = await client.post(DEPARTMENTS, json={"name": "Legal"}, headers=headers)
    second = await client.post(DEPARTMENTS, json={"name": "Legal"}, headers=headers)
    assert (first.status_code, second.status_code, first.content) == (201, 201, second.content)
    assert second.headers["idempotent-replayed"] == "true"
    other = await client.post(DEPARTMENTS, json={"name": "Law"}, headers=headers)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
