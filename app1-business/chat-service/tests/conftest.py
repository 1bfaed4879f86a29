import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from servicekit.testing.environment import Environment
from servicekit.testing.running import Running, start

sys.path.insert(0, str(Path(__file__).parent))  # what these tests share is a module beside them

from chatting import Chat
from replicas import Replica


@pytest.fixture(scope="session")
async def running(environment: Environment) -> AsyncIterator[Running]:
    from business_chat.main import app, service  # noqa: PLC0415 - after the plugin has set the environment

    async with start(environment, app, service) as started:
        yield started


@pytest.fixture
async def chat(running: Running, tenant: str) -> AsyncIterator[Chat]:
    async with AsyncExitStack() as stack:
        yield Chat(running, tenant, stack)


@pytest.fixture(scope="session")
async def replicas(running: Running) -> AsyncIterator[tuple[Replica, Replica]]:  # noqa: ARG001 - it migrates
    started = (Replica(), Replica())
    await asyncio.gather(*(replica.start() for replica in started))
    yield started
    for replica in started:
        replica.kill()
