import sys
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from servicekit.app import create_app
from servicekit.testing.environment import Environment
from servicekit.testing.running import Running, start

sys.path.insert(0, str(Path(__file__).parent))  # the toy service is a module of these tests


@pytest.fixture(scope="session")
async def running(environment: Environment) -> AsyncIterator[Running]:
    from toy import toy  # noqa: PLC0415 - found through the path above

    service = toy(environment)
    async with start(environment, create_app(service), service) as started:
        yield started


@pytest.fixture
async def client(running: Running, tenant: str) -> AsyncIterator[httpx.AsyncClient]:
    """The tenant's owner, who holds the toy's permissions though the catalogue does not know them."""
    permissions = frozenset({"toy.audit.read", "toy.file.write"})
    owner = running.context(tenant).model_copy(update={"permissions": permissions})
    async with running.client(owner) as client:
        yield client
