"""The reference client: what it knows is what the server has."""

import asyncio
from uuid import uuid4

import pytest
from business_chat.models.channel import ChannelEvent
from chat_client.asking import Refused, pause
from chatting import Chat, Somebody
from following import as_fetched, following
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from replicas import Replica, two_in_a_channel
from sqlalchemy import delete

NUMBERS = st.integers(0, 1000)
OPERATIONS = st.one_of(
    st.tuples(st.sampled_from(["say", "cut"]), st.just(0)),
    st.tuples(st.sampled_from(["reply", "edit", "delete", "react", "unreact"]), NUMBERS),
)


async def do(ada: Somebody, channel: str, said: list[str], operation: str, number: int) -> None:
    """Do something, to a message that was said before where it needs one; what is refused is left."""
    if operation == "say" or not said:
        said.append((await ada.says(channel, f"hello {number}"))["id"])
        return
    message = await ada.asks("GET", f"/messages/{said[number % len(said)]}")
    at = f"/chat/messages/{message['id']}"
    match operation:
        case "reply":
            root = message["thread_root_id"] or message["id"]
            said.append((await ada.says(channel, "so it is", thread_root_id=root))["id"])
        case "edit":
            headers = {"if-match": f'"{message["version"]}"'}
            await ada.client.patch(at, json={"text": f"well, {number}"}, headers=headers)
        case "delete":
            await ada.client.delete(at)
        case "react":
            await ada.client.post(f"{at}/reactions", json={"emoji": "+1"})
        case "unreact":
            await ada.client.delete(f"{at}/reactions/+1")


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=st.lists(OPERATIONS, max_size=5), after=st.lists(OPERATIONS, max_size=15))
async def test_what_was_fetched_with_the_events_since_is_what_is_fetched_later(
    chat: Chat,
    replicas: tuple[Replica, Replica],
    before: list[tuple[str, int]],
    after: list[tuple[str, int]],
) -> None:
    ada = await chat.person(f"ada{uuid4().hex}")
    channel, said = await ada.opens(f"team {uuid4().hex}"), list[str]()
    for operation, number in before:
        await do(ada, channel, said, operation, number)
    async with following(chat.running, ada, *replicas, only={channel}) as client:
        await client.live(channel)
        for operation, number in after:
            if operation == "cut" and client._socket is not None:
                client._socket.transport.abort()
            else:
                await do(ada, channel, said, operation, number)
        last = (await ada.asks("GET", f"/channels/{channel}"))["last_seq"]
        await client.until(lambda state: state.channels[channel].last_seq == last)
        assert client.state.channels[channel] == await as_fetched(chat.running, ada, channel, replicas[1])
        assert (client.repeated, client.gaps) == (0, 0)


async def test_who_was_away_for_too_long_fetches_the_channel_anew(
    chat: Chat, replicas: tuple[Replica, Replica]
) -> None:
    ada, ben, channel = await two_in_a_channel(chat)
    gone = (await ada.says(channel, "gone by then"))["id"]
    async with following(chat.running, ben, replicas[0]) as client:
        await client.live(channel)
        state = client.state
    await ada.asks("DELETE", f"/messages/{gone}")
    await ada.says(channel, "new")
    async with chat.running.database.tenant(ada.context) as session:
        await session.execute(delete(ChannelEvent).where(ChannelEvent.seq < 5))
        await session.commit()
    async with following(chat.running, ben, replicas[0], state=state) as client:
        await client.until(lambda state: channel in state.channels and state.channels[channel].last_seq == 5)
        assert client.state.channels[channel] == await as_fetched(chat.running, ben, channel, replicas[1])


async def test_a_client_follows_where_one_is_added_and_forgets_what_one_is_put_out_of(
    chat: Chat, replicas: tuple[Replica, Replica]
) -> None:
    ada, ben = await chat.person("ada"), await chat.person("ben")
    channel = await ada.opens("team", "private")
    async with following(chat.running, ben, *replicas) as client:
        await client.until(lambda state: len(state.channels) == 1)
        await ada.asks("POST", f"/channels/{channel}/members", {"user_id": ben.id})
        await client.live(channel)
        await ada.says(channel, "welcome")
        await client.until(lambda state: bool(state.channels[channel].messages))
        await ada.asks("DELETE", f"/channels/{channel}/members/{ben.id}")
        await client.until(lambda state: channel not in state.channels)


async def test_the_same_message_sent_thrice_over_two_replicas_is_one(
    chat: Chat, replicas: tuple[Replica, Replica]
) -> None:
    _, ben, channel = await two_in_a_channel(chat)
    again, (one, two) = str(uuid4()), replicas
    async with following(chat.running, ben, one) as here, following(chat.running, ben, two) as there:
        answers = await asyncio.gather(
            *(client.send(channel, "once", client_msg_id=again) for client in (here, there, there))
        )
    assert answers[0] == answers[1] == answers[2]
    assert [event["message"]["id"] for event in await ben.events(channel, 2)] == [answers[0]["id"]]


async def test_what_is_refused_is_not_tried_again(chat: Chat, replicas: tuple[Replica, Replica]) -> None:
    nobody = await chat.person("nobody", roles=())
    async with following(chat.running, nobody, *replicas) as client:
        with pytest.raises(Refused) as refusal:
            await client.run()
        assert (refusal.value.status, refusal.value.problem["code"]) == (403, "permission_missing")
        with pytest.raises(Refused):
            await client.send(str(uuid4()), "hello")


def test_pauses_grow_from_two_seconds_to_five_minutes() -> None:
    for failures, most in ((1, 2), (2, 4), (5, 32), (9, 300), (10_000, 300)):
        pauses = [pause(failures) for _ in range(200)]
        assert 0 <= min(pauses) <= max(pauses) <= most
        assert max(pauses) > most / 2
