"""What no log keeps: who is there, and who writes."""

from uuid import UUID, uuid4

from business_chat.services import presence
from chatting import Chat, Somebody
from replicas import Replica, socket, two_in_a_channel
from servicekit.presence import Status, look, note


async def is_online(chat: Chat, one: Somebody) -> bool:
    async with chat.running.database.reading(one.context) as session:
        return bool(await presence.online(session, [UUID(one.id)]))


async def seen_ago(chat: Chat, one: Somebody, seconds: int, *kinds: str) -> None:
    """As if that much time had passed since their sockets were noted."""
    key = f"presence:{{{chat.running.service.name}}}:{chat.tenant}"
    for kind in kinds:
        await chat.running.redis.zincrby(key, -seconds, f"{kind}:{one.id}")


async def test_who_watches_somebody_hears_on_any_replica_that_they_are_active(
    chat: Chat, replicas: tuple[Replica, Replica]
) -> None:
    ada, ben = await chat.person("ada"), await chat.person("ben")
    running, (one, two) = chat.running, replicas
    async with socket(running, ada, one) as here, socket(running, ben, two) as there:
        await here.say(type="watch", user_ids=[ben.id])
        frame = await here.hears("presence")
        assert (frame["user_id"], frame["status"]) == (ben.id, "offline")
        assert not await is_online(chat, ben)
        await there.say(type="active")
        frame = await here.hears("presence")
        assert (frame["user_id"], frame["status"]) == (ben.id, "active")
        assert frame["at"]
        assert await is_online(chat, ben)


async def test_of_two_devices_the_liveliest_counts_until_it_was_not_heard_of_for_a_minute(
    chat: Chat, replicas: tuple[Replica, Replica]
) -> None:
    ada, ben = await chat.person("ada"), await chat.person("ben")
    running, (one, two) = chat.running, replicas

    async def status() -> str:
        async with socket(running, ada, one) as here:
            await here.say(type="watch", user_ids=[ben.id])
            return str((await here.hears("presence"))["status"])

    async with socket(running, ben, one) as laptop, socket(running, ben, two) as phone:
        await laptop.say(type="active")
        await phone.say(type="idle")
        for device in (laptop, phone):
            await device.say(type="ping")
            await device.hears("pong")
        await laptop.say(type="watch", user_ids=[ben.id])
        while (await laptop.hears("presence"))["status"] != "active":
            pass
        assert await status() == "active"
    await seen_ago(chat, ben, 61, "active")
    assert await status() == "idle"
    await seen_ago(chat, ben, 61, "open")
    assert await status() == "offline"
    assert not await is_online(chat, ben)


async def test_who_stays_active_is_noted_anew_and_announced_once(chat: Chat) -> None:
    ben = UUID((await chat.person("ben")).id)
    where = chat.running.redis, chat.running.service.name, chat.tenant
    assert await note(*where, {ben: True}) == {ben}
    before = (await look(*where, [ben]))[ben]
    assert await note(*where, {ben: True}) == set()
    after = (await look(*where, [ben]))[ben]
    assert (before.status, after.status) == (Status.ACTIVE, Status.ACTIVE)
    assert before.at != after.at


async def test_who_writes_is_told_to_the_others_in_the_channel_and_to_nobody_else(
    chat: Chat, replicas: tuple[Replica, Replica]
) -> None:
    ada, ben, channel = await two_in_a_channel(chat)
    eve = await chat.person("eve")
    running, (one, two) = chat.running, replicas
    root = str(uuid4())
    async with (
        socket(running, ada, one) as here,
        socket(running, ben, two) as there,
        socket(running, eve, two) as spy,
    ):
        for listening in (here, there):
            await listening.say(type="resume", channels={channel: 2})
            await listening.hears("live")
        await spy.say(type="typing", channel_id=channel)
        await here.say(type="typing", channel_id=channel, thread_root_id=root)
        await here.say(type="typing", channel_id=channel)  # too soon after the other
        assert await there.hears("typing") == {
            "type": "typing",
            "channel_id": channel,
            "thread_root_id": root,
            "user_id": ada.id,
        }
        await ada.says(channel, "there")
        for listening in (here, there):
            assert (await listening.hears("event"))["seq"] == 3
        await spy.say(type="ping")
        await spy.hears("pong")


async def test_people_of_other_organisations_are_not_seen(
    chat: Chat, replicas: tuple[Replica, Replica]
) -> None:
    ada, running = await chat.person("ada"), chat.running
    elsewhere = Somebody(running.context(await running.new_tenant(), roles=("employee",)), ada.client)
    async with socket(running, elsewhere, replicas[0]) as there, socket(running, ada, replicas[0]) as here:
        await there.say(type="active")
        await there.say(type="watch", user_ids=[elsewhere.id])
        while (await there.hears("presence"))["status"] != "active":
            pass
        await here.say(type="watch", user_ids=[elsewhere.id])
        assert (await here.hears("presence"))["status"] == "offline"
