"""The reference client, speaking straight to replicas."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from chat_client.asking import Asking
from chat_client.client import ChatClient
from chat_client.state import Channel
from chatting import Somebody
from contracts.context import CONTEXT_HEADER
from replicas import Replica
from servicekit.testing.running import Minting, Running


class Contexts:
    """Credentials as the gateway makes them of a token."""

    def __init__(self, running: Running, somebody: Somebody) -> None:
        self._running = running
        self._context = somebody.context
        self.auth = Minting(running.minter, somebody.context, running.service.name)

    async def handshake(self, _: Asking) -> tuple[str, Mapping[str, str]]:
        token = self._running.minter.mint(self._context, audience=self._running.service.name)
        return "", {CONTEXT_HEADER: token}


@asynccontextmanager
async def following(
    running: Running, somebody: Somebody, *at: Replica, **options: Any
) -> AsyncGenerator[ChatClient]:
    """Somebody's client, at work."""
    addresses = [replica.address for replica in at]
    client = ChatClient(addresses, Contexts(running, somebody), **{"pause": lambda _: 0.05, **options})
    task = asyncio.create_task(client.run())
    try:
        yield client
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await client.asking.close()


async def as_fetched(running: Running, somebody: Somebody, channel: str, at: Replica) -> Channel:
    """What somebody who begins now gets to know of a channel."""
    async with following(running, somebody, at, only={channel}) as client:
        await client.live(channel)
        return client.state.channels[channel]
