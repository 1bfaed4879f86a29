"""From the outbox to the handler: once, whatever happens in between."""

import asyncio
from uuid import UUID

import asyncpg
import httpx
from contracts.facts import Fact, TenantRegistered
from servicekit import facts
from servicekit.facts import tell
from servicekit.queue import Queue
from servicekit.records import Handled, Outgoing, Tenant
from servicekit.testing.running import Running
from servicekit.worker import Worker
from sqlalchemy import func, select, text

NOTES = "/toy/notes"


async def names(client: httpx.AsyncClient) -> list[str]:
    return [note["name"] for note in (await client.get(NOTES)).json()["items"]]


class Unheard(Fact):
    name = "toy.unheard.v1"


async def test_a_job_is_done_once_however_often_it_is_delivered(
    running: Running, client: httpx.AsyncClient, tenant: str
) -> None:
    note = (await client.post(NOTES, json={"name": "n"})).json()
    await client.post(f"{NOTES}/{note['id']}/count")
    await running.settle()
    async with running.database.control() as session:
        await session.execute(
            text("UPDATE control.outbox SET sent_at = NULL WHERE tenant = :t"), {"t": tenant}
        )
        await session.commit()
    await running.settle()
    assert await names(client) == ["n!"]


async def test_what_is_rolled_back_is_never_told(running: Running, tenant: str) -> None:
    async with running.database.tenant(running.context(tenant)) as session:
        about = TenantRegistered(organisation="x", country="GB", currency="GBP", time_zone="UTC", locale="en")
        row = await session.get_one(Tenant, tenant)
        tell(session, about, tenant=row.id, application="business", actor=None, aggregate=row.id, version=0)
        await session.flush()
        await session.rollback()
    async with running.database.control() as session:
        assert await session.scalar(select(func.count()).where(Outgoing.tenant == tenant)) == 0


async def test_a_fact_carries_who_what_and_which_version(running: Running, tenant: str) -> None:
    from toy import Note  # noqa: PLC0415 - found through conftest's path

    context = running.context(tenant)
    async with running.database.tenant(context) as session:
        note = Note(name="n")
        session.add(note)
        await session.flush()
        about = TenantRegistered(organisation="x", country="GB", currency="GBP", time_zone="UTC", locale="en")
        facts.add(session, about, about=note)
        await session.commit()
    async with running.database.control() as session:
        row = (await session.scalars(select(Outgoing).where(Outgoing.tenant == tenant))).one()
    assert (row.aggregate, row.version, row.actor) == (str(note.id), 1, context.user_id)


async def test_a_fact_that_no_service_hears_is_kept_and_wakes_nobody(running: Running, tenant: str) -> None:
    woken: asyncio.Queue[str] = asyncio.Queue()
    relay = await asyncpg.connect(str(running.service.settings.direct_url))
    await relay.add_listener("outbox", lambda *said: woken.put_nowait(str(said[-1])))
    heard = TenantRegistered(organisation="x", country="GB", currency="GBP", time_zone="UTC", locale="en")
    for fact in (Unheard(), heard):
        async with running.database.control() as session:
            tell(session, fact, tenant=tenant, application="business", actor=None, aggregate="", version=0)
            await session.commit()
    await relay.execute("NOTIFY outbox, 'last'")
    async with asyncio.timeout(20):
        assert [await woken.get(), await woken.get()] == ["", "last"]
    await relay.close()
    async with running.database.control() as session:
        rows = await session.execute(
            select(Outgoing.type, Outgoing.sent_at.is_(None)).where(Outgoing.tenant == tenant)
        )
        assert set(map(tuple, rows)) == {(Unheard.name, False), (heard.name, True)}


async def test_a_registered_tenant_gets_its_schema_and_the_directory_hears_of_it(running: Running) -> None:
    about = TenantRegistered(organisation="New", country="GB", currency="GBP", time_zone="UTC", locale="en")
    await running.hear(about, tenant="heard")
    async with running.client(running.context("heard")) as client:
        assert (await client.get(NOTES)).status_code == 200
    async with running.database.control() as session:
        told = (await session.scalars(select(Outgoing).where(Outgoing.tenant == "heard"))).one()
    assert (told.type, told.data["service"]) == ("tenant.schema_ready.v1", running.service.name)


async def test_what_is_on_its_way_to_a_suspended_tenant_arrives(
    running: Running, client: httpx.AsyncClient, tenant: str
) -> None:
    note = (await client.post(NOTES, json={"name": "s"})).json()
    await client.post(f"{NOTES}/{note['id']}/count")
    await running.set_status(tenant, "suspended")
    await running.settle()
    await running.set_status(tenant, "active")
    assert await names(client) == ["s!"]


async def test_what_is_on_its_way_to_a_deleted_tenant_is_dropped(
    running: Running, client: httpx.AsyncClient, tenant: str
) -> None:
    note = (await client.post(NOTES, json={"name": "d"})).json()
    await client.post(f"{NOTES}/{note['id']}/count")
    await running.set_status(tenant, "deleted")
    queue = Queue(running.redis, running.service.name)
    before = await queue.depth()
    await running.settle()
    assert await queue.depth() == before
    await running.set_status(tenant, "active")
    assert await names(client) == ["d"]


