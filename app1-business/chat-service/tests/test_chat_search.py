"""Search: words and operators, of what one may read."""

from typing import Any

import httpx
import pytest
from chatting import Chat, Somebody
from sqlalchemy import text


async def found(who: Somebody, q: str, **params: str) -> list[str]:
    answer = await who.client.get("/chat/search", params={"q": q, **params})
    assert answer.is_success, answer.text
    return [message["text"] for message in answer.json()["items"]]


async def refused(who: Somebody, **params: str) -> tuple[int, str]:
    answer = await who.client.get("/chat/search", params=params)
    return answer.status_code, answer.json()["errors"][0]["pointer"]


@pytest.mark.parametrize(
    ("q", "texts"),
    [
        ("payslip", ["The payslip, for @ben", "A payslip of May"]),
        ("PAYSLIP may", ["A payslip of May"]),
        ("pays*", ["The payslip, for @ben", "A payslip of May"]),
        ("pays", []),
        ("payslip -may", ["The payslip, for @ben"]),
        ('"payslip of may"', ["A payslip of May"]),
        ('"may payslip"', []),
        ("resume", ["Résumé: https://files.example.com/cv_2026.pdf"]),
        ("cv_2026.pdf", ["Résumé: https://files.example.com/cv_2026.pdf"]),
        ("2026 -payslip", ["Résumé: https://files.example.com/cv_2026.pdf"]),
        ("from:ben payslip", ["The payslip, for @ben"]),
        ("from:@ada from:me payslip", ["A payslip of May"]),
        ("FROM:ben", ["The payslip, for @ben"]),
        ('in:"product team" payslip', ["A payslip of May"]),
        ("in:#Reports payslip", ["The payslip, for @ben"]),
        ("has:link", ["Résumé: https://files.example.com/cv_2026.pdf"]),
        ("has:reaction", ["A payslip of May"]),
        ("'; DROP TABLE messages; -- \\ & | ! <-> :*", []),
        ("½ ' : !payslip", []),
    ],
)
async def test_what_is_said_is_found_by_its_words_the_newest_first(
    chat: Chat, q: str, texts: list[str]
) -> None:
    ada, ben = await chat.person("ada"), await chat.person("ben")
    team, reports = await ada.opens("Product Team"), await ben.opens("reports")
    said = await ada.says(team, "A payslip of May")
    await ada.says(team, "Résumé: https://files.example.com/cv_2026.pdf")
    await ben.says(reports, "The payslip, for @ben")
    await ben.asks("POST", f"/channels/{team}/join")
    await ben.asks("POST", f"/messages/{said['id']}/reactions", {"emoji": "👀"})
    assert await found(ada, q) == texts


async def test_who_may_not_read_a_channel_or_has_left_it_finds_nothing_of_it(
    chat: Chat, outsider: httpx.AsyncClient
) -> None:
    ada, ben, eve = [await chat.person(name) for name in ("ada", "ben", "eve")]
    team = await ada.opens("team", "private")
    await ada.asks("POST", f"/channels/{team}/members", {"user_id": ben.id})
    direct = (await ada.asks("POST", "/dms", {"user_ids": [ben.id]}))["id"]
    for channel in (team, direct, await ada.opens("open")):
        await ada.says(channel, f"secret {channel}")
    assert len(await found(ben, "secret")) == 3
    assert len(await found(eve, "secret")) == 1
    await ben.asks("POST", f"/channels/{team}/leave")
    assert len(await found(ben, "secret")) == 2
    for channel in ("team", team, direct):
        assert await refused(eve, q=f"in:{channel} secret") == (422, "?in")
    assert (await outsider.get("/chat/search?q=secret")).json()["items"] == []


async def test_an_edited_message_is_found_by_what_it_says_now_and_a_deleted_one_never(chat: Chat) -> None:
    ada = await chat.person("ada")
    channel = await ada.opens("edits")
    said = await ada.says(channel, "frist")
    await ada.asks("PATCH", f"/messages/{said['id']}", {"text": "first"}, version=1)
    assert (await found(ada, "frist"), await found(ada, "first")) == ([], ["first"])
    await ada.asks("DELETE", f"/messages/{said['id']}")
    assert (await found(ada, "first"), await found(ada, "from:ada")) == ([], [])


async def test_days_begin_where_the_organisation_is_and_are_left_out_themselves(chat: Chat) -> None:
    ada = await chat.person("ada")
    channel = await ada.opens("days")
    for day, moment in (("30 June", "2026-06-30 22:59Z"), ("1 July", "2026-06-30 23:01Z")):
        said = await ada.says(channel, day)
        async with chat.running.database.tenant(ada.context) as session:  # in London, in summer
            row = f"tenant_{chat.tenant}.messages SET created_at = '{moment}' WHERE id = '{said['id']}'"
            await session.execute(text(f"UPDATE {row}"))
            await session.commit()
    for q, days in (
        ("before:2026-07-01", ["30 June"]),
        ("after:2026-06-30", ["1 July"]),
        ("after:2026-06-29 before:2026-07-02", ["1 July", "30 June"]),
        ("after:2026-07-01", []),
    ):
        assert await found(ada, q) == days
        asked: Any = dict(part.split(":") for part in q.split())
        assert await found(ada, "in:days", **asked) == days


@pytest.mark.parametrize(
    ("params", "pointer"),
    [
        ({}, "?"),
        ({"q": "-not"}, "?"),
        ({"q": "😀 !"}, "?"),
        ({"q": "from:nobody x"}, "?from"),
        ({"from": "nobody"}, "?from"),
        ({"q": "in:nowhere"}, "?in"),
        ({"q": "from: ada"}, "?from.0"),
        ({"q": "before:tomorrow x"}, "?before"),
        ({"q": "after:2026-02-30"}, "?after"),
        ({"after": "20260101"}, "?after"),
        ({"q": "has:wings"}, "?has.0"),
        ({"q": "-from:ada x"}, "?"),
        ({"q": "before:2026-01-01", "before": "2026-01-02"}, "?"),
        ({"q": "x", "cursor": "x"}, None),
    ],
)
async def test_an_operator_that_says_nothing_is_refused(
    chat: Chat, params: dict[str, str], pointer: str | None
) -> None:
    ada = await chat.person("ada")
    answer = await ada.client.get("/chat/search", params=params)
    assert answer.status_code == 422, answer.text
    if pointer is not None:
        assert answer.json()["errors"][0]["pointer"] == pointer


async def test_pages_of_a_search_follow_each_other(chat: Chat) -> None:
    ada = await chat.person("ada")
    channel = await ada.opens("owls")
    for n in range(7):
        await ada.says(channel, f"owl {n}")
    pages, params = [], {"q": "owl", "limit": "3"}
    while True:
        page = (await ada.client.get("/chat/search", params=params)).json()
        pages.append([message["text"] for message in page["items"]])
        if page["next_cursor"] is None:
            break
        params["cursor"] = page["next_cursor"]
        await ada.says(channel, "a newer owl")
    assert pages == [["owl 6", "owl 5", "owl 4"], ["owl 3", "owl 2", "owl 1"], ["owl 0"]]
