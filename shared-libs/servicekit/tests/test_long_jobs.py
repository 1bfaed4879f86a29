"""Work longer than a request: portions, progress, refusals, an end."""

import httpx
from servicekit import long_jobs
from servicekit.testing.running import Running

NOTES = "/toy/notes"


async def names(client: httpx.AsyncClient) -> list[str]:
    return [note["name"] for note in (await client.get(NOTES)).json()["items"]]


async def test_portion_after_portion_it_is_done_and_says_what_it_refused(
    running: Running, client: httpx.AsyncClient
) -> None:
    for name in ("a", "b", "c", "d1", "e"):
        await client.post(NOTES, json={"name": name})
    started = await client.post("/toy/shout")
    assert started.status_code == 202
    job = (await client.get(started.headers["location"])).json()
    assert (job["state"], job["done"], job["total"], job["errors_url"]) == ("running", 0, 5, None)
    await running.settle()
    job = (await client.get(started.headers["location"])).json()
    assert (job["state"], job["done"], job["refused"], job["counts"]) == ("done", 5, 1, {"notes": 5})
    (error,) = (await client.get(job["errors_url"])).json()["items"]
    assert (error["row"], error["column"], error["code"]) == (2, "name", "toy.digit")
    assert await names(client) == ["A", "B", "C", "D1", "E"]


async def test_without_anything_to_do_it_is_done_at_once(client: httpx.AsyncClient) -> None:
    assert (await client.post("/toy/shout")).json()["state"] == "done"


async def test_cancelled_work_goes_no_further(running: Running, client: httpx.AsyncClient) -> None:
    await client.post(NOTES, json={"name": "quiet"})
    location = (await client.post("/toy/shout")).headers["location"]
    assert (await client.post(f"{location}/cancel")).json()["state"] == "cancelled"
    await running.settle()
    assert await names(client) == ["quiet"]
    assert (await client.get(location)).json()["state"] == "cancelled"


async def test_what_is_done_cannot_be_cancelled(running: Running, client: httpx.AsyncClient) -> None:
    await client.post(NOTES, json={"name": "loud"})
    location = (await client.post("/toy/shout")).headers["location"]
    await running.settle()
    assert (await client.post(f"{location}/cancel")).json()["state"] == "done"


async def test_nobody_sees_or_stops_anothers_work(
    running: Running, client: httpx.AsyncClient, tenant: str
) -> None:
    await client.post(NOTES, json={"name": "mine"})
    location = (await client.post("/toy/shout")).headers["location"]
    async with running.client(running.context(tenant)) as colleague:
        assert (await colleague.get(location)).status_code == 404
        assert (await colleague.get(f"{location}/errors")).status_code == 404
        assert (await colleague.post(f"{location}/cancel")).status_code == 404


async def test_work_whose_portion_was_given_up_says_so_and_goes_on_when_that_is_replayed(
    running: Running, client: httpx.AsyncClient, tenant: str
) -> None:
    from toy import ShoutPortion  # noqa: PLC0415 - found through conftest's path

    await client.post(NOTES, json={"name": "held"})
    location = (await client.post("/toy/shout")).headers["location"]
    portion = ShoutPortion.model_validate({"job_id": location.rsplit("/", 1)[1]})
    async with running.database.tenant(running.context(tenant)) as session:
        await long_jobs.give_up(session, portion)
        await session.commit()
    assert (await client.get(location)).json()["state"] == "failed"
    await running.settle()
    assert (await client.get(location)).json()["state"] == "done"
