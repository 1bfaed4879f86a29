"""The WebSocket, on two replicas that run as processes of their own."""

import asyncio
import json

import pytest
from business_chat.models.channel import ChannelEvent
from chatting import Chat
from contracts import revocations
from replicas import Replica, socket, two_in_a_channel
from servicekit.realtime_socket import BURST, LONGEST
from sqlalchemy import delete
from websockets.exceptions import InvalidStatus


async def test_what_is_said_on_one_replica_is_heard_on_both_in_order(
    chat: Chat, replicas: tuple[Replica, Replica]
) -> None:
    ada, ben, channel = await two_in_a_channel(chat)
    running, (one, two) = chat.running, replicas
    async with socket(running, ada, one) as here, socket(running, ben, two) as there:
        for listening in (here, there):
            await listening.say(type="resume", channels={channel: 2})
            assert (await listening.hears("live"))["seq"] == 2
        await asyncio.gather(*((ada, ben)[n % 2].says(channel, f"{n}") for n in range(40)))
        for listening in (here, there):
            assert await listening.events(42) == list(range(3, 43))


async def test_a_frame_is_what_the_log_says(chat: Chat, replicas: tuple[Replica, Replica]) -> None:
    ada, ben, channel = await two_in_a_channel(chat)
    await ben.asks("PUT", f"/channels/{channel}/notify", {"notify": "nothing"})
    async with socket(chat.running, ben, replicas[0]) as there:
        await there.say(type="resume", channels={channel: 2})
        await there.hears("live")
        for seq, text in enumerate(("hello", "hello @ben", "all who are @here", "@channel"), start=3):
            said = await ada.says(channel, text)
            frame = await there.hears("event")
            assert frame == {"type": "event", **(await ben.events(channel, seq - 1))[0]}
            assert frame["message"] == said == await ben.asks("GET", f"/messages/{said['id']}")


async def test_a_client_resumes_on_another_replica_while_others_write_and_misses_nothing(
    chat: Chat, replicas: tuple[Replica, Replica]
) -> None:
    ada, ben, channel = await two_in_a_channel(chat)
    heard: list[int] = [1, 2]
    writing = asyncio.gather(*(ada.says(channel, f"{n}") for n in range(60)))
    for n in range(6):
        async with socket(chat.running, ben, replicas[n % 2]) as there:
            await there.say(type="resume", channels={channel: heard[-1]})
            heard += await there.events(min(62, heard[-1] + 10))
    await writing
    assert heard == list(range(1, 63))


async def test_what_is_no_longer_kept_must_be_fetched_anew(
    chat: Chat, replicas: tuple[Replica, Replica]
) -> None:
    ada, ben, channel = await two_in_a_channel(chat)
    for n in range(3):
        await ada.says(channel, f"{n}")
    async with chat.running.database.tenant(ada.context) as session:
        await session.execute(delete(ChannelEvent).where(ChannelEvent.seq < 5))
        await session.commit()
    async with socket(chat.running, ben, replicas[0]) as there:
        await there.say(type="resume", channels={channel: 2})
        assert (await there.hears("resync_required"))["last_seq"] == 5
        await there.say(type="resume", channels={channel: 99})
        assert (await there.hears("resync_required"))["last_seq"] == 5
        await there.say(type="resume", channels={channel: 5})
        await there.hears("live")


async def test_who_is_no_member_gets_no_frame_and_who_is_put_out_none_after_that(
    chat: Chat, replicas: tuple[Replica, Replica]
) -> None:
    ada, ben, channel = await two_in_a_channel(chat)
    eve = await chat.person("eve", roles=("owner",))
    async with socket(chat.running, eve, replicas[0]) as spy, socket(chat.running, ben, replicas[1]) as there:
        for listening in (spy, there):
            await listening.say(type="resume", channels={channel: 2})
        assert (await spy.hears("refused"))["code"] == "not_found"
        await there.hears("live")
        await ada.says(channel, "before")
        await ada.asks("DELETE", f"/channels/{channel}/members/{ben.id}")
        await ada.says(channel, "after")
        assert [(await there.hears("event"))["kind"] for _ in range(2)] == [
            "message_created",
            "member_removed",
        ]
        for listening in (spy, there):
            await listening.say(type="ping")
            await listening.hears("pong")


