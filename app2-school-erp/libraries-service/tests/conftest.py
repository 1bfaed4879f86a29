import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import hypothesis
import pytest
from servicekit.testing.environment import Environment
from servicekit.testing.running import Running, start

sys.path.insert(0, str(Path(__file__).parent))  # what these tests share is a module beside them

from lending import Library

# How long an example takes says nothing on a machine that does other things, too.
hypothesis.settings.register_profile("unhurried", deadline=None)
hypothesis.settings.load_profile("unhurried")


@pytest.fixture(scope="session")
async def running(environment: Environment) -> AsyncIterator[Running]:
    from school_libraries.main import app, service  # noqa: PLC0415 - after the plugin has set the environment

    async with start(environment, app, service) as started:
        yield started


@pytest.fixture
async def library(running: Running, tenant: str) -> AsyncIterator[Library]:
    async with AsyncExitStack() as stack:
        yield Library(running, tenant, stack)
