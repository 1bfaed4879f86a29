from collections.abc import AsyncIterator

import pytest
from servicekit.testing.environment import Environment
from servicekit.testing.running import Running, start


@pytest.fixture(scope="session")
async def running(environment: Environment) -> AsyncIterator[Running]:
    from school_user.main import app, service  # noqa: PLC0415 - after the plugin has set the environment

    async with start(environment, app, service) as started:
        yield started