async def test_ones_other_devices_hear_how_far_one_has_read_and_where_one_was_added(
    chat: Chat, replicas: tuple[Replica, Replica]
) -> None:
    ada, ben = await chat.person("ada"), await chat.person("ben")
    channel = await ada.opens("team", "private")
    async with socket(chat.running, ben, replicas[0]) as there:
        await ada.asks("POST", f"/channels/{channel}/members", {"user_id": ben.id})
        assert (await there.hears("channel_added"))["channel_id"] == channel
        await ben.asks("POST", f"/channels/{channel}/read", {"seq": 2})
        assert await there.hears("read") == {"type": "read", "channel_id": channel, "last_read_seq": 2}


async def test_frames_that_say_nothing_are_answered_and_hurt_nobody(
    chat: Chat, replicas: tuple[Replica, Replica]
) -> None:
    ada = await chat.person("ada")
    async with socket(chat.running, ada, replicas[0]) as there:
        for frame, code in (
            ("{", "malformed"),
            ("[]", "malformed"),
            ('{"type":"shout"}', "unknown_type"),
            ('{"type":"resume","channels":{"x":1}}', "malformed"),
            ('{"type":"resume","channels":{},"more":1}', "malformed"),
        ):
            await there.connection.send(frame)
            assert (await there.hears("error"))["code"] == code
        await there.say(type="ping")
        await there.hears("pong")


@pytest.mark.parametrize(
    ("frames", "code"),
    [([b"\x00"], 1003), (["x" * (LONGEST + 1)], 1009), (['{"type":"ping"}'] * (BURST * 3), 1008)],
    ids=["binary", "too large", "too many"],
)
async def test_what_breaks_the_rules_is_closed(
    chat: Chat, replicas: tuple[Replica, Replica], frames: list[str | bytes], code: int
) -> None:
    ada = await chat.person("ada")
    async with socket(chat.running, ada, replicas[0]) as there:
        for frame in frames:
            await there.connection.send(frame)
        assert await there.closes() == code


async def test_a_revoked_session_is_closed_and_ones_other_sessions_stay(
    chat: Chat, replicas: tuple[Replica, Replica]
) -> None:
    ada = await chat.person("ada")
    again = await chat.person("ada", user_id=ada.context.user_id)
    running, (one, two) = chat.running, replicas
    async with socket(running, ada, one) as gone, socket(running, again, two) as stays:
        assert ada.context.session_id is not None
        await chat.running.redis.publish(revocations.CHANNEL, revocations.session(ada.context.session_id))
        assert await gone.closes() == 1008
        await stays.say(type="ping")
        await stays.hears("pong")


async def test_who_may_not_chat_or_did_not_come_by_the_gateway_is_refused_at_the_handshake(
    chat: Chat, replicas: tuple[Replica, Replica]
) -> None:
    nobody = await chat.person("nobody", roles=())
    with pytest.raises(InvalidStatus) as refusal:
        async with socket(chat.running, nobody, replicas[0]):
            pass
    assert refusal.value.response.status_code == 403
    assert json.loads(refusal.value.response.body)["code"] == "permission_missing"


async def test_a_replica_that_stops_says_so_and_one_that_is_killed_is_resumed_elsewhere(chat: Chat) -> None:
    ada, ben, channel = await two_in_a_channel(chat)
    stopping, killed, last = Replica(), Replica(), Replica()
    for replica in (stopping, killed, last):
        await replica.start()
    heard = [1, 2]
    async with socket(chat.running, ben, stopping) as there:
        await there.say(type="resume", channels={channel: heard[-1]})
        await ada.says(channel, "one")
        heard += await there.events(3)
        stopping.stop()
        assert await there.closes() == 1012
    stopping.kill()
    async with socket(chat.running, ben, killed) as there:
        await there.say(type="resume", channels={channel: heard[-1]})
        await ada.says(channel, "two")
        heard += await there.events(4)
        killed.kill()
        assert await there.closes() == 1006
    await ada.says(channel, "three")
    async with socket(chat.running, ben, last) as there:
        await there.say(type="resume", channels={channel: heard[-1]})
        heard += await there.events(5)
    last.kill()
    assert heard == [1, 2, 3, 4, 5]
