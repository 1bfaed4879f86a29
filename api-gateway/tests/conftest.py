"""A gateway on a real socket, before stand-ins for the services behind it, with a real Redis."""

from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
from gateway.testing.fleetlet import Fleetlet, Gateway
from gateway.testing.scripted import ScriptedService, answer_all
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


@pytest.fixture(scope="session")
async def _scripted() -> AsyncIterator[ScriptedService]:
    service = ScriptedService()
    await service.start()
    yield service
    await service.stop()


@pytest.fixture(scope="session")
async def impatient(started: Fleetlet, _scripted: ScriptedService) -> AsyncIterator[Gateway]:
    """A gateway with short time-outs before a scripted hrms-service."""
    async with started.gateway(
        app1_hrms_service_upstream=_scripted.url,
        gateway_first_byte_timeout="PT1S",
        gateway_idle_timeout="PT1S",
        gateway_body_grace="PT1S",
        gateway_body_limit="1000000",
        gateway_body_limits='{"/hrms/uploads": 100000000}',
    ) as made:
        yield made


@pytest.fixture
def scripted(_scripted: ScriptedService) -> Iterator[ScriptedService]:
    """The service behind `impatient`, with no connection kept from another test."""
    yield _scripted
    _scripted.script = answer_all
    _scripted.hang_up()
    _scripted.connections = 0
