"""The service on a PostgreSQL and a Redis that a test may kill."""

import asyncio
import copy
import shutil
import tempfile
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from replicas import Replica
from servicekit.app import create_app
from servicekit.embedded import Server, free_port, postgres_server, redis_server
from servicekit.testing.environment import PASSWORD, Environment
from servicekit.testing.running import Running, start


@dataclass
class OwnServers:
    running: Running
    postgres: Server
    redis: Server
    settings: dict[str, str]

    def replica(self, *options: str) -> Replica:
        environment = {f"APP1_CHAT_{name.upper()}": value for name, value in self.settings.items()}
        return Replica(*options, environment=environment)

    async def crash(self, server: Server) -> None:
        """Kill a server under those who use it, and start it again."""
        server.crash()
        server.start()
        await server.wait_ready()
        await self.running.database.dispose()  # the test's own connections


@asynccontextmanager
async def own_servers(environment: Environment) -> AsyncGenerator[OwnServers]:
    from business_chat.main import service  # noqa: PLC0415 - after the plugin has set the environment

    folder = Path(tempfile.mkdtemp(prefix="fleet-tests-"))
    postgres = postgres_server(folder / "postgres", free_port(), durable=False)
    postgres.argv += ["-c", "synchronous_commit=on"]  # outlives the server's crash, if not the machine's
    redis = redis_server(folder / "redis", free_port(), durable=True)
    own = copy.copy(environment)
    own.admin_url = postgres.url
    host, name = postgres.url.split("@")[-1].split("/")[0], service.entry.database
    settings = {
        "redis_url": redis.url,
        "database_url": f"postgresql://{name}:{PASSWORD}@{host}/{name}",
        "database_read_url": f"postgresql://{name}_ro:{PASSWORD}@{host}/{name}",
    }
    changed = replace(service, settings=type(service.settings).model_validate(settings))
    for server in (postgres, redis):
        server.start()
    try:
        await asyncio.gather(postgres.wait_ready(), redis.wait_ready())
        async with start(own, create_app(changed), changed) as running:
            yield OwnServers(running, postgres, redis, settings)
    finally:
        for server in (postgres, redis):
            server.stop()
            shutil.rmtree(server.folder, ignore_errors=True)
        shutil.rmtree(folder, ignore_errors=True)
