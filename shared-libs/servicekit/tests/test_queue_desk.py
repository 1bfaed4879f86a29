"""What operators see of a queue, and what they may do."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from uuid import uuid4

import httpx
import pytest
from contracts.context import TenantContext
from contracts.facts import Envelope
from servicekit.context import ContextMinter
from servicekit.queue import Item, Queue
from servicekit.records import Handled
from servicekit.testing.running import Minting, Running

DESK = "/toy/internal/queue"
ME = {"by": "ops@example.test"}


@pytest.fixture
async def desk(running: Running) -> AsyncIterator[httpx.AsyncClient]:
    """Called as other services call: by a token that a service signed itself."""
    minter = ContextMinter("app1-hrms-service", running.keys / "app1-hrms-service.pem")
    context = TenantContext(kind="service", application="business")
    auth = Minting(minter, context, running.service.name)
    transport = httpx.ASGITransport(running.app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://service", auth=auth) as client:
        yield client


@pytest.fixture
async def queue(running: Running) -> Queue:
    return Queue(running.redis, running.service.name)


def job(tenant: str) -> Item:
    from toy import CountUp  # noqa: PLC0415 - found through conftest's path

    envelope = Envelope(
        id=uuid4(),
        kind="job",
        tenant=tenant,
        application="business",
        type=CountUp.name,
        occurred_at=datetime.now(UTC),
        actor=None,
        aggregate="",
        version=0,
        data=CountUp(note=uuid4()).model_dump(mode="json"),
    )
    return Item(str(envelope.id), CountUp.name, tenant, 2, envelope.model_dump_json().encode())


async def dead_job(queue: Queue, tenant: str) -> Item:
    item = job(tenant)
    await queue.enqueue(item)
    await queue.take("w", 1)
    await queue.failed("w", item, "RuntimeError: as told", delay=0, tries=1)
    return item


async def test_depth_ages_and_dead_letters_are_shown(
    desk: httpx.AsyncClient, queue: Queue, tenant: str
) -> None:
    item = await dead_job(queue, tenant)
    waiting = job(tenant)
    await queue.enqueue(waiting)
    shown = (await desk.get(DESK)).json()
    assert shown["ready"] == 1
    assert shown["oldest_seconds"] >= 0
    assert shown["dead_by_kind"]["toy.count_up"] >= 1
    dead = (await desk.get(f"{DESK}/dead", params={"limit": "1000"})).json()
    (mine,) = [one for one in dead if one["tenant"] == tenant]
    assert (mine["id"], mine["error"]) == (item.id, "RuntimeError: as told")
    await queue.cancel(waiting)


@pytest.mark.parametrize("act", ["replay", "discard", "cancel"])
async def test_what_is_done_to_a_dead_letter_stands_in_its_tenants_audit_log(
    running: Running, desk: httpx.AsyncClient, client: httpx.AsyncClient, queue: Queue, tenant: str, act: str
) -> None:
    item = await dead_job(queue, tenant)
    answer = await desk.post(f"{DESK}/items/{item.id}/{act}", json=ME)
    assert answer.status_code == 200
    (event,) = (await client.get("/toy/audit-events")).json()["items"]
    assert event["action"].startswith(f"toy.message_{act}")
    assert event["after"] == {"type": "toy.count_up", "by": "ops@example.test"}
    async with running.database.control() as session:
        assert (await session.get(Handled, item.id) is None) == (act == "replay")
    if act != "replay":
        assert (await desk.post(f"{DESK}/items/{item.id}/{act}", json=ME)).status_code == 404
    await queue.cancel(item)


async def test_what_is_not_dead_is_neither_replayed_nor_noted(
    desk: httpx.AsyncClient, client: httpx.AsyncClient, queue: Queue, tenant: str
) -> None:
    item = await dead_job(queue, tenant)
    await desk.post(f"{DESK}/items/{item.id}/replay", json=ME)
    assert (await desk.post(f"{DESK}/items/{item.id}/replay", json=ME)).status_code == 404
    assert len((await client.get("/toy/audit-events")).json()["items"]) == 1
    await queue.cancel(item)


async def test_a_kind_is_paused_and_resumed(
    running: Running, desk: httpx.AsyncClient, client: httpx.AsyncClient, queue: Queue
) -> None:
    note = (await client.post("/toy/notes", json={"name": "p"})).json()
    assert (await desk.post(f"{DESK}/kinds/toy.count_up/pause", json=ME)).json() == {"outcome": "paused"}
    await client.post(f"/toy/notes/{note['id']}/count")
    await running.settle()
    assert ((await desk.get(DESK)).json()["paused"], (await queue.depth()).parked) == (["toy.count_up"], 1)
    await desk.post(f"{DESK}/kinds/toy.count_up/resume", json=ME)
    await running.settle()
    (found,) = (await client.get("/toy/notes")).json()["items"]
    assert found["name"] == "p!"
