"""Jobs by schedule, later, and once."""

import asyncio
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from contracts.jobs import Job
from servicekit import jobs
from servicekit.records import Outgoing, ScheduledRun, Tenant
from servicekit.schedule import ask_for_due, latest
from servicekit.testing.running import Running
from sqlalchemy import func, select, update

BERLIN = "Europe/Berlin"
ZONES = ["Pacific/Kiritimati", "Pacific/Niue"]  # 25 hours apart, and no other test's


class Daily(Job):
    name = "toy.daily"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("schedule", "now", "due"),
    [
        ("0 6 * * *", "2026-01-10T05:00:00+00:00", "2026-01-10T06:00:00+01:00"),
        ("0 6 * * *", "2026-01-10T04:59:59+00:00", "2026-01-09T06:00:00+01:00"),
        ("*/15 * * * *", "2026-01-10T05:44:59+00:00", "2026-01-10T06:30:00+01:00"),
        ("0 6 1 * *", "2026-03-01T04:00:00+00:00", "2026-02-01T06:00:00+01:00"),
        ("30 2 * * *", "2026-03-29T01:05:00+00:00", "2026-03-29T02:30:00+01:00"),  # clocks went from 2 to 3
        ("30 2 * * *", "2026-10-25T00:31:00+00:00", "2026-10-25T02:30:00+02:00"),  # and from 3 back to 2:
        ("30 2 * * *", "2026-10-25T01:45:00+00:00", "2026-10-25T02:30:00+02:00"),  # still the first 2:30
    ],
)
def test_what_is_due_follows_the_clocks_of_the_place(schedule: str, now: str, due: str) -> None:
    assert latest(schedule, at(now), BERLIN) == at(due)


async def asked_for(running: Running, schedule: str = "0 6 * * *") -> int:
    async with running.database.control() as session:
        count = await ask_for_due(
            session, {Daily: schedule}, service=running.service.name, application="business"
        )
        await session.commit()
    return count


async def long_ago(running: Running) -> None:
    async with running.database.control() as session:
        await session.execute(update(ScheduledRun).values(slot=func.now() - timedelta(days=9)))
        await session.commit()


async def test_each_active_tenant_gets_one_job_per_time_however_many_ask(running: Running) -> None:
    tenants = [await running.new_tenant() for _ in range(4)]
    async with running.database.control() as session:
        for tenant, zone in zip(tenants, [*ZONES, *ZONES], strict=True):
            await session.execute(update(Tenant).where(Tenant.id == tenant).values(time_zone=zone))
        await session.commit()
    await running.set_status(tenants[3], "suspended")
    assert await asked_for(running) == 0  # a schedule that is new begins with its next time
    await long_ago(running)
    await asyncio.gather(*(asked_for(running) for _ in range(10)))
    async with running.database.control() as session:
        rows = await session.execute(
            select(Outgoing.tenant, func.count())
            .where(Outgoing.type == Daily.name, Outgoing.tenant.in_(tenants))
            .group_by(Outgoing.tenant)
        )
        assert {row.tenant: row[1] for row in rows} == dict.fromkeys(tenants[:3], 1)
        await session.execute(update(Outgoing).where(Outgoing.type == Daily.name).values(sent_at=func.now()))
        await session.commit()


async def test_a_job_for_later_waits_in_the_outbox(
    running: Running, client: httpx.AsyncClient, tenant: str
) -> None:
    from toy import CountUp  # noqa: PLC0415 - found through conftest's path

    note = (await client.post("/toy/notes", json={"name": "l"})).json()
    async with running.database.tenant(running.context(tenant)) as session:
        jobs.add(session, CountUp(note=note["id"]), at=datetime.now(UTC) + timedelta(hours=1))
        jobs.add(session, CountUp(note=note["id"]), at=datetime.now(UTC) - timedelta(hours=1))
        await session.commit()
    await running.settle()
    (found,) = (await client.get("/toy/notes")).json()["items"]
    assert found["name"] == "l!"
    async with running.database.control() as session:
        unsent = select(func.count()).where(Outgoing.tenant == tenant, Outgoing.sent_at.is_(None))
        assert await session.scalar(unsent) == 1


async def test_a_job_of_the_same_key_is_asked_for_once_by_many_at_once(
    running: Running, client: httpx.AsyncClient, tenant: str
) -> None:
    from toy import CountUp  # noqa: PLC0415 - found through conftest's path

    note = (await client.post("/toy/notes", json={"name": "k"})).json()

    async def ask(key: str) -> bool:
        async with running.database.tenant(running.context(tenant)) as session:
            asked = await jobs.add_once(session, CountUp(note=note["id"]), key=key)
            await session.commit()
        return asked

    assert sum(await asyncio.gather(*(ask("first") for _ in range(20)))) == 1
    await running.settle()
    assert await ask("second")
    await running.settle()
    (found,) = (await client.get("/toy/notes")).json()["items"]
    assert found["name"] == "k!!"
