import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import httpx

POSITIONS = "/hrms/positions"
Hire = Callable[..., Awaitable[dict[str, Any]]]


async def test_hiring_makes_a_position_once_whatever_the_case(client: httpx.AsyncClient, hire: Hire) -> None:
    hired = await asyncio.gather(*(hire(position=name) for name in ["Engineer", "ENGINEER"] * 10))
    positions = (await client.get(POSITIONS)).json()["items"]
    assert len(positions) == 1
    assert {(one["position_id"], one["position"]) for one in hired} == {
        (positions[0]["id"], positions[0]["name"])
    }


async def test_a_position_is_made_renamed_and_deleted(client: httpx.AsyncClient) -> None:
    made = await client.post(POSITIONS, json={"name": "Clerk"})
    assert (made.status_code, made.headers["etag"]) == (201, '"1"')
    path = made.headers["location"]
    assert (await client.get(path)).json() == made.json()
    assert (await client.patch(path, json={"name": "Chief"})).status_code == 428
    renamed = await client.patch(path, json={"name": "Chief"}, headers={"if-match": '"1"'})
    assert (renamed.json()["name"], renamed.headers["etag"]) == ("Chief", '"2"')
    assert (await client.delete(path)).status_code == 204
    assert (await client.get(path)).status_code == 404


async def test_two_positions_of_one_name_are_refused(client: httpx.AsyncClient) -> None:
    await client.post(POSITIONS, json={"name": "Clerk"})
    other = await client.post(POSITIONS, json={"name": "Chief"})
    again = await client.post(POSITIONS, json={"name": "clerk"})
    assert (again.status_code, again.json()["code"]) == (409, "hrms.position_name_taken")
    renamed = await client.patch(
        other.headers["location"], json={"name": "CLERK"}, headers={"if-match": '"1"'}
    )
    assert (renamed.status_code, renamed.json()["code"]) == (409, "hrms.position_name_taken")


async def test_a_position_that_a_job_has_stays(client: httpx.AsyncClient, hire: Hire) -> None:
    position_id = (await hire(position="Engineer"))["position_id"]
    answer = await client.delete(f"{POSITIONS}/{position_id}")
    assert (answer.status_code, answer.json()["code"]) == (409, "hrms.position_in_use")
