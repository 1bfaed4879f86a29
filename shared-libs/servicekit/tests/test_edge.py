"""What the edge of every service promises, shown on a small one."""

import asyncio
import json

import httpx
import pytest
from servicekit import tenancy
from servicekit.db import locked
from servicekit.records import TenantStatus
from servicekit.testing.running import Running
from toy import Note

NOTES = "/toy/notes"


async def test_a_commit_that_fails_is_never_shown_as_a_success(client: httpx.AsyncClient) -> None:
    assert (await client.post(NOTES, json={"name": "once"})).status_code == 201
    second = await client.post(NOTES, json={"name": "once"})
    assert (second.status_code, second.json()["code"]) == (409, "conflict")


async def test_a_problem_undoes_what_was_written(client: httpx.AsyncClient) -> None:
    refused = await client.post(NOTES, json={"name": "refused"})
    assert (refused.status_code, refused.json()["code"]) == (409, "toy.name_taken")
    assert (await client.get(NOTES)).json()["items"] == []


async def test_a_failure_says_nothing_of_the_inside(client: httpx.AsyncClient) -> None:
    answer = await client.post("/toy/broken")
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert "inside" not in answer.text
    assert answer.json()["code"] == "internal"


async def test_a_read_session_cannot_write(client: httpx.AsyncClient) -> None:
    assert (await client.post("/toy/write-through-read")).status_code == 500


async def test_a_statement_that_forgets_its_tenant_fails(client: httpx.AsyncClient) -> None:
    await client.post(NOTES, json={"name": "secret"})
    answer = await client.post("/toy/forget-the-tenant")
    assert answer.status_code == 500
    assert "secret" not in answer.text


async def test_tenants_do_not_see_each_other(client: httpx.AsyncClient, outsider: httpx.AsyncClient) -> None:
    await client.post(NOTES, json={"name": "mine"})
    await outsider.post(NOTES, json={"name": "theirs"})
    assert [note["name"] for note in (await client.get(NOTES)).json()["items"]] == ["mine"]
    assert [note["name"] for note in (await outsider.get(NOTES)).json()["items"]] == ["theirs"]


async def test_many_tenants_at_once_on_shared_connections_never_mix(running: Running) -> None:
    tenants = [await running.new_tenant() for _ in range(4)]
    clients = {tenant: running.client(running.context(tenant)) for tenant in tenants}
    for tenant, client in clients.items():
        await client.post(NOTES, json={"name": tenant})

    async def look(tenant: str) -> bool:
        items = (await clients[tenant].get(NOTES)).json()["items"]
        return [note["name"] for note in items] == [tenant]

    seen = await asyncio.gather(*(look(tenant) for tenant in tenants * 100))
    assert seen.count(False) == 0


async def test_a_stale_version_is_412_and_a_missing_one_428(client: httpx.AsyncClient) -> None:
    note = (await client.post(NOTES, json={"name": "a"})).json()
    path = f"{NOTES}/{note['id']}"
    assert (await client.patch(path, json={"name": "b"})).status_code == 428
    first = await client.patch(path, json={"name": "b"}, headers={"if-match": '"1"'})
    assert (first.status_code, first.json()["version"]) == (200, 2)
    assert (await client.patch(path, json={"name": "c"}, headers={"if-match": '"1"'})).status_code == 412


async def test_of_many_edits_of_one_version_one_wins(client: httpx.AsyncClient) -> None:
    note = (await client.post(NOTES, json={"name": "a"})).json()
    path, headers = f"{NOTES}/{note['id']}", {"if-match": '"1"'}
    edits = (client.patch(path, json={"name": f"b{n}"}, headers=headers) for n in range(20))
    answers = await asyncio.gather(*edits)
    assert sorted(answer.status_code for answer in answers) == [200] + [412] * 19


