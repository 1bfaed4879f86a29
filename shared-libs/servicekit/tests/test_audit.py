import csv
from io import StringIO
from typing import Any

import httpx
import pytest
from servicekit import audit
from servicekit.testing.running import Running
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from structlog.contextvars import bound_contextvars

EVENTS = "/toy/audit-events"


async def note(running: Running, tenant: str, action: str, **more: Any) -> None:
    context = running.context(tenant)
    async with running.database.tenant(context) as session:
        audit.add(session, action, target="note:1", **more)
        await session.commit()


async def test_what_was_done_is_told_with_who_and_from_where(
    running: Running, tenant: str, client: httpx.AsyncClient
) -> None:
    with bound_contextvars(address="203.0.113.7", request="r-12345678"):
        await note(running, tenant, "toy.note_renamed", before={"name": "a"}, after={"name": "b"})
    (event,) = (await client.get(EVENTS)).json()["items"]
    assert (event["action"], event["target"]) == ("toy.note_renamed", "note:1")
    assert (event["before"], event["after"]) == ({"name": "a"}, {"name": "b"})
    assert (event["address"], event["request_id"]) == ("203.0.113.7", "r-12345678")
    assert event["actor"] is not None


async def test_what_was_not_committed_was_not_done(
    running: Running, tenant: str, client: httpx.AsyncClient
) -> None:
    async with running.database.tenant(running.context(tenant)) as session:
        audit.add(session, "toy.note_renamed", target="note:1")
        await session.flush()
    assert (await client.get(EVENTS)).json()["items"] == []


async def test_events_are_filtered_and_the_newest_come_first(
    running: Running, tenant: str, client: httpx.AsyncClient
) -> None:
    for action in ("toy.a", "toy.b", "toy.c"):
        await note(running, tenant, action)
    events = (await client.get(EVENTS)).json()["items"]
    assert [event["action"] for event in events] == ["toy.c", "toy.b", "toy.a"]
    between = {"since": events[1]["created_at"], "until": events[0]["created_at"]}
    for filters in ({"action": "toy.b"}, {"actor": events[1]["actor"]}, between):
        found = (await client.get(EVENTS, params=filters)).json()["items"]
        assert [event["action"] for event in found] == ["toy.b"], filters
    assert (await client.get(EVENTS, params={"target": "note:2"})).json()["items"] == []


async def test_all_events_come_as_csv(
    running: Running, tenant: str, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "_AT_ONCE", 2)
    for n in range(5):
        await note(running, tenant, f"toy.{n}", after={"name": "=1+1"})
    answer = await client.get(f"{EVENTS}/export")
    assert answer.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(StringIO(answer.text.removeprefix("\ufeff"))))
    assert [row["action"] for row in rows] == [f"toy.{n}" for n in range(5)]
    assert rows[0]["after"] == '{"name":"=1+1"}'


@pytest.mark.parametrize(
    "change",
    ["UPDATE {}.audit_events SET action = 'x'", "DELETE FROM {}.audit_events", "TRUNCATE {}.audit_events"],
)
async def test_no_event_is_ever_changed(running: Running, tenant: str, change: str) -> None:
    await note(running, tenant, "toy.a")
    async with running.database.control() as session:
        with pytest.raises(DBAPIError, match="rows of audit_events are never changed"):
            await session.execute(text(change.format(f"tenant_{tenant}")))


async def test_another_tenants_events_are_not_seen(running: Running, client: httpx.AsyncClient) -> None:
    await note(running, await running.new_tenant(), "toy.a")
    assert (await client.get(EVENTS)).json()["items"] == []
