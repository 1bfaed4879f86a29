"""A service that joins a fleet whose tenants exist already."""

import asyncio

import httpx
from fleet.testing import RunningFleet

SERVICE, DATABASE = "app2-libraries-service", "app2_libraries"


async def answered(client: httpx.AsyncClient, path: str) -> httpx.Response:
    """The first answer of the service that is one."""
    async with asyncio.timeout(60):
        while not (answer := await client.get(path)).is_success:
            await asyncio.sleep(0.2)
    return answer


async def test_it_gets_the_schema_of_every_tenant_and_knows_their_accounts(
    running_fleet: RunningFleet,
) -> None:
    school = await running_fleet.register("school")
    (account,) = (await school.client.get("/user/users")).json()["items"]
    # As if it had never been there: no schema, no row, nothing heard.
    for statement in (
        f"DROP SCHEMA tenant_{school.id} CASCADE",
        f"DELETE FROM control.tenant WHERE id = '{school.id}'",
        "DELETE FROM control.inbox",
        "DELETE FROM control.outbox",
    ):
        await running_fleet.query(DATABASE, statement)
    await running_fleet.kill(SERVICE)
    branches = await answered(school.client, "/libraries/branches")
    assert [branch["name"] for branch in branches.json()["items"]] == ["Main library"]
    patron = await answered(school.client, f"/libraries/patrons/{account['id']}")
    assert (patron.json()["name"], patron.json()["category"]) == ("Ada Lovelace", "staff")
    await school.client.aclose()
