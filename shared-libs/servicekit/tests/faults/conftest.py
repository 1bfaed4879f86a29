import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # the services and their ground are modules of these tests

from ground import Ground, ground

_COUNTS: list[tuple[str, dict[str, object]]] = []


@pytest.fixture(scope="session")
async def faults() -> AsyncIterator[Ground]:
    async with ground() as made:
        yield made


@pytest.fixture(autouse=True)
async def _nothing_is_left_over(faults: Ground) -> AsyncIterator[None]:
    yield
    await faults.clear()


@pytest.fixture
def count(request: pytest.FixtureRequest) -> Callable[..., None]:
    """Note what was counted, for the table at the end of the run."""
    return lambda **counts: _COUNTS.append((request.node.name, counts))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if _COUNTS:
        terminalreporter.section("faults")
        for name, counts in _COUNTS:
            said = "  ".join(f"{what} {number}" for what, number in counts.items())
            terminalreporter.write_line(f"{name.removeprefix('test_'):<75} {said}")