async def test_a_registration_heard_late_makes_no_schema_for_a_deleted_tenant(
    running: Running, tenant: str
) -> None:
    async with running.database.control() as session:
        await session.execute(text(f"DROP SCHEMA tenant_{tenant} CASCADE"))
        await session.commit()
    await running.set_status(tenant, "deleted")
    about = TenantRegistered(organisation="Late", country="GB", currency="GBP", time_zone="UTC", locale="en")
    await running.hear(about, tenant=tenant)
    async with running.database.control() as session:
        assert await session.scalar(select(func.to_regnamespace(f"tenant_{tenant}"))) is None
        assert await session.scalar(select(func.count()).where(Outgoing.tenant == tenant)) == 0


async def test_a_job_that_fails_is_put_off_and_leaves_no_trace_in_the_database(
    running: Running, client: httpx.AsyncClient, tenant: str
) -> None:
    from toy import CountUp  # noqa: PLC0415 - found through conftest's path

    note = (await client.post(NOTES, json={"name": "f"})).json()
    from servicekit import jobs  # noqa: PLC0415 - beside its use

    async with running.database.tenant(running.context(tenant)) as session:
        jobs.add(session, CountUp(note=UUID(note["id"]), fail=True))
        await session.commit()
    await running.settle()
    assert await names(client) == ["f"]
    async with running.database.control() as session:
        job = (await session.scalars(select(Outgoing.id).where(Outgoing.tenant == tenant))).one()
        assert await session.get(Handled, job) is None
    delayed = await running.redis.zrange(f"q:{{{running.service.name}}}:delayed", 0, -1)
    assert f"{job}|toy.count_up|{tenant}:2".encode() in delayed


async def test_the_worker_is_woken_and_stops_cleanly(running: Running, client: httpx.AsyncClient) -> None:
    worker = Worker(running.service, running.database, running.redis)
    task = asyncio.create_task(worker.run())
    note = (await client.post(NOTES, json={"name": "w"})).json()
    await client.post(f"{NOTES}/{note['id']}/count")
    async with asyncio.timeout(20):
        while await names(client) != ["w!"]:
            await asyncio.sleep(0.02)
    worker.stop()
    async with asyncio.timeout(20):
        await task


async def test_what_was_sent_a_week_ago_is_forgotten_and_what_waits_is_not(
    running: Running, tenant: str
) -> None:
    ages = {
        "sent long ago": "now() - interval '8 days'",
        "sent lately": "now() - interval '6 days'",
        "unsent": "NULL",
    }
    async with running.database.control() as session:
        for name, sent_at in ages.items():
            await session.execute(
                text(
                    "INSERT INTO control.outbox (kind, tenant, application, type, aggregate, version, data,"
                    f" sent_at, due_at) VALUES ('fact', '{tenant}', 'business', '{name}', '', 0, '{{}}',"
                    f" {sent_at}, now() + interval '1 day')"
                )
            )
        await session.commit()
    await Worker(running.service, running.database, running.redis)._prune()
    async with running.database.control() as session:
        left = await session.scalars(select(Outgoing.type).where(Outgoing.tenant == tenant))
        assert set(left) == {"sent lately", "unsent"}
        await session.execute(text("DELETE FROM control.outbox WHERE tenant = :t"), {"t": tenant})
        await session.commit()


async def test_an_answer_that_was_kept_for_a_repeat_is_forgotten_after_a_day(
    running: Running, tenant: str, client: httpx.AsyncClient
) -> None:
    for name in ("of yesterday", "of today"):
        made = await client.post(NOTES, json={"name": name}, headers={"Idempotency-Key": name})
        assert made.status_code == 201
    answers = f"tenant_{tenant}.idempotency"
    async with running.database.control() as session:
        older = f"UPDATE {answers} SET created_at = now() - interval '25 hours' WHERE key = 'of yesterday'"
        await session.execute(text(older))
        await session.commit()
    await Worker(running.service, running.database, running.redis)._prune()
    async with running.database.control() as session:
        assert (await session.scalars(text(f"SELECT key FROM {answers}"))).all() == ["of today"]


async def test_of_several_workers_relays_one_is_active(running: Running) -> None:
    workers = [Worker(running.service, running.database, running.redis) for _ in range(3)]
    tasks = [asyncio.create_task(worker.run()) for worker in workers]

    async def relays() -> int:
        async with running.database.control() as session:
            database = "database = (SELECT oid FROM pg_database WHERE datname = current_database())"
            held = text(f"SELECT count(*) FROM pg_locks WHERE objid = 2828 AND granted AND {database}")
            return int(await session.scalar(held) or 0)

    try:
        async with asyncio.timeout(20):
            while await relays() == 0:
                await asyncio.sleep(0.02)
        for _ in range(20):
            assert await relays() == 1
        workers[0].stop()
        workers[1].stop()
        async with asyncio.timeout(20):
            await asyncio.gather(*tasks[:2])
            while await relays() == 0:
                await asyncio.sleep(0.02)
    finally:
        for worker in workers:
            worker.stop()
        await asyncio.gather(*tasks)