async def test_a_body_over_the_limit_is_413(client: httpx.AsyncClient) -> None:
    answer = await client.post(NOTES, json={"name": "x" * 2_000_000})
    assert (answer.status_code, answer.json()["code"]) == (413, "content_too_large")


async def test_a_refused_field_is_named_and_not_repeated(client: httpx.AsyncClient) -> None:
    answer = await client.post(NOTES, content=json.dumps({"name": "", "extra": "hunter2"}))
    assert answer.status_code == 422
    answer = await client.post(NOTES, json={"name": "", "extra": "hunter2"})
    assert {error["pointer"] for error in answer.json()["errors"]} == {"/name", "/extra"}
    assert "hunter2" not in answer.text


async def test_a_sane_request_id_is_kept_and_another_replaced(client: httpx.AsyncClient) -> None:
    kept = await client.get(NOTES, headers={"x-request-id": "abcdefgh-1"})
    assert kept.headers["x-request-id"] == "abcdefgh-1"
    replaced = await client.get(NOTES, headers={"x-request-id": "a b\tc" * 50})
    assert replaced.headers["x-request-id"] != "a b\tc" * 50


async def test_health_is_open_and_says_what_is_missing(running: Running) -> None:
    async with running.client(None) as stranger:
        assert (await stranger.get("/healthz")).json() == {"status": "alive"}
        ready = await stranger.get("/readyz")
    assert (ready.status_code, ready.json()["failing"]) == (200, {})


@pytest.mark.parametrize(("status", "refusal"), [("suspended", 403), ("deleted", 410)])
async def test_a_tenant_that_is_not_in_use_is_refused(
    running: Running, tenant: str, status: TenantStatus, refusal: int
) -> None:
    await running.set_status(tenant, status)
    async with running.client(running.context(tenant)) as client:
        answer = await client.get(NOTES)
    assert (answer.status_code, answer.json()["code"]) == (refusal, f"tenant_{status}")


async def test_a_tenant_that_was_served_is_refused_once_the_belief_in_it_is_over(
    running: Running, tenant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tenancy, "BELIEVED", 0)
    tenants = tenancy.Tenants(running.database)
    await tenants.require_active(tenant)
    await running.set_status(tenant, "suspended")
    with pytest.raises(tenancy.TenantSuspended):
        await tenants.require_active(tenant)
    await running.set_status(tenant, "active")
    await tenants.require_active(tenant)


async def test_a_row_that_was_read_before_it_is_locked_is_read_anew(running: Running, tenant: str) -> None:
    context = running.context(tenant)
    async with running.database.tenant(context) as session:
        note = Note(name="before")
        session.add(note)
        await session.commit()
    async with running.database.tenant(context) as mine, running.database.tenant(context) as others:
        read = await mine.get(Note, note.id)
        (await locked(others, Note, note.id)).name = "after"
        await others.commit()
        assert await locked(mine, Note, note.id) is read
        assert (read.name, read.version) == ("after", 2)


