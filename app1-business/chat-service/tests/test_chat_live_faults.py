"""Sockets and servers that misbehave, and what the others notice of it: nothing."""

import asyncio
import json
import os
import signal
import socket as sockets
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Self
from uuid import uuid4

import psutil
import pytest
from chatting import Chat, Somebody
from contracts.context import CONTEXT_HEADER
from own_servers import OwnServers, own_servers
from replicas import PATIENCE, Replica, socket, two_in_a_channel
from servicekit.realtime_publisher import topic
from servicekit.testing.environment import Environment
from servicekit.testing.running import Running
from websockets.exceptions import ConnectionClosed

AT_ONCE = 10  # requests
LONG = "x" * 40_000  # as long as a message can be, in bytes


class Deaf:
    """A client that opens a socket, says something, and reads nothing ever."""

    def __init__(self) -> None:
        self._socket = sockets.socket()
        self._socket.setblocking(False)  # noqa: FBT003 - its only parameter
        self._socket.setsockopt(sockets.SOL_SOCKET, sockets.SO_RCVBUF, 4096)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    async def open(self, running: Running, somebody: Somebody, at: Replica, frame: object) -> None:
        loop = asyncio.get_running_loop()
        await loop.sock_connect(self._socket, ("127.0.0.1", at.port))
        token = running.minter.mint(somebody.context, audience=running.service.name)
        head = (
            f"GET /chat/ws HTTP/1.1\r\nhost: a\r\nupgrade: websocket\r\nconnection: Upgrade\r\n"
            f"sec-websocket-version: 13\r\nsec-websocket-key: {'A' * 22}==\r\n"
            f"{CONTEXT_HEADER}: {token}\r\n\r\n"
        )
        text = json.dumps(frame).encode()
        assert len(text) < 126
        masked = bytes([0x81, 0x80 | len(text)]) + bytes(4) + text  # masked with zeros
        await loop.sock_sendall(self._socket, head.encode() + masked)

    def held_by(self, replica: Replica) -> bool:
        """Whether the replica still has its end of the connection."""
        assert replica.process is not None
        port = self._socket.getsockname()[1]
        connections = psutil.Process(replica.process.pid).net_connections("tcp")
        return any(connection.raddr and connection.raddr.port == port for connection in connections)

    async def until_let_go_by(self, replica: Replica) -> None:
        async with asyncio.timeout(PATIENCE):
            while self.held_by(replica):
                await asyncio.sleep(0.05)


def memory(replica: Replica) -> int:
    """Bytes that a replica holds."""
    assert replica.process is not None
    resident: int = psutil.Process(replica.process.pid).memory_info().rss
    return resident


@pytest.fixture
async def servers(environment: Environment) -> AsyncIterator[OwnServers]:
    async with own_servers(environment) as started:
        yield started


@asynccontextmanager
async def started(*replicas: Replica) -> AsyncGenerator[None]:
    await asyncio.gather(*(replica.start() for replica in replicas))
    try:
        yield
    finally:
        for replica in replicas:
            replica.kill()


async def tell(chat: Chat, **message: object) -> None:
    """What replicas tell each other."""
    await chat.running.redis.publish(topic(chat.running.service.name), json.dumps(message))


async def test_a_reader_that_reads_nothing_is_cut_and_others_hear_everything(
    chat: Chat, replicas: tuple[Replica, Replica]
) -> None:
    ada, ben, channel = await two_in_a_channel(chat)
    one, last = replicas[0], 2
    async with socket(chat.running, ben, one) as there:
        await there.say(type="resume", channels={channel: 2})
        await there.hears("live")
        with Deaf() as deaf:
            await deaf.open(chat.running, ada, one, {"type": "ping"})
            before = memory(one)
            while deaf.held_by(one):
                for _ in range(20):
                    await tell(chat, user=ada.id, frame={"type": "pad", "pad": LONG})
                await ada.says(channel, "meanwhile")
                last += 1
                assert await there.events(last) == [last]
            assert memory(one) - before < 50_000_000


