"""The environment that tests run in: real servers, and the settings of every built service."""

import asyncio
import json
import os
import secrets
import shutil
import tempfile
from pathlib import Path

from servicekit.auth import new_signing_key, public_jwks
from servicekit.embedded import Server, free_port, postgres_server, redis_server
from servicekit.fleet import fleet

PASSWORD = "test"  # noqa: S105 - of databases that live for a test run, on loopback


class Environment:
    """Servers of one test run. Ports and settings are fixed at once, the servers start when first needed."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="fleet-tests-"))
        self.keys: dict[str, str] = {}  # PEM by deployable
        self.redis_url = os.environ.get("REDIS_URL") or f"redis://127.0.0.1:{free_port()}/0"
        self.admin_url = os.environ.get("ADMIN_DATABASE_URL") or ""
        self._postgres_port = free_port()
        self._servers: list[Server] = []

    def configure(self) -> None:
        """Set what services read when they are imported."""
        for name in ("api-gateway", *(entry.name for entry in fleet().built)):
            self.keys[name] = new_signing_key()
            (self.folder / f"{name}.pem").write_text(self.keys[name])
        trusted = self.folder / "trusted.json"
        trusted.write_text(json.dumps({name: public_jwks(pem) for name, pem in self.keys.items()}))
        settings = {
            "FLEET_ENVIRONMENT": "test",
            "FLEET_LOG_LEVEL": "error",
            "FLEET_REDIS_URL": self.redis_url,
            "FLEET_TRUSTED_KEYS_FILE": str(trusted),
            "FLEET_WORKER": "none",
            "FLEET_FILES_URL": (self.folder / "files").as_uri(),
        }
        host = (
            self.admin_url.split("@")[-1].split("/")[0]
            if self.admin_url
            else f"127.0.0.1:{self._postgres_port}"
        )
        for entry in fleet().built:
            prefix, database = entry.env_prefix, entry.database
            settings[prefix + "DATABASE_URL"] = f"postgresql://{database}:{PASSWORD}@{host}/{database}"
            settings[prefix + "DATABASE_READ_URL"] = (
                f"postgresql://{database}_ro:{PASSWORD}@{host}/{database}"
            )
            settings[prefix + "SIGNING_KEY_FILE"] = str(self.folder / f"{entry.name}.pem")
            settings[prefix + "SECRET"] = secrets.token_hex(32)
            settings[prefix + "MAIL_FOLDER"] = str(self.folder / "mail")
        os.environ.update(settings)

    async def start(self) -> None:
        """Start the servers, unless they run or the environment names others."""
        if not self._servers and not self.admin_url:
            postgres = postgres_server(self.folder / "postgres", self._postgres_port, durable=False)
            self._servers.append(postgres)
            self.admin_url = postgres.url
        if "REDIS_URL" not in os.environ and len(self._servers) < 2:
            port = int(self.redis_url.rsplit(":", 1)[1].split("/")[0])
            self._servers.append(redis_server(self.folder / "redis", port, durable=False))
        for server in self._servers:
            server.start()
        await asyncio.gather(*(server.wait_ready() for server in self._servers))

    def stop(self) -> None:
        for server in self._servers:
            server.stop()
            shutil.rmtree(server.folder)  # where PostgreSQL's user cannot enter `folder`, it lies elsewhere
