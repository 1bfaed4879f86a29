"""Whatever is killed while people write, every client ends with what the server has."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from functools import partial
from typing import Any

import pytest
from chat_client.asking import Refused
from chat_client.client import ChatClient
from chatting import Chat
from following import as_fetched, following
from own_servers import OwnServers, own_servers
from replicas import Replica
from servicekit.testing.environment import Environment

MESSAGES, REPLIES, EDITS, DELETES, REACTIONS = 800, 200, 100, 50, 100
CUTS = 20
WRITERS = 4
SEED = 8


@pytest.fixture
async def servers(environment: Environment) -> AsyncIterator[OwnServers]:
    async with own_servers(environment) as started:
        yield started


class Writers:
    """People who say, edit, delete and react; each at a replica, the next one where it is gone."""

    def __init__(self, clients: list[ChatClient], channel: str) -> None:
        self._clients = clients
        self._channel = channel
        self._said: list[tuple[ChatClient, str]] = []
        self._random = random.Random(SEED)
        self.done = 0

    async def work(self) -> None:
        """All of it, in an order that the seed decides; messages come first now and then."""
        left: list[Callable[[], Awaitable[None]]] = [self._say] * MESSAGES
        left += [self._reply] * REPLIES + [self._edit] * EDITS + [self._react] * REACTIONS
        left += [self._delete] * DELETES
        self._random.shuffle(left)

        async def one() -> None:
            while left:
                await left.pop()()
                self.done += 1

        await self._say()
        await asyncio.gather(*(one() for _ in range(2 * WRITERS)))

    async def _say(self, root: str | None = None) -> None:
        client = self._random.choice(self._clients)
        message = await client.send(self._channel, f"message {len(self._said)}", thread_root_id=root)
        self._said.append((client, message["id"]))

    async def _reply(self) -> None:
        client, id_ = self._random.choice(self._said)
        message = await client.asking.ask("GET", f"/chat/messages/{id_}")
        await self._say(message["thread_root_id"] or id_)

    async def _edit(self) -> None:
        client, id_ = self._random.choice(self._said)
        text, path = f"edited {self._random.random()}", f"/chat/messages/{id_}"
        while True:
            message = await client.asking.ask("GET", path)
            if message["deleted_at"]:
                await self._edit()
                return
            if message["text"] == text:  # the answer to that got lost
                return
            try:
                await client.asking.ask("PATCH", path, {"text": text}, if_match=f'"{message["version"]}"')
            except Refused as refusal:
                if refusal.status not in {410, 412}:  # deleted just now, or edited by somebody else
                    raise

    async def _delete(self) -> None:
        client, id_ = self._said.pop(self._random.randrange(len(self._said)))
        await client.asking.ask("DELETE", f"/chat/messages/{id_}")

    async def _react(self) -> None:
        client, id_ = self._random.choice(self._said)
        try:
            await client.asking.ask("POST", f"/chat/messages/{id_}/reactions", {"emoji": "👍"})
        except Refused as refusal:
            if refusal.status != 410:  # it was deleted just now
                raise


async def cut(clients: list[ChatClient], number: int) -> None:
    """Kill a socket, with no word to either side."""
    client = clients[number % len(clients)]
    while client._socket is None:
        await asyncio.sleep(0.01)
    client._socket.transport.abort()


async def restart(replica: Replica) -> None:
    replica.kill()
    await replica.start()


async def test_clients_converge_while_sockets_a_replica_redis_and_postgresql_are_killed(
    servers: OwnServers, count: Callable[..., None]
) -> None:
    running = servers.running
    replicas = (servers.replica(), servers.replica())
    async with AsyncExitStack() as stack:
        for replica in replicas:
            stack.callback(replica.kill)
        await asyncio.gather(*(replica.start() for replica in replicas))
        chat = Chat(running, await running.new_tenant(), stack)
        people = [await chat.person(f"writer{n}") for n in range(WRITERS)]
        channel = await people[0].opens("team")
        for person in people[1:]:
            await person.asks("POST", f"/channels/{channel}/join")
        heard: list[list[int]] = [[] for _ in people]
        clients = []
        for n, person in enumerate(people):
            at = replicas if n % 2 else replicas[::-1]
            note: Callable[[dict[str, Any]], None] = partial(_note, heard[n])
            following_it = following(running, person, *at, heard=note, only={channel})
            clients.append(await stack.enter_async_context(following_it))
        await asyncio.gather(*(client.live(channel) for client in clients))
        begun = clients[0].state.channels[channel].last_seq

        writers = Writers(clients, channel)
        faults = {
            CUTS * 1 // 4: partial(restart, replicas[0]),
            CUTS * 2 // 4: partial(servers.crash, servers.redis),
            CUTS * 3 // 4: partial(servers.crash, servers.postgres),
        }
        total = MESSAGES + REPLIES + EDITS + DELETES + REACTIONS
        under_way = []
        working = asyncio.create_task(writers.work())
        for number in range(CUTS):
            while writers.done < total * number // CUTS and not working.done():
                await asyncio.sleep(0.005)
            if number in faults:
                under_way.append(asyncio.create_task(faults[number]()))
            await cut(clients, number)
        await asyncio.gather(working, *under_way)

        last = (await clients[0].asking.ask("GET", f"/chat/channels/{channel}"))["last_seq"]
        for client in clients:
            await client.until(lambda state: state.channels[channel].last_seq == last)
        server = await as_fetched(running, people[0], channel, replicas[0])
        log = [event["kind"] async for event in _log(clients[0], channel)]

    assert all(client.state.channels[channel] == server for client in clients)
    assert heard == [list(range(begun + 1, last + 1))] * WRITERS
    assert len(log) == last
    assert log.count("message_created") == MESSAGES + REPLIES + 1
    assert log.count("message_deleted") == DELETES
    assert log.count("message_edited") == EDITS
    connections = sum(client.connections for client in clients)
    assert connections >= CUTS
    duplicates, holes = (sum(getattr(one, name) for one in clients) for name in ("repeated", "gaps"))
    assert (duplicates, holes) == (0, 0)
    count(
        messages=log.count("message_created"),
        edits=log.count("message_edited"),
        deletes=log.count("message_deleted"),
        reactions=log.count("reaction_added"),
        clients=WRITERS,
        sockets_killed=CUTS,
        replicas_killed=1,
        redis_killed=1,
        postgresql_killed=1,
        connections=connections,
        duplicates=duplicates,
        holes=holes,
    )


def _note(heard: list[int], event: dict[str, Any]) -> None:
    heard.append(event["seq"])


async def _log(client: ChatClient, channel: str) -> AsyncIterator[dict[str, Any]]:
    after = 0
    while True:
        path = f"/chat/channels/{channel}/events?limit=500&after_seq={after}"
        items = (await client.asking.ask("GET", path))["items"]
        if not items:
            return
        for event in items:
            yield event
        after = items[-1]["seq"]
