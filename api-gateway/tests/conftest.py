"""A gateway on a real socket, before stand-ins for the services behind it."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from gateway.testing import Fleetlet, Served, Serving


@pytest.fixture(scope="session")
async def fleetlet(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Fleetlet]:
    made = Fleetlet(tmp_path_factory.mktemp("gateway"))
    servers = []
    with pytest.MonkeyPatch.context() as environ:
        for stand_in in made.stand_ins.values():
            servers.append(Served(stand_in))
            stand_in.url = await servers[-1].start()
            environ.setenv(made.fleet.named(stand_in.name).upstream_variable, stand_in.url)
        yield made
        for server in servers:
            await server.stop()


@pytest.fixture(scope="session")
async def gateway_url(fleetlet: Fleetlet) -> AsyncIterator[str]:
    server = Served(fleetlet.app())
    url = await server.start()
    await ready(url)
    yield url
    await server.stop()


async def ready(url: str) -> None:
    """Wait until a gateway knows the keys."""
    async with httpx.AsyncClient(base_url=url) as client:
        until = time.monotonic() + 10
        while (await client.get("/readyz")).status_code != 200:
            assert time.monotonic() < until, "the gateway does not become ready"
            await asyncio.sleep(0.05)


@pytest.fixture
def serving(fleetlet: Fleetlet) -> Serving:
    """Another gateway with settings of its own, as a client that leads to it."""

    @asynccontextmanager
    async def serve_another(*, wait: bool = True, **settings: Any) -> AsyncIterator[httpx.AsyncClient]:
        fleetlet.forget()
        server = Served(fleetlet.app(**settings))
        url = await server.start()
        if wait:
            await ready(url)
        async with httpx.AsyncClient(base_url=url) as client:
            yield client
        await server.stop()

    return serve_another


@pytest.fixture
async def client(gateway_url: str, fleetlet: Fleetlet) -> AsyncIterator[httpx.AsyncClient]:
    fleetlet.forget()
    async with httpx.AsyncClient(base_url=gateway_url) as made:
        yield made
