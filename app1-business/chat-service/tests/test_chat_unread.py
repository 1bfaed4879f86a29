"""What is unread, who is mentioned, threads."""

import asyncio

from business_chat.rules import mention
from chatting import Chat
from replicas import two_in_a_channel
from servicekit import presence


async def test_counts_follow_from_the_read_pointer_and_own_messages_never_count(chat: Chat) -> None:
    ada, ben, channel = await two_in_a_channel(chat)
    assert await ben.counts(channel) == (0, 0)
    first = await ada.says(channel, "hello")
    await ada.says(channel, "hello @ben, and `@ben` in code")
    await ada.says(channel, "@channel lunch")
    await ben.says(channel, "coming")
    assert await ben.counts(channel) == (3, 2)
    assert await ada.counts(channel) == (1, 0)
    await ben.asks("POST", f"/channels/{channel}/read", {"seq": first["seq"]})
    assert await ben.counts(channel) == (2, 2)


async def test_a_pointer_never_goes_back_by_reading_nor_beyond_what_there_is(chat: Chat) -> None:
    ada, ben, channel = await two_in_a_channel(chat)
    seqs = [(await ada.says(channel, f"{n}"))["seq"] for n in range(20)]
    answers = await asyncio.gather(
        *(ben.asks("POST", f"/channels/{channel}/read", {"seq": seq}) for seq in reversed(seqs))
    )
    assert max(answer["last_read_seq"] for answer in answers) == seqs[-1]
    assert await ben.counts(channel) == (0, 0)
    ahead = await ben.asks("POST", f"/channels/{channel}/read", {"seq": 10**9})
    assert ahead["last_read_seq"] == seqs[-1]
    await ada.says(channel, "new")
    assert await ben.counts(channel) == (1, 0)


async def test_a_message_marked_unread_counts_again_with_all_after_it(chat: Chat) -> None:
    ada, ben, channel = await two_in_a_channel(chat)
    said = [await ada.says(channel, f"{n}") for n in range(3)]
    await ben.asks("POST", f"/channels/{channel}/read", {"seq": said[-1]["seq"]})
    for message in said[1:]:  # of the later one too: what is unread before it stays so
        await ben.asks("POST", f"/messages/{message['id']}/unread")
        assert await ben.counts(channel) == (2, 0)


async def test_a_reply_is_counted_in_its_thread_and_leaves_the_channel_as_it_is(chat: Chat) -> None:
    ada, ben, channel = await two_in_a_channel(chat)
    root, later = await ada.says(channel, "question"), await ada.says(channel, "later")
    await ben.asks("POST", f"/channels/{channel}/read", {"seq": later["seq"]})
    reply = await ben.says(channel, "answer @ada", thread_root_id=root["id"])
    order = [m["id"] for m in (await ada.asks("GET", f"/channels/{channel}/messages"))["items"]]
    assert order == [later["id"], root["id"]]
    assert await ada.counts(channel) == (0, 0)
    (thread,) = (await ada.asks("GET", "/threads"))["items"]
    assert (thread["id"], thread["replies"], thread["last_reply_seq"]) == (root["id"], 1, reply["seq"])
    assert (thread["unread"], thread["unread_mentions"]) == (1, 1)
    await ada.asks("POST", f"/messages/{root['id']}/thread/read", {"seq": reply["seq"]})
    assert (await ada.asks("GET", "/threads"))["items"][0]["unread"] == 0
    await ada.asks("POST", f"/messages/{reply['id']}/unread")
    assert (await ada.asks("GET", "/threads"))["items"][0]["unread"] == 1
    assert [m["id"] for m in (await ben.asks("GET", f"/messages/{root['id']}/thread"))["items"]] == [
        reply["id"]
    ]
    event = (await ada.events(channel))[-1]
    assert event["thread"] == {"root_id": root["id"], "replies": 1, "last_reply_seq": reply["seq"]}


async def test_a_thread_is_counted_from_a_pointer_of_its_own_by_the_same_rules(chat: Chat) -> None:
    ada, ben, channel = await two_in_a_channel(chat)
    root = await ada.says(channel, "root")
    said = [await who.says(channel, "reply", thread_root_id=root["id"]) for who in (ben, ada, ben, ben, ben)]
    await ben.asks("DELETE", f"/messages/{said[-1]['id']}")

    async def unread() -> int:
        (thread,) = (await ada.asks("GET", "/threads"))["items"]
        return int(thread["unread"])

    assert await unread() == 3
    path = f"/messages/{root['id']}/thread/read"
    for seq, left in ((said[2]["seq"], 1), (said[0]["seq"], 1), (10**9, 0)):
        pointer = await ada.asks("POST", path, {"seq": seq})
        assert await unread() == left
    assert pointer["last_read_seq"] == said[-1]["seq"]
    await ben.says(channel, "new", thread_root_id=root["id"])
    assert await unread() == 1