async def test_a_connection_whose_other_end_is_gone_without_a_word_is_let_go(chat: Chat) -> None:
    replica = Replica("--ws-ping-interval=0.5", "--ws-ping-timeout=0.5")
    ada, ben, _ = await two_in_a_channel(chat)
    async with started(replica), socket(chat.running, ben, replica) as there:
        with Deaf() as deaf:
            await deaf.open(chat.running, ada, replica, {"type": "ping"})
            await deaf.until_let_go_by(replica)
        await there.say(type="ping")  # who answers pings stays
        await there.hears("pong")


async def test_a_flood_of_frames_is_closed_and_others_go_on(
    chat: Chat, replicas: tuple[Replica, Replica]
) -> None:
    ada, ben, channel = await two_in_a_channel(chat)
    async with (
        socket(chat.running, ada, replicas[0]) as flood,
        socket(chat.running, ben, replicas[0]) as there,
    ):
        await there.say(type="resume", channels={channel: 2})
        await there.hears("live")

        async def pour() -> None:
            with suppress(ConnectionClosed):
                for _ in range(10_000):
                    await flood.connection.send('{"type":"active"}')

        pouring = asyncio.create_task(pour())
        await ada.says(channel, "in between")
        assert await there.events(3) == [3]
        assert await flood.closes() == 1008
        await pouring


async def test_hints_are_left_out_before_a_slow_reader_is_given_up(
    chat: Chat, replicas: tuple[Replica, Replica]
) -> None:
    ada, ben, channel = await two_in_a_channel(chat)
    one = replicas[0]
    hint = {"type": "typing", "channel_id": channel, "user_id": str(uuid4()), "pad": LONG}
    async with socket(chat.running, ada, one) as there:
        with Deaf() as slow:
            await slow.open(chat.running, ben, one, {"type": "resume", "channels": {channel: 2}})
            await there.say(type="resume", channels={channel: 2})
            await there.hears("live")
            for _ in range(600):
                await tell(chat, tenant=chat.tenant, typing=hint)
                await there.hears("typing")
            assert slow.held_by(one)


async def test_sockets_stay_open_while_redis_and_postgresql_are_killed(servers: OwnServers) -> None:
    replica = servers.replica()
    async with AsyncExitStack() as stack:
        chat = Chat(servers.running, await servers.running.new_tenant(), stack)
        ada, ben, channel = await two_in_a_channel(chat)
        async with started(replica), socket(servers.running, ben, replica) as there:
            await there.say(type="resume", channels={channel: 2})
            await there.hears("live")
            servers.redis.crash()
            await ada.says(channel, "without Redis")
            servers.redis.start()
            assert await there.events(3) == [3]
            await servers.crash(servers.postgres)
            await ada.says(channel, "after PostgreSQL came back")
            assert await there.events(4) == [4]


async def test_what_is_told_while_redis_is_slow_waits_in_one_place(servers: OwnServers) -> None:
    """Held still, Redis takes no wake and refuses none. Writers do not wait for it."""
    replica, said = servers.replica(), 10 * AT_ONCE
    async with AsyncExitStack() as stack:
        chat = Chat(servers.running, await servers.running.new_tenant(), stack)
        ada, ben, channel = await two_in_a_channel(chat)
        async with started(replica), socket(servers.running, ben, replica) as there:
            await there.say(type="resume", channels={channel: 2})
            await there.hears("live")
            assert servers.redis._process is not None
            os.kill(servers.redis._process.pid, signal.SIGSTOP)
            try:
                tasks = len(asyncio.all_tasks())
                for _ in range(said // AT_ONCE):
                    await asyncio.gather(*(ada.says(channel, f"{n}") for n in range(AT_ONCE)))
                assert len(asyncio.all_tasks()) <= tasks + 1
            finally:
                os.kill(servers.redis._process.pid, signal.SIGCONT)
            assert await there.events(2 + said) == list(range(3, 3 + said))
