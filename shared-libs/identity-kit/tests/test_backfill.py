from contracts.jobs import TellAccounts
from organisation import Organisation
from servicekit import jobs
from servicekit.records import Outgoing
from servicekit.testing.running import Running
from sqlalchemy import select


async def told(running: Running, tenant: str) -> list[tuple[str, int]]:
    """Addresses and versions of the accounts that were told to be active, in order."""
    async with running.database.control() as session:
        rows = select(Outgoing).where(Outgoing.tenant == tenant, Outgoing.type == "user.account_activated.v1")
        found = (await session.scalars(rows.order_by(Outgoing.id))).all()
    return [(row.data["email"], row.version) for row in found]


async def test_accounts_in_use_are_told_again_for_who_joins_late(
    running: Running, acme: Organisation
) -> None:
    ada = await acme.owner()
    left = (await acme.claims((await acme.join("left@acme.test", "employee"))["access_token"]))["sub"]
    await acme.join("stays@acme.test", "employee")
    assert (await ada.post(f"/user/users/{left}/deactivate")).is_success
    before = await told(running, acme.tenant)
    async with running.database.tenant(running.context(acme.tenant)) as session:
        jobs.add(session, TellAccounts())
        await session.commit()
    await running.settle()
    again = (await told(running, acme.tenant))[len(before) :]
    assert [address for address, _ in again] == ["ada@acme.test", "stays@acme.test"]
    assert all(version >= dict(before)[address] for address, version in again)
