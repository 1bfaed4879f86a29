"""Who is told of what, on their devices at once; and how little that costs."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from business_chat.models.channel import ChannelMember
from business_chat.models.message import ThreadMember
from business_chat.rules.words import MemberRole
from business_chat.services.notification import FOLLOWERS_TOLD
from chatting import DECIDED, Chat, Somebody
from replicas import PATIENCE, Replica, Socket, socket, two_in_a_channel
from servicekit.testing.running import statements
from sqlalchemy import func, insert, literal, select


async def told(who: Somebody, listening: Socket) -> list[tuple[str, int]]:
    """Of what they were told since they were last asked: the kinds and the messages' places.

    A change of their own comes after all of it.
    """
    await who.decides()
    notices = []
    async with asyncio.timeout(PATIENCE):
        while (frame := json.loads(await listening.connection.recv()))["type"] != "settings":
            if frame["type"] == "notify":
                notices.append((frame["kind"], frame["seq"]))
    return notices


async def test_who_is_named_written_to_or_follows_a_thread_is_told_and_nobody_else(
    chat: Chat, replicas: tuple[Replica, Replica]
) -> None:
    ada, ben, channel = await two_in_a_channel(chat)
    direct = (await ada.asks("POST", "/dms", {"user_ids": [ben.id]}))["id"]
    async with socket(chat.running, ben, replicas[0]) as his, socket(chat.running, ada, replicas[1]) as hers:
        await ada.says(channel, "nothing for anybody, @ada")
        named = await ada.says(channel, "@ben @nobody")
        written = await ada.says(direct, "between us")
        await ada.says(channel, "a reply", thread_root_id=named["id"])
        assert await told(ben, his) == [("mention", named["seq"]), ("direct", written["seq"])]
        reply = await ben.says(channel, "another", thread_root_id=named["id"])
        further = await ada.says(channel, "a third", thread_root_id=named["id"])
        note = await ada.says(direct, "under it", thread_root_id=written["id"])
        assert await told(ada, hers) == [("reply", reply["seq"])]
        assert await told(ben, his) == [("reply", further["seq"]), ("direct", note["seq"])]


async def test_a_notice_says_where_and_holds_no_word_of_it(
    chat: Chat, replicas: tuple[Replica, Replica]
) -> None:
    ada, ben, channel = await two_in_a_channel(chat)
    async with socket(chat.running, ben, replicas[0]) as his:
        said = await ada.says(channel, "@ben the secret")
        assert await his.hears("notify") == {
            "type": "notify",
            "kind": "mention",
            "channel_id": channel,
            "thread_root_id": None,
            "message_id": said["id"],
            "seq": said["seq"],
        }


async def test_a_muted_channel_a_snooze_and_quiet_hours_are_kept(
    chat: Chat, replicas: tuple[Replica, Replica]
) -> None:
    ada, ben, channel = await two_in_a_channel(chat)
    direct = (await ada.asks("POST", "/dms", {"user_ids": [ben.id]}))["id"]
    soon = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    hours: dict[str, Any] = {"from": "00:00", "to": "23:59", "time_zone": None}
    night = {"from": "23:59", "to": "00:00", "time_zone": "Asia/Tokyo"}

    async with socket(chat.running, ben, replicas[0]) as his:
        for wishes in (
            {"snooze_until": soon},
            {"quiet_hours": hours},
            {"quiet_hours": {**hours, "to": "23:58"}},
        ):
            await ben.decides(**wishes)
            await ada.says(direct, "sh, @ben")
        for notify in ("nothing", "mentions"):
            await ben.asks("PUT", f"/channels/{direct}/notify", {"notify": notify})
            await ben.decides(quiet_hours=night)
            await ada.says(direct, "sh")
        shown = await ben.asks("GET", f"/channels/{direct}")
        assert (shown["my_notify"], shown["unread"], shown["mentions"]) == ("mentions", 5, 3)
        for notify in ("nothing", "mentions"):
            await ben.asks("PUT", f"/channels/{channel}/notify", {"notify": notify})
            said = await ada.says(channel, "@ben")
        heard: list[Any] = []
        while not heard or heard[-1]["type"] != "notify":
            heard.append(json.loads(await his.connection.recv()))
        assert heard[-1]["seq"] == said["seq"]


async def test_of_a_threads_many_followers_those_who_read_it_furthest_are_told(
    chat: Chat, replicas: tuple[Replica, Replica]
) -> None:
    ada, ben, channel = await two_in_a_channel(chat)
    root = await ada.says(channel, "root")
    async with socket(chat.running, ben, replicas[0]) as his:
        for who in (ben, ada):
            await who.says(channel, "reply", thread_root_id=root["id"])
        assert len(await told(ben, his)) == 1
        for further, heard in ((FOLLOWERS_TOLD - 1, 1), (1, 0)):
            async with chat.running.database.tenant(ada.context) as session:
                for _ in range(further):
                    seat = {"user_id": uuid4(), "last_read_seq": root["seq"] + 2}
                    session.add(ChannelMember(channel_id=UUID(channel), role=MemberRole.MEMBER, **seat))
                    session.add(ThreadMember(root_id=UUID(root["id"]), **seat))
                await session.commit()
            await ada.says(channel, "reply", thread_root_id=root["id"])
            assert len(await told(ben, his)) == heard


async def test_an_edit_tells_who_is_newly_named_unless_they_have_read_past_it(
    chat: Chat, replicas: tuple[Replica, Replica]
) -> None:
    ada, ben, channel = await two_in_a_channel(chat)
    read, new = await ada.says(channel, "old"), await ada.says(channel, "new")
    await ben.asks("POST", f"/channels/{channel}/read", {"seq": read["seq"]})
    async with socket(chat.running, ben, replicas[0]) as his:
        for said in (read, new):
            for n in (1, 2):
                await ada.asks("PATCH", f"/messages/{said['id']}", {"text": f"@ben {n}"}, version=n)
        assert await told(ben, his) == [("mention", new["seq"])]


async def test_a_thread_that_one_is_named_in_by_an_edit_is_followed(chat: Chat) -> None:
    ada, ben, channel = await two_in_a_channel(chat)
    root = await ada.says(channel, "root")
    reply = await ada.says(channel, "reply", thread_root_id=root["id"])
    await ada.asks("PATCH", f"/messages/{reply['id']}", {"text": "reply @ben"}, version=1)
    (thread,) = (await ben.asks("GET", "/threads"))["items"]
    assert (thread["unread"], thread["unread_mentions"]) == (1, 1)


async def test_ones_other_devices_hear_how_far_one_has_read_a_thread(
    chat: Chat, replicas: tuple[Replica, Replica]
) -> None:
    ada, ben, channel = await two_in_a_channel(chat)
    root = await ada.says(channel, "root")
    async with socket(chat.running, ada, replicas[1]) as hers:
        reply = await ben.says(channel, "reply", thread_root_id=root["id"])
        await hers.hears("notify")
        for path, wish, seq in (
            (f"/messages/{root['id']}/thread/read", {"seq": reply["seq"]}, reply["seq"]),
            (f"/messages/{reply['id']}/unread", None, reply["seq"] - 1),
        ):
            await ada.asks("POST", path, wish)
            frame = await hers.hears("read")
            assert frame == {"type": "read", "thread_root_id": root["id"], "last_read_seq": seq}


async def test_recent_mentions_are_those_of_channels_one_is_in_since_one_joined(chat: Chat) -> None:
    ada, ben = await chat.person("ada"), await chat.person("ben")
    open_, team = await ada.opens("open"), await ada.opens("team", "private")
    await ada.says(open_, "@channel before he came")
    await ben.asks("POST", f"/channels/{open_}/join")
    await ada.asks("POST", f"/channels/{team}/members", {"user_id": ben.id})
    for channel, words in ((open_, "@ben"), (open_, "ben"), (open_, "@all"), (team, "@BEN"), (team, "@ada")):
        await ada.says(channel, words)
    await ben.says(open_, "@channel of my own")
    regretted = await ada.says(open_, "@ben oh")
    await ada.asks("DELETE", f"/messages/{regretted['id']}")

    async def mentions() -> list[str]:
        page = await ben.asks("GET", "/mentions?limit=2")
        rest = page["next_cursor"] and await ben.asks("GET", f"/mentions?cursor={page['next_cursor']}")
        return [said["text"] for said in page["items"] + (rest["items"] if rest else [])]

    assert await mentions() == ["@BEN", "@all", "@ben"]
    await ben.asks("POST", f"/channels/{team}/leave")
    assert await mentions() == ["@all", "@ben"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"mail_after": 0},
        {"mail_after": 121},
        {"snooze_until": "2026-01-01T00:00:00"},
        {"quiet_hours": {"from": "22:00", "to": "22:00"}},
        {"quiet_hours": {"from": "24:00", "to": "07:00"}},
        {"quiet_hours": {"from": "22:00", "to": "07:00", "time_zone": "Europe/Nowhere"}},
        {"mail": None},
    ],
    ids=["at once", "too late", "no zone", "never", "no time", "nowhere", "neither"],
)
async def test_settings_that_mean_nothing_are_refused(chat: Chat, wrong: dict[str, Any]) -> None:
    ada = await chat.person("ada")
    answer = await ada.client.put("/chat/settings", json=DECIDED | wrong, headers={"if-match": '"0"'})
    assert answer.status_code == 422, answer.text


async def test_settings_written_by_twenty_devices_at_once_are_those_of_one(chat: Chat) -> None:
    ada = await chat.person("ada")
    assert await ada.asks("GET", "/settings") == DECIDED | {"version": 0}
    for version in (0, 1):
        headers = {"if-match": f'"{version}"'}
        bodies = [DECIDED | {"mail_after": n} for n in range(1, 21)]
        answers = await asyncio.gather(
            *(ada.client.put("/chat/settings", json=body, headers=headers) for body in bodies)
        )
        assert sorted(answer.status_code for answer in answers) == [200] + [412] * 19
    assert (await ada.asks("GET", "/settings"))["version"] == 2


@pytest.mark.parametrize("words", ["hello", "@channel hello", "hello @ben"])
async def test_posting_costs_the_same_statements_and_rows_for_10_members_and_for_5000(
    chat: Chat, words: str
) -> None:
    ada, _, channel = await two_in_a_channel(chat)
    root = await ada.says(channel, "root")
    counted = []
    for joined, members in ((2, 10), (10, 5_000)):
        async with chat.running.database.tenant(ada.context) as session:
            more = select(
                literal(UUID(channel)), func.gen_random_uuid(), literal("member"), literal(0), literal("all")
            ).select_from(func.generate_series(joined + 1, members).table_valued("n"))
            columns = ["channel_id", "user_id", "role", "last_read_seq", "notify"]
            await session.execute(insert(ChannelMember).from_select(columns, more))
            await session.commit()
        for thread in (None, root["id"]):
            with statements() as asked:
                await ada.says(channel, words, thread_root_id=thread, mention_confirmed=True)
            counted.append([statement for statement in asked if "INSERT" in statement] + [str(len(asked))])
    assert counted[:2] == counted[2:]