async def test_a_thread_begins_with_a_message_of_the_same_channel_that_is_no_reply(chat: Chat) -> None:
    ada, _, channel = await two_in_a_channel(chat)
    root = await ada.says(channel, "root")
    reply = await ada.says(channel, "reply", thread_root_id=root["id"])
    elsewhere = await ada.says(await ada.opens("other"), "elsewhere")
    for wrong in (reply["id"], elsewhere["id"], channel):
        wish = {"client_msg_id": wrong, "text": "x", "thread_root_id": wrong}
        refused = await ada.asks("POST", f"/channels/{channel}/messages", wish, status=422)
        assert refused["code"] == "chat.not_a_root"


async def test_who_unfollows_a_thread_hears_no_more_of_it_and_who_left_the_channel_neither(
    chat: Chat,
) -> None:
    ada, ben, channel = await two_in_a_channel(chat)
    root = await ada.says(channel, "root @ben")
    await ben.asks("PUT", f"/messages/{root['id']}/thread/follow")
    await ada.says(channel, "reply", thread_root_id=root["id"])
    assert [t["unread"] for t in (await ben.asks("GET", "/threads"))["items"]] == [1]
    await ada.asks("DELETE", f"/messages/{root['id']}/thread/follow")
    assert (await ada.asks("GET", "/threads"))["items"] == []
    await ben.asks("POST", f"/channels/{channel}/leave")
    assert (await ben.asks("GET", "/threads"))["items"] == []


async def test_a_mention_reaches_members_alone(chat: Chat) -> None:
    ada, ben, channel = await two_in_a_channel(chat)
    await chat.person("cy")
    said = await ada.says(channel, "@ben @cy @nobody @ada")
    assert said["mentions"] == [ben.id]


async def test_calling_everybody_in_a_large_channel_must_be_meant(chat: Chat) -> None:
    people = [await chat.person(f"p{n}") for n in range(mention.LARGE_CHANNEL)]
    (general,) = (await people[0].asks("GET", "/channels"))["items"]
    wish = {"client_msg_id": general["id"], "text": "@channel fire"}
    path = f"/channels/{general['id']}/messages"
    refused = await people[0].asks("POST", path, wish, status=409)
    assert (refused["code"], refused["members"]) == ("chat.mention_unconfirmed", mention.LARGE_CHANNEL)
    said = await people[0].asks("POST", path, wish | {"mention_confirmed": True})
    assert (said["mentions_channel"], said["mentions"]) == (True, [])
    assert await people[1].counts(general["id"]) == (1, 1)


async def test_here_counts_for_who_is_there_when_it_is_said_and_for_nobody_else(chat: Chat) -> None:
    ada, ben, channel = await two_in_a_channel(chat)
    cy = await chat.person("cy")
    await ada.asks("POST", f"/channels/{channel}/members", {"user_id": cy.id})
    running, there = chat.running, [ada.context.user_id, ben.context.user_id]
    await presence.note(running.redis, running.service.name, chat.tenant, {id_: True for id_ in there if id_})
    said = await ada.says(channel, "@here lunch, and `@here` in code")
    assert (said["mentions_here"], said["mentions_channel"], said["mentions"]) == (True, False, [])
    await ada.says(channel, "`@here`")
    await ada.says(channel, "under it, @here", thread_root_id=said["id"])
    assert (await ben.counts(channel), await cy.counts(channel)) == ((2, 1), (2, 0))
    assert len((await ben.asks("GET", "/mentions"))["items"]) == 2
    assert (await cy.asks("GET", "/mentions"))["items"] == []
    await ben.asks("PUT", f"/messages/{said['id']}/thread/follow")
    await ben.asks("POST", f"/messages/{said['id']}/thread/read", {"seq": 0})
    await ada.says(channel, "again @here", thread_root_id=said["id"])
    assert [thread["unread_mentions"] for thread in (await ben.asks("GET", "/threads"))["items"]] == [1]
    await ada.asks("PATCH", f"/messages/{said['id']}", {"text": "lunch"}, version=said["version"])
    assert await ben.counts(channel) == (2, 0)


async def test_calling_whoever_is_there_in_a_large_channel_must_be_meant(chat: Chat) -> None:
    people = [await chat.person(f"p{n}") for n in range(mention.LARGE_CHANNEL)]
    (general,) = (await people[0].asks("GET", "/channels"))["items"]
    wish = {"client_msg_id": general["id"], "text": "@here fire"}
    path = f"/channels/{general['id']}/messages"
    refused = await people[0].asks("POST", path, wish, status=409)
    assert (refused["code"], refused["members"]) == ("chat.mention_unconfirmed", mention.LARGE_CHANNEL)
    said = await people[0].asks("POST", path, wish | {"mention_confirmed": True})
    assert said["mentions_here"] is True
    assert await people[1].counts(general["id"]) == (1, 0)
