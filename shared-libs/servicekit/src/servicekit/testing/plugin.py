"""The fleet's pytest plugin.

A service's conftest.py says which service is tested:

@pytest.fixture(scope="session")
async def running(environment: Environment) -> AsyncIterator[Running]:
from business_hrms.main import app, service
async with start(environment, app, service) as started:
yield started
"""

import shutil
from collections.abc import AsyncIterator, Callable

import httpx
import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

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


def pytest_unconfigure() -> None:
    shutil.rmtree(_environment.folder, ignore_errors=True)


class _ByFolder(LoadScopeScheduling):  # type: ignore[misc] # it has no types
    """Gives a folder's tests to one process, which starts what they share: a service, a whole fleet."""

    def _split_scope(self, nodeid: str) -> str:
        return nodeid.split("::", 1)[0].rpartition("/")[0]


@pytest.hookimpl(optionalhook=True)  # one file is run without
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling:
    return _ByFolder(config, log)


@pytest.fixture
def count(request: pytest.FixtureRequest) -> Callable[..., None]:
    """Note what was counted, for the table at the end of the run."""
    return lambda **counts: request.node.user_properties.append(("counts", counts))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What tests counted while they killed and raced, and what they measured of pages."""
    counted = [
        (report.nodeid.partition("::test_")[2], counts)
        for report in terminalreporter.getreports("passed")
        if report.when == "call"
        for what, counts in report.user_properties
        if what == "counts"
    ]
    if counted:
        terminalreporter.section("counts")
    for name, counts in counted:
        said = "  ".join(f"{what} {number}" for what, number in counts.items())
        terminalreporter.write_line(f"{name:<75} {said}")


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
