"""Drafts: one per place, the same on all devices."""

import asyncio
from typing import Any

from business_chat.models.draft import Draft
from chatting import Chat, Somebody
from replicas import Replica, socket, two_in_a_channel
from sqlalchemy import func, select


async def keeps(who: Somebody, channel: str, text: str, *, seen: int, **wish: object) -> Any:
    headers = {"if-match": f'"{seen}"'}
    body = {"channel_id": channel, "text": text, **wish}
    return await who.client.put("/chat/drafts", json=body, headers=headers)


async def drafts(who: Somebody) -> list[tuple[str, int]]:
    items = (await who.asks("GET", "/drafts"))["items"]
    return [(draft["text"], draft["version"]) for draft in items]


async def test_a_draft_is_kept_until_it_is_sent_in_its_place(chat: Chat) -> None:
    ada, ben, channel = await two_in_a_channel(chat)
    root = await ada.says(channel, "root")
    kept = await keeps(ada, channel, "Dear ", seen=0)
    assert (kept.json()["text"], kept.headers["etag"]) == ("Dear ", '"1"')
    await keeps(ada, channel, "a reply", seen=0, thread_root_id=root["id"])
    await keeps(ada, channel, "Dear all", seen=1)
    assert await drafts(ada) == [("Dear all", 2), ("a reply", 1)]
    assert await drafts(ben) == []
    await ada.says(channel, "Dear all")
    assert await drafts(ada) == [("a reply", 1)]
    await ada.says(channel, "a reply", thread_root_id=root["id"])
    assert await drafts(ada) == []


async def test_fifty_writes_at_once_leave_one_draft_and_the_losers_are_told(chat: Chat) -> None:
    ada, _, channel = await two_in_a_channel(chat)
    answers = await asyncio.gather(*(keeps(ada, channel, f"{n}", seen=0) for n in range(50)))
    assert sorted(answer.status_code for answer in answers) == [200] + [412] * 49
    (won,) = [answer.json()["text"] for answer in answers if answer.is_success]
    assert await drafts(ada) == [(won, 1)]
    async with chat.running.database.reading(ada.context) as session:
        assert await session.scalar(select(func.count()).select_from(Draft)) == 1


async def test_a_device_that_missed_the_sending_cannot_bring_the_draft_back(chat: Chat) -> None:
    ada, _, channel = await two_in_a_channel(chat)
    await keeps(ada, channel, "hello", seen=0)
    await ada.says(channel, "hello")
    assert (await keeps(ada, channel, "hello!", seen=1)).status_code == 412
    assert await drafts(ada) == []
    assert (await keeps(ada, channel, "next", seen=0)).json()["version"] == 3
    assert (await keeps(ada, channel, "hello!", seen=1)).status_code == 412
    assert await drafts(ada) == [("next", 3)]


async def test_a_draft_is_dropped_by_its_id_or_by_writing_nothing(chat: Chat) -> None:
    ada, ben, channel = await two_in_a_channel(chat)
    for n in (1, 3):
        kept = (await keeps(ada, channel, "no", seen=0)).json()
        assert kept["version"] == n
        path = f"/drafts/{kept['id']}"
        await ben.asks("DELETE", path, status=404, version=9)
        await ada.asks("DELETE", path, status=412, version=n + 1)
        await ada.asks("DELETE", path, version=n)
        assert await drafts(ada) == []
    await keeps(ada, channel, "no", seen=0)
    assert (await keeps(ada, channel, "", seen=5)).status_code == 200
    assert await drafts(ada) == []
    await ada.asks("PUT", "/drafts", {"channel_id": channel, "text": "x"}, status=428)


async def test_who_is_no_member_keeps_no_draft_and_sees_none(chat: Chat) -> None:
    ada, ben, channel = await two_in_a_channel(chat)
    eve = await chat.person("eve", roles=("owner",))
    assert (await keeps(eve, channel, "x", seen=0)).status_code == 404
    open_ = await ada.opens("open")
    assert (await keeps(eve, open_, "x", seen=0)).json()["code"] == "chat.not_a_member"
    other = await ada.says(open_, "root")
    wrong = await keeps(ada, channel, "x", seen=0, thread_root_id=other["id"])
    assert wrong.json()["code"] == "chat.not_a_root"
    await keeps(ben, channel, "mine", seen=0)
    await ben.asks("POST", f"/channels/{channel}/leave")
    assert await drafts(ben) == []


async def test_ones_other_devices_hear_where_a_draft_changed(
    chat: Chat, replicas: tuple[Replica, Replica]
) -> None:
    ada, ben, channel = await two_in_a_channel(chat)
    async with socket(chat.running, ada, replicas[0]) as mine, socket(chat.running, ben, replicas[1]) as his:
        await keeps(ada, channel, "begun", seen=0)
        place = {"type": "draft", "channel_id": channel, "thread_root_id": None}
        assert await mine.hears("draft") == {**place, "version": 1}
        await ada.says(channel, "done")
        assert await mine.hears("draft") == {**place, "version": 2}
        await his.say(type="ping")
        await his.hears("pong")
