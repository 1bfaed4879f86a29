"""Messages: sent once, edited, deleted, reacted to; and the log that tells of it."""

import asyncio
from uuid import UUID, uuid4

from business_chat.models.channel import ChannelEvent
from business_chat.models.message import MessageRevision
from business_chat.schemas.message import MessageWish
from business_chat.services import member as members
from business_chat.services import message as messages
from chatting import Chat
from sqlalchemy import delete, func, select, text


async def test_fifty_messages_at_once_take_the_places_of_a_sequence_without_gaps(chat: Chat) -> None:
    ada, ben = await chat.person("ada"), await chat.person("ben")
    channel = await ada.opens("busy")
    await ben.asks("POST", f"/channels/{channel}/join")
    sent = await asyncio.gather(*((ada, ben)[n % 2].says(channel, f"{n}") for n in range(50)))
    events = await ada.events(channel)
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    told = {event["message"]["id"]: event["seq"] for event in events if event["message"]}
    assert told == {message["id"]: message["seq"] for message in sent}


async def test_a_message_sent_twenty_times_at_once_is_one_and_is_answered_alike(chat: Chat) -> None:
    ada = await chat.person("ada")
    channel, same = await ada.opens("retries"), str(uuid4())
    answers = await asyncio.gather(*(ada.says(channel, "once", client_msg_id=same) for _ in range(20)))
    assert all(answer == answers[0] for answer in answers)
    assert [event["kind"] for event in await ada.events(channel)] == ["member_added", "message_created"]


async def test_an_id_of_another_message_is_refused(chat: Chat) -> None:
    ada, ben = await chat.person("ada"), await chat.person("ben")
    channel, other = await ada.opens("one"), await ada.opens("two")
    await ben.asks("POST", f"/channels/{channel}/join")
    said = await ada.says(channel, "hello")
    wish = {"client_msg_id": said["client_msg_id"], "text": "hello"}
    for where, what in ((channel, wish | {"text": "other"}), (other, wish)):
        refused = await ada.asks("POST", f"/channels/{where}/messages", what, status=409)
        assert refused["code"] == "chat.client_msg_id_reused"
    assert (await ben.says(channel, "hello", client_msg_id=said["client_msg_id"]))["id"] != said["id"]


async def test_one_id_in_two_channels_at_once_is_one_message(chat: Chat) -> None:
    ada = await chat.person("ada")
    channels = [await ada.opens(name) for name in ("one", "two")]
    wish = {"client_msg_id": str(uuid4()), "text": "where?"}
    answers = await asyncio.gather(
        *(ada.client.post(f"/chat/channels/{channels[n % 2]}/messages", json=wish) for n in range(20))
    )
    assert {answer.status_code for answer in answers} == {201, 409}
    assert len({answer.json()["id"] for answer in answers if answer.is_success}) == 1
    for channel in channels:
        assert [event["seq"] for event in await ada.events(channel)] in ([1], [1, 2])


async def test_an_edit_keeps_what_was_there_before(chat: Chat) -> None:
    ada, ben = await chat.person("ada"), await chat.person("ben")
    channel = await ada.opens("edits")
    await ben.asks("POST", f"/channels/{channel}/join")
    said = await ada.says(channel, "frist")
    path = f"/messages/{said['id']}"
    assert (await ben.asks("PATCH", path, {"text": "x"}, status=403, version=1))[
        "code"
    ] == "chat.not_the_author"
    edited = await ada.asks("PATCH", path, {"text": "first"}, version=1)
    assert (edited["text"], edited["version"], edited["seq"]) == ("first", 2, said["seq"])
    assert edited["edited_at"] is not None
    await ada.asks("PATCH", path, {"text": "late"}, status=412, version=1)
    assert [r["text"] for r in (await ben.asks("GET", f"{path}/revisions"))["items"]] == ["frist"]
    assert (await ada.says(channel, "frist", client_msg_id=said["client_msg_id"]))["text"] == "first"


async def test_a_deleted_message_leaves_its_place_and_nothing_of_what_it_said(chat: Chat) -> None:
    ada, ben = await chat.person("ada"), await chat.person("ben")
    channel = await ada.opens("regrets")
    await ben.asks("POST", f"/channels/{channel}/join")
    said = await ada.says(channel, "secret one @ben")
    path = f"/messages/{said['id']}"
    await ada.asks("PATCH", path, {"text": "secret two"}, version=1)
    await ben.asks("POST", f"{path}/reactions", {"emoji": "😱"})
    await ben.asks("DELETE", path, status=403)
    await ada.asks("DELETE", path)
    await ada.asks("DELETE", path)
    assert (await ada.asks("PATCH", path, {"text": "x"}, status=410, version=3))[
        "code"
    ] == "chat.message_deleted"
    (shown,) = (await ben.asks("GET", f"/channels/{channel}/messages"))["items"]
    assert (shown["text"], shown["reactions"], shown["seq"]) == ("", [], said["seq"])
    assert shown["deleted_at"] is not None
    assert "secret" not in str(await ben.events(channel))
    async with chat.running.database.reading(ada.context) as session:
        assert await session.scalar(select(func.count()).select_from(MessageRevision)) == 0
    assert await ben.counts(channel) == (0, 0)


