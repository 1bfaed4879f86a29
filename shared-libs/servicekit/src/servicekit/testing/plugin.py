"""The fleet's pytest plugin.

A service's conftest.py says which service is tested:

@pytest.fixture(scope="session")
async def running(environment: Environment) -> AsyncIterator[Running]:
from business_hrms.main import app, service
async with start(environment, app, service) as started:
yield started
"""

import shutil
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest

from servicekit.testing.environment import Environment
from servicekit.testing.running import Running

pytest.register_assert_rewrite("servicekit.testing.suite")

_environment = Environment()


def pytest_configure() -> None:
    """Before any service is imported, because importing one reads its settings."""
    _environment.configure()


@pytest.fixture(scope="session")
async def environment() -> AsyncIterator[Environment]:
    """Real servers, started when the first test wants them."""
    await _environment.start()
    yield _environment
    _environment.stop()


@pytest.fixture(scope="session", autouse=True)
def _clean_up() -> Iterator[None]:
    yield
    shutil.rmtree(_environment.folder, ignore_errors=True)


@pytest.fixture
async def tenant(running: Running) -> str:
    """A tenant that only this test knows."""
    return await running.new_tenant()


@pytest.fixture
async def client(running: Running, tenant: str) -> AsyncIterator[httpx.AsyncClient]:
    """The tenant's owner."""
    async with running.client(running.context(tenant)) as client:
        yield client


@pytest.fixture
async def outsider(running: Running) -> AsyncIterator[httpx.AsyncClient]:
    """The owner of another tenant."""
    async with running.client(running.context(await running.new_tenant())) as client:
        yield client
