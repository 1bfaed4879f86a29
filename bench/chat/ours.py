"""The chat-service as two replicas, on a PostgreSQL and a Redis of their own, and a gateway before them."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID, uuid4

import asyncpg
import httpx
from contracts.context import CONTEXT_HEADER, TenantContext
from contracts.permissions import permissions_of
from gateway.testing.fleetlet import ENTRIES, Fleetlet, Gateway
from servicekit.embedded import free_port
from servicekit.realtime_protocol import OPTIONS
from servicekit.tenant_schema import schema_of
from servicekit.testing.environment import Environment
from servicekit.testing.running import Running, start

from bench.chat.listeners import Way
from bench.peer import wait_for

_PLENTY = {"rate": 1e6, "burst": 1_000_000}
_DAY = 86_400  # seconds
_AS_IT_RUNS = {"FLEET_ENVIRONMENT": "development", "FLEET_METRICS_PORT": "0"}  # tests freeze no objects
_FLAGS = ("--no-access-log", "--log-level=warning", "--no-proxy-headers", *OPTIONS)


class Chat:
    """A tenant's channel, and who is in it."""

    def __init__(self, environment: Environment, running: Running, tenant: str, fleetlet: Fleetlet) -> None:
        self._running = running
        self._tenant = tenant
        self._fleetlet = fleetlet
        self._admin_url = environment.admin_url
        self.redis_url = environment.redis_url
        self.replicas: list[subprocess.Popen[bytes]] = []
        self.ports: list[int] = []
        self.gateway: Gateway

    async def channel(self, members: int) -> tuple[str, list[UUID]]:
        """A public channel with members, whom nobody but the database knows yet; the first one opened it."""
        people = [uuid4() for _ in range(members)]
        async with self._running.client(self._context(people[0])) as client:
            known = {"display_name": "Somebody", "version": 1}
            await self._copy("people", ({"user_id": one, "handle": one.hex, **known} for one in people))
            wish = {"kind": "public", "name": f"c{uuid4().hex[:8]}"}
            opened = (await client.post("/chat/channels", json=wish)).raise_for_status().json()
        seats = {"channel_id": UUID(opened["id"]), "role": "member", "last_read_seq": 0}
        await self._copy("channel_members", (seats | {"user_id": person} for person in people[1:]))
        return str(opened["id"]), people

    async def straight(self, people: Sequence[UUID], channel: str) -> list[Way]:
        """Sockets to the replicas in turn, as the gateway opens them, for what comes from now on."""
        says = await self._resume(people[0], channel)
        return [
            Way(self.ports[place % len(self.ports)], "/chat/ws", self._headers(user_id), says)
            for place, user_id in enumerate(people)
        ]

    async def through_gateway(self, people: Sequence[UUID], channel: str) -> list[Way]:
        says = await self._resume(people[0], channel)
        return [
            Way(self.gateway.port, "/chat/ws", list(self._bearer(user_id).items()), says)
            for user_id in people
        ]

    async def _resume(self, user_id: UUID, channel: str) -> list[str]:
        async with self.poster(user_id, gateway=False) as client:
            seen = (await client.get(f"/chat/channels/{channel}")).raise_for_status().json()["last_seq"]
        return [json.dumps({"type": "resume", "channels": {channel: seen}})]

    def poster(self, user_id: UUID, *, gateway: bool) -> httpx.AsyncClient:
        """A client that posts to the first replica, or through the gateway."""
        if gateway:
            return httpx.AsyncClient(base_url=self.gateway.url, headers=self._bearer(user_id))
        return self._running.client(self._context(user_id), at=f"http://127.0.0.1:{self.ports[0]}")

    async def _copy(self, table: str, rows: Iterable[dict[str, object]]) -> None:
        rows = list(rows)
        connection = await asyncpg.connect(self._admin_url, database=self._running.service.entry.database)
        try:
            await connection.copy_records_to_table(
                table,
                schema_name=schema_of(self._tenant),
                columns=list(rows[0]),
                records=[tuple(row.values()) for row in rows],
            )
        finally:
            await connection.close()

    def _context(self, user_id: UUID) -> TenantContext:
        return self._running.context(self._tenant, roles=("employee",), user_id=user_id)

    def _headers(self, user_id: UUID) -> list[tuple[str, str]]:
        token = self._running.minter.mint(self._context(user_id), audience=self._running.service.name)
        return [(CONTEXT_HEADER, token)]

    def _bearer(self, user_id: UUID) -> dict[str, str]:
        may = sorted(permissions_of("business", frozenset({"employee"})))
        return self._fleetlet.business.bearer(
            tid=self._tenant, sub=str(user_id), roles=["employee"], perms=may, lifetime=_DAY
        )


@asynccontextmanager
async def chat(replicas: int = 2) -> AsyncGenerator[Chat]:
    """Everything started; the servers' processes inherit where this one may run."""
    environment = Environment()
    environment.configure()
    await environment.start()
    from business_chat.main import app, service  # noqa: PLC0415 - it reads the environment

    with TemporaryDirectory(prefix="bench-chat-") as folder:
        fleetlet = Fleetlet(Path(folder))
        fleetlet.list_services(ENTRIES | {"app1-chat-service": ("business", "chat")})
        await fleetlet.start()
        async with start(environment, app, service) as running:
            made = Chat(environment, running, await running.new_tenant(), fleetlet)
            try:
                for _ in range(replicas):
                    made.ports.append(port := free_port())
                    command = [sys.executable, "-m", "uvicorn", "business_chat.main:app", f"--port={port}"]
                    made.replicas.append(subprocess.Popen([*command, *_FLAGS], env=os.environ | _AS_IT_RUNS))  # noqa: ASYNC220 - returns at once
                    await asyncio.to_thread(wait_for, port)
                upstream = ",".join(f"http://127.0.0.1:{port}" for port in made.ports)
                made.gateway = Gateway(
                    fleetlet.environment
                    | {
                        "GATEWAY_ENVIRONMENT": "production",
                        "GATEWAY_METRICS_PORT": "0",
                        "GATEWAY_REDIS_URL": environment.redis_url,
                        "GATEWAY_SIGNING_KEY_FILE": str(environment.folder / "api-gateway.pem"),
                        "GATEWAY_PUBLIC_LIMIT": json.dumps(_PLENTY),
                        "GATEWAY_PLANS": json.dumps({"standard": {"tenant": _PLENTY, "user": _PLENTY}}),
                        "APP1_CHAT_SERVICE_UPSTREAM": upstream,
                    }
                )
                made.gateway.log = (Path(folder) / "gateway.log").open("a")
                await made.gateway.start()
                yield made
                await made.gateway.stop()
            finally:
                for process in made.replicas:
                    process.kill()
                    process.wait()
        await fleetlet.stop()
    environment.stop()
