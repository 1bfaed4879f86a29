"""Files, on local disk as in development."""

import os
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import httpx
import pytest
from servicekit import files, jobs
from servicekit.tenant_schema import schema_of
from servicekit.testing.environment import Environment
from servicekit.testing.running import Running

FILES = "/toy/files"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 10_000  # 2.5 MB
Lying = Callable[[], list[Path]]


@pytest.fixture
def lying(environment: Environment, tenant: str) -> Lying:
    """The objects that lie on disk for the tenant."""
    folder = environment.folder / "files" / schema_of(tenant)
    return lambda: [path for path in folder.rglob("*") if path.is_file()]


async def upload(client: httpx.AsyncClient, content: bytes, name: str = "a.png") -> str:
    answer = await client.post(FILES, params={"name": name}, content=content)
    assert answer.status_code == 201, answer.text
    id_: str = answer.json()
    return id_


async def test_what_was_uploaded_is_downloaded_for_saving_only(client: httpx.AsyncClient) -> None:
    id_ = await upload(client, PNG, 'Zoë\'s "pass" 100%.png')
    answer = await client.get(f"{FILES}/{id_}")
    assert answer.content == PNG
    assert answer.headers["content-disposition"] == (
        "attachment; filename=\"Zo?'s 'pass' 100_.png\"; "
        "filename*=UTF-8''Zo%C3%AB%27s%20%22pass%22%20100%25.png"
    )
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "content",
    [b"", b"GIF89a\x01\x00", b"\x89PN", b"PK\x03\x04 word/", b"\xff\xfea\x00", b"a\x00b", b"caf\xe9,1"],
    ids=["empty", "gif", "cut short", "docx", "utf-16", "binary", "latin-1"],
)
async def test_a_file_that_is_none_of_the_types_taken_is_refused(
    client: httpx.AsyncClient, lying: Lying, content: bytes
) -> None:
    answer = await client.post(FILES, params={"name": "a.png"}, content=content)
    assert (answer.status_code, answer.json()["code"]) == (422, "file_type_refused")
    assert lying() == []


async def test_a_page_of_html_is_text_to_be_saved(client: httpx.AsyncClient) -> None:
    id_ = await upload(client, b"<html><script>alert(1)</script>", "a.html")
    answer = await client.get(f"{FILES}/{id_}")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"].startswith("attachment;")


@pytest.mark.parametrize("name", ["", " ", "a/b", "..\\a", "a\nb", "a\u202egnp.exe", "x" * 201])
async def test_a_name_that_is_a_path_or_deceives_is_refused(client: httpx.AsyncClient, name: str) -> None:
    answer = await client.post(FILES, params={"name": name}, content=PNG)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "?name")


async def test_a_file_over_the_routes_limit_is_413_and_leaves_nothing(
    client: httpx.AsyncClient, lying: Lying
) -> None:
    async def too_much() -> AsyncIterator[bytes]:
        for _ in range(100):
            yield PNG[:50_000]

    refused = await client.post(FILES, params={"name": "a.png"}, content=too_much())
    assert (refused.status_code, refused.json()["code"]) == (413, "content_too_large")
    assert lying() == []


async def test_what_a_refusal_follows_is_not_kept(client: httpx.AsyncClient, lying: Lying) -> None:
    answer = await client.post(FILES, params={"name": "a.png", "refuse": True}, content=PNG)
    assert answer.status_code == 409
    assert lying() == []


async def test_a_removed_file_goes_from_the_disk_too(
    running: Running, client: httpx.AsyncClient, lying: Lying
) -> None:
    id_ = await upload(client, PNG)
    assert len(lying()) == 1
    assert (await client.delete(f"{FILES}/{id_}")).status_code == 204
    assert (await client.get(f"{FILES}/{id_}")).status_code == 404
    await running.settle()
    assert lying() == []


async def test_files_of_tenants_lie_apart(
    client: httpx.AsyncClient, outsider: httpx.AsyncClient, lying: Lying
) -> None:
    id_ = await upload(client, PNG)
    assert (await outsider.get(f"{FILES}/{id_}")).status_code == 404
    assert [path.read_bytes() == PNG for path in lying()] == [True]


async def test_an_idempotency_key_is_refused_where_a_file_is_sent(client: httpx.AsyncClient) -> None:
    answer = await client.post(
        FILES, params={"name": "a.png"}, content=PNG, headers={"idempotency-key": "one"}
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_refused")


async def test_a_sweep_takes_what_has_belonged_to_nothing_for_a_day(
    running: Running, tenant: str, client: httpx.AsyncClient, lying: Lying
) -> None:
    kept = await upload(client, PNG)
    (mine,) = lying()
    orphans = [mine.with_name(f"01900000-0000-7000-8000-00000000000{n}") for n in (1, 2)]
    for orphan in orphans:
        orphan.write_bytes(PNG)
    long_ago = time.time() - 90_000
    for path in (mine, orphans[0]):
        os.utime(path, (long_ago, long_ago))
    async with running.database.tenant(running.context(tenant)) as session:
        jobs.add(session, files.SweepFiles())
        await session.commit()
    await running.settle()
    assert set(lying()) == {mine, orphans[1]}
    assert (await client.get(f"{FILES}/{kept}")).status_code == 200
