"""What becomes of the accounts of those who leave, asked for by the service that knows of it."""

from uuid import UUID, uuid4

from contracts.jobs import EndAccess
from organisation import PASSWORD, Organisation
from servicekit import jobs
from servicekit.testing.running import Running


async def end_access(running: Running, acme: Organisation, account: UUID) -> None:
    async with running.database.tenant(running.context(acme.tenant)) as session:
        jobs.add(session, EndAccess(account_id=account))
        await session.commit()
    await running.settle()


async def test_who_has_left_signs_in_no_more(acme: Organisation, running: Running) -> None:
    bob = UUID((await acme.join("bob@acme.test", "employee"))["user"]["id"])
    for account in (bob, bob, uuid4()):
        await end_access(running, acme, account)
    refused = await acme.visitor.post("/user/login", json={"email": "bob@acme.test", "password": PASSWORD})
    assert refused.status_code == 401
    told = await acme.rows(
        "SELECT data FROM control.outbox WHERE type = $1 AND tenant = $2",
        "user.account_deactivated.v1",
        acme.tenant,
    )
    assert len(told) == 1


async def test_the_last_owner_keeps_their_access(acme: Organisation, running: Running) -> None:
    ada = await acme.owner()
    await end_access(running, acme, UUID((await ada.get("/user/me")).json()["id"]))
    assert (await ada.get("/user/me")).json()["status"] == "active"
