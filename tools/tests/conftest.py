import shutil
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from servicekit.embedded import free_port, postgres_server


@pytest.fixture(scope="session")
async def admin_url() -> AsyncIterator[str]:
    """A PostgreSQL of this session's own: these tests make roles, which belong to the whole server."""
    server = postgres_server(Path(tempfile.mkdtemp(prefix="fleet-tests-")), free_port(), durable=False)
    server.start()
    try:
        await server.wait_ready()
        yield server.url
    finally:
        server.stop()
        shutil.rmtree(server.folder)