async def test_an_owner_deletes_what_others_said(chat: Chat) -> None:
    ada, ben = await chat.person("ada"), await chat.person("ben")
    channel = await ada.opens("moderated")
    await ben.asks("POST", f"/channels/{channel}/join")
    said = await ben.says(channel, "rude")
    await ada.asks("DELETE", f"/messages/{said['id']}")
    assert (await ben.asks("GET", f"/messages/{said['id']}"))["text"] == ""


async def test_a_reaction_counts_once_per_person_and_emoji(chat: Chat) -> None:
    ada = await chat.person("ada")
    channel = await ada.opens("fun")
    path = f"/messages/{(await ada.says(channel, 'joke'))['id']}"
    await asyncio.gather(*(ada.asks("POST", f"{path}/reactions", {"emoji": "😂"}) for _ in range(10)))
    await ada.asks("POST", f"{path}/reactions", {"emoji": "👍"})
    await ada.asks("DELETE", f"{path}/reactions/👍")
    await ada.asks("DELETE", f"{path}/reactions/👍")
    assert (await ada.asks("GET", path))["reactions"] == [{"emoji": "😂", "user_id": ada.id}]
    kinds = [event["kind"] for event in await ada.events(channel)][2:]
    assert kinds == ["reaction_added", "reaction_added", "reaction_removed"]


async def test_history_goes_back_page_by_page_while_others_write(chat: Chat) -> None:
    ada = await chat.person("ada")
    channel = await ada.opens("long")
    sent = [(await ada.says(channel, f"{n}"))["id"] for n in range(7)]
    seen: list[str] = []
    path = f"/channels/{channel}/messages?limit=3"
    cursor = ""
    while True:
        page = await ada.asks("GET", path + cursor)
        seen += [message["id"] for message in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
        await ada.says(channel, "meanwhile")
    assert seen == sent[::-1]


async def test_what_happened_before_the_log_begins_is_gone_not_silently_left_out(chat: Chat) -> None:
    ada = await chat.person("ada")
    channel = await ada.opens("old")
    for n in range(4):
        await ada.says(channel, f"{n}")
    async with chat.running.database.tenant(ada.context) as session:
        await session.execute(delete(ChannelEvent).where(ChannelEvent.seq < 4))
        await session.commit()
    for after in (0, 2):
        path = f"/channels/{channel}/events?after_seq={after}"
        assert (await ada.asks("GET", path, status=410))["code"] == "chat.events_trimmed"
    assert [event["seq"] for event in await ada.events(channel, 3)] == [4, 5]
    assert await ada.events(channel, 5) == []
    await ada.asks("GET", f"/channels/{channel}/events?after_seq=9", status=200)


async def test_history_is_read_on_from_a_message_in_both_directions(chat: Chat) -> None:
    ada = await chat.person("ada")
    channel = await ada.opens("long")
    said = [await ada.says(channel, f"{n}") for n in range(5)]
    path, middle = f"/channels/{channel}/messages", said[2]["seq"]
    for query, texts in {
        f"before_seq={middle}": ["1", "0"],
        f"sort=seq&after_seq={middle}": ["3", "4"],
    }.items():
        page = await ada.asks("GET", f"{path}?{query}")
        assert [message["text"] for message in page["items"]] == texts


async def somebody_waits(chat: Chat) -> None:
    """Come back when a transaction waits for another one to end."""
    waiting = "wait_event IN ('transactionid', 'tuple') AND datname = current_database()"
    async with chat.running.database.control() as session:
        while not await session.scalar(text(f"SELECT count(*) FROM pg_stat_activity WHERE {waiting}")):
            await session.rollback()  # within a transaction the statistics stay as they were
            await asyncio.sleep(0.01)


async def test_who_is_put_out_while_their_message_waits_does_not_get_it_in(chat: Chat) -> None:
    ada, ben = await chat.person("ada"), await chat.person("ben")
    channel = await ada.opens("open")
    await ben.asks("POST", f"/channels/{channel}/join")
    wish = {"client_msg_id": str(uuid4()), "text": "a last word"}
    async with chat.running.database.tenant(ada.context) as session:
        await members.remove(session, UUID(channel), UUID(ben.id))
        saying = asyncio.create_task(ben.asks("POST", f"/channels/{channel}/messages", wish, status=403))
        await somebody_waits(chat)
        await session.commit()
    await saying
    assert [event["kind"] for event in await ada.events(channel)][-1] == "member_removed"


async def test_an_id_that_is_being_used_in_another_channel_is_refused_once_it_is(chat: Chat) -> None:
    ada = await chat.person("ada")
    one, other = await ada.opens("one"), await ada.opens("other")
    wish = MessageWish(client_msg_id=uuid4(), text="where?")
    async with chat.running.database.tenant(ada.context) as session:
        await messages.send(session, UUID(one), wish)
        path = f"/channels/{other}/messages"
        again = asyncio.create_task(ada.asks("POST", path, wish.model_dump(mode="json"), status=409))
        await somebody_waits(chat)
        await session.commit()
    assert (await again)["code"] == "chat.client_msg_id_reused"
