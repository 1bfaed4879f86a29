import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # the services and their ground are modules of these tests

from ground import Ground, ground


@pytest.fixture(scope="session")
async def faults() -> AsyncIterator[Ground]:
    async with ground() as made:
        yield made


@pytest.fixture(autouse=True)
async def _nothing_is_left_over(faults: Ground) -> AsyncIterator[None]:
    yield
    await faults.clear()
