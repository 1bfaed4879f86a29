"""A gateway on a real socket, before stand-ins for the services behind it, with a real Redis."""

from collections.abc import AsyncIterator

import httpx
import pytest
from gateway.testing import Fleetlet, Gateway
from servicekit.embedded import free_port, redis_server


@pytest.fixture(scope="session")
async def redis_url(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    server = redis_server(tmp_path_factory.mktemp("redis"), free_port(), durable=False)
    server.start()
    await server.wait_ready()
    yield server.url
    server.stop()


@pytest.fixture(scope="session")
async def started(tmp_path_factory: pytest.TempPathFactory, redis_url: str) -> AsyncIterator[Fleetlet]:
    made = Fleetlet(tmp_path_factory.mktemp("gateway"))
    made.environment["GATEWAY_REDIS_URL"] = redis_url
    await made.start()
    yield made
    await made.stop()


@pytest.fixture
def fleetlet(started: Fleetlet) -> Fleetlet:
    """The stand-ins, having seen nothing yet."""
    started.forget()
    return started


@pytest.fixture(scope="session")
async def gateway(started: Fleetlet) -> AsyncIterator[Gateway]:
    async with started.gateway() as made:
        yield made


@pytest.fixture
async def client(gateway: Gateway, fleetlet: Fleetlet) -> AsyncIterator[httpx.AsyncClient]:  # noqa: ARG001 - forgets
    async with httpx.AsyncClient(base_url=gateway.url) as made:
        yield made