class TestIdempotencyKey:
    async def test_the_second_request_gets_the_first_answer(self, client: httpx.AsyncClient) -> None:
        headers = {"idempotency-key": "one"}
        first = await client.post(NOTES, json={"name": "a"}, headers=headers)
        again = await client.post(NOTES, json={"name": "a"}, headers=headers)
        assert (first.status_code, again.status_code) == (201, 201)
        assert (again.content, again.headers["idempotent-replayed"]) == (first.content, "true")
        assert len((await client.get(NOTES)).json()["items"]) == 1

    async def test_of_many_at_once_one_works_and_the_others_wait_or_repeat(
        self, client: httpx.AsyncClient
    ) -> None:
        headers = {"idempotency-key": "many"}
        posts = (client.post(NOTES, json={"name": "b"}, headers=headers) for _ in range(30))
        answers = await asyncio.gather(*posts)
        assert {answer.status_code for answer in answers} <= {201, 409}
        assert {answer.json()["code"] for answer in answers if answer.status_code == 409} <= {
            "request_in_flight"
        }
        assert len((await client.get(NOTES)).json()["items"]) == 1

    async def test_a_problem_is_kept_and_its_work_undone(self, client: httpx.AsyncClient) -> None:
        headers = {"idempotency-key": "problem"}
        first = await client.post(NOTES, json={"name": "refused"}, headers=headers)
        again = await client.post(NOTES, json={"name": "refused"}, headers=headers)
        assert (first.status_code, again.status_code, again.content) == (409, 409, first.content)
        assert (await client.get(NOTES)).json()["items"] == []

    async def test_a_validation_error_is_not_kept(self, client: httpx.AsyncClient) -> None:
        headers = {"idempotency-key": "invalid"}
        assert (await client.post(NOTES, json={"name": ""}, headers=headers)).status_code == 422
        assert (await client.post(NOTES, json={"name": "valid"}, headers=headers)).status_code == 201

    async def test_another_body_under_the_same_key_is_422(self, client: httpx.AsyncClient) -> None:
        headers = {"idempotency-key": "same"}
        await client.post(NOTES, json={"name": "a"}, headers=headers)
        answer = await client.post(NOTES, json={"name": "b"}, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")

    async def test_a_key_is_its_users_alone(self, running: Running, tenant: str) -> None:
        headers = {"idempotency-key": "mine"}
        for name in ("ada", "bob"):
            async with running.client(running.context(tenant)) as client:
                assert (await client.post(NOTES, json={"name": name}, headers=headers)).status_code == 201

    @pytest.mark.parametrize("key", ["", "k" * 201])
    async def test_a_key_of_no_sensible_length_is_refused(self, client: httpx.AsyncClient, key: str) -> None:
        answer = await client.post(NOTES, json={"name": "a"}, headers={"idempotency-key": key})
        assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_refused")


class TestLists:
    async def test_pages_follow_each_other_without_gap_or_repetition(self, client: httpx.AsyncClient) -> None:
        for n in range(7):
            await client.post(NOTES, json={"name": f"n{n}"})
        for sort, expected in (
            ("name", [f"n{n}" for n in range(7)]),
            ("-name", [f"n{n}" for n in range(6, -1, -1)]),
        ):
            seen, cursor = [], None
            while True:
                query = {"limit": "3", "sort": sort, "total": "true"} | ({"cursor": cursor} if cursor else {})
                listing = (await client.get(NOTES, params=query)).json()
                assert listing["total"] == 7
                seen += [note["name"] for note in listing["items"]]
                if (cursor := listing["next_cursor"]) is None:
                    break
            assert seen == expected

    async def test_an_empty_list_has_total_zero(self, client: httpx.AsyncClient) -> None:
        listing = (await client.get(NOTES, params={"total": "true"})).json()
        assert listing == {"items": [], "next_cursor": None, "total": 0}

    @pytest.mark.parametrize("cursor", ["x", "W10", "WyJuYW1lIiwxLDJd", "////", "%00"])
    async def test_a_made_up_cursor_is_422(self, client: httpx.AsyncClient, cursor: str) -> None:
        answer = await client.get(NOTES, params={"cursor": cursor})
        assert (answer.status_code, answer.json()["code"]) == (422, "cursor_invalid")

    async def test_a_cursor_of_another_order_is_422(self, client: httpx.AsyncClient) -> None:
        for name in "ab":
            await client.post(NOTES, json={"name": name})
        cursor = (await client.get(NOTES, params={"limit": "1"})).json()["next_cursor"]
        assert (await client.get(NOTES, params={"cursor": cursor, "sort": "-name"})).status_code == 422

    @pytest.mark.parametrize("limit", ["0", "101", "-1", "x"])
    async def test_a_limit_out_of_range_is_422(self, client: httpx.AsyncClient, limit: str) -> None:
        assert (await client.get(NOTES, params={"limit": limit})).status_code == 422
