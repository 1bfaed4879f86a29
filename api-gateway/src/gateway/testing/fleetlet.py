"""Stand-ins for the services behind a gateway, for tests and benchmarks: real sockets, real keys."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import IO, Any
from uuid import UUID, uuid4

import httpx
import uvicorn
from contracts.context import CONTEXT_HEADER, TenantContext
from servicekit.auth import Signer, new_signing_key, public_jwks
from servicekit.context import ContextVerifier
from servicekit.embedded import free_port
from starlette.types import Receive, Scope, Send

ENTRIES = {
    "app1-user-service": ("business", "user"),
    "app1-hrms-service": ("business", "hrms"),
    "app2-user-service": ("school", "user"),
    "app2-libraries-service": ("school", "libraries"),
}
PUBLIC = ["POST /user/register", "POST /user/login", "POST /user/links/{id}/open"]


class Issuer:
    """A user-service's keys, and the tokens it would give out."""

    def __init__(self, name: str, application: str) -> None:
        self.name = name
        self.application = application
        self.pems = [new_signing_key()]

    def token(self, *, lifetime: int = 600, audience: str = "api-gateway", **claims: Any) -> str:
        given = {
            "tid": "acme",
            "app": self.application,
            "sid": str(uuid4()),
            "ver": 1,
            "roles": ["hr"],
            "perms": ["hrms.employee.read", "libraries.loan.read", "user.account.read"],
            **claims,
        }
        subject = str(given.pop("sub", UUID(int=7)))
        return Signer(self.name, self.pems[-1]).sign(
            audience=audience, subject=subject, lifetime=lifetime, claims=given
        )

    def bearer(self, **claims: Any) -> dict[str, str]:
        return {"authorization": f"Bearer {self.token(**claims)}"}


class StandIn:
    """A service that answers what it was asked, and keeps what it saw."""

    def __init__(self, name: str, issuer: Issuer | None) -> None:
        self.name = name
        self.issuer = issuer
        self.tenants = {"acme": 200}
        self.seen: list[Scope] = []
        self.answer: Callable[[Scope, Receive, Send], Awaitable[None]] | None = None
        self.url = ""

    @property
    def asked(self) -> list[Scope]:
        """The clients' requests, without the gateway's own look-ups."""
        return [scope for scope in self.seen if "/internal/" not in scope["path"]]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        self.seen.append(scope)
        path = scope["path"]
        if path == "/user/internal/jwks" and self.issuer:
            await reply(send, 200, public_jwks(*self.issuer.pems))
        elif path.startswith("/user/internal/tenants/"):
            await reply(send, self.tenants.get(path.rsplit("/", 1)[1], 404), {"id": path.rsplit("/", 1)[1]})
        elif path.endswith("/internal/openapi.json"):
            await reply(send, 200, described(path.split("/")[1]))
        elif self.answer:
            await self.answer(scope, receive, send)
        else:
            body = b""
            while (message := await receive())["type"] == "http.request":
                body += message.get("body", b"")
                if not message.get("more_body"):
                    break
            headers = [(name.decode(), value.decode("latin-1")) for name, value in scope["headers"]]
            await reply(
                send,
                200,
                {
                    "service": self.name,
                    "method": scope["method"],
                    "path": scope["raw_path"].decode(),
                    "query": scope["query_string"].decode(),
                    "headers": headers,
                    "body": body.decode("latin-1"),
                },
            )


async def reply(send: Send, status: int, body: Any, headers: list[tuple[bytes, bytes]] | None = None) -> None:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    own = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(content))]
    await send({"type": "http.response.start", "status": status, "headers": own + (headers or [])})
    await send({"type": "http.response.body", "body": content})


def described(prefix: str) -> dict[str, Any]:
    """A small OpenAPI document as the kit makes them."""
    thing = {"$ref": "#/components/schemas/Thing"}
    return {
        "openapi": "3.1.0",
        "info": {"title": prefix, "version": "1"},
        "paths": {
            f"/{prefix}/things": {
                "get": {
                    "operationId": f"{prefix}_list_things",
                    "responses": {"200": {"content": {"application/json": {"schema": thing}}}},
                }
            },
            f"/{prefix}/login": {"post": {"operationId": f"{prefix}_login", "responses": {}}},
            f"/{prefix}/internal/things": {"get": {"operationId": f"{prefix}_secret", "responses": {}}},
        },
        "components": {
            "schemas": {
                "Thing": {"type": "object", "title": f"{prefix}'s"},
                "ProblemDocument": {"type": "object"},
            }
        },
    }


class Served:
    """An application on a free port of loopback, in this process."""

    def __init__(self, app: Any) -> None:
        config = uvicorn.Config(
            app,
            host="127.0.0.1",
            port=0,
            log_level="critical",
            access_log=False,
            proxy_headers=False,
            timeout_keep_alive=75,
            timeout_graceful_shutdown=2,
        )
        config.load()
        self._server = uvicorn.Server(config)
        self._server.lifespan = config.lifespan_class(config)

    async def start(self) -> str:
        """Serve, and say at which address."""
        await self._server.startup()
        self._running = asyncio.create_task(self._server.main_loop())
        port = self._server.servers[0].sockets[0].getsockname()[1]
        return f"http://127.0.0.1:{port}"

    async def stop(self) -> None:
        self._server.should_exit = True
        await self._running
        await self._server.shutdown()


class Gateway:
    """A gateway in a process of its own, as it runs in production."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._environment = environment
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log: IO[str] | None = None  # what it prints goes here, else to where ours goes

    async def start(self, *, ready: bool = True) -> None:
        """Start, and wait until it answers; if `ready`, until it knows the keys."""
        flags = (
            "--ws gateway.sockets.upgrade:Upgrade --no-access-log --no-proxy-headers"
            " --timeout-keep-alive 75 --timeout-graceful-shutdown 25"
        )
        self.process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "uvicorn", "gateway.main:app", "--port", str(self.port), *flags.split()),
            env=os.environ | self._environment,
            stdout=self.log,
        )
        async with httpx.AsyncClient(base_url=self.url) as client, asyncio.timeout(60):
            while not await self._answers(client, ready=ready):  # noqa: ASYNC110 - another process tells no event
                await asyncio.sleep(0.05)

    async def _answers(self, client: httpx.AsyncClient, *, ready: bool) -> bool:
        if self.process.returncode is not None:
            raise RuntimeError(f"The gateway ended with {self.process.returncode}")
        try:
            return (await client.get("/readyz" if ready else "/healthz")).is_success
        except httpx.TransportError:
            return False

    async def stop(self) -> int:
        """Ask it to stop; its exit code."""
        if self.process.returncode is None:
            self.process.terminate()
        return await self.process.wait()

    @property
    def memory(self) -> int:
        """Bytes resident."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1]) * 1024

    @property
    def descriptors(self) -> int:
        """Files and sockets open."""
        return len(list(Path(f"/proc/{self.process.pid}/fd").iterdir()))


class Fleetlet:
    """What a gateway needs around it: services that stand in, keys, and the settings that name them."""

    def __init__(self, folder: Path) -> None:
        self.issuers = {
            "business": Issuer("app1-user-service", "business"),
            "school": Issuer("app2-user-service", "school"),
        }
        self.stand_ins = {
            name: StandIn(name, self.issuers[application] if prefix == "user" else None)
            for name, (application, prefix) in ENTRIES.items()
        }
        key = new_signing_key()
        (folder / "gateway.pem").write_text(key)
        self.trusted = folder / "trusted.json"
        self.trusted.write_text(json.dumps({"api-gateway": public_jwks(key)}))
        self.fleet_file = folder / "infrastructure" / "fleet.toml"
        self.fleet_file.parent.mkdir()
        self.list_services(ENTRIES)
        self.environment = {
            "FLEET_ROOT": str(folder),
            "GATEWAY_ENVIRONMENT": "test",
            "GATEWAY_SIGNING_KEY_FILE": str(folder / "gateway.pem"),
        }
        self._servers: list[Served] = []

    def list_services(self, entries: dict[str, tuple[str, str]]) -> None:
        """Write fleet.toml: application and prefix by name."""
        parts = ['[gateway]\nname = "api-gateway"\nfolder = ""\npackage = "gateway"\nport = 8080\n']
        for name, (application, prefix) in entries.items():
            public = json.dumps(PUBLIC) if prefix == "user" else "[]"
            tenantless = json.dumps(PUBLIC[:1]) if prefix == "user" else "[]"
            parts.append(
                f'[[service]]\nname = "{name}"\napplication = "{application}"\nprefix = "{prefix}"\n'
                f'folder = ""\npackage = ""\nport = 1\ndatabase = ""\nbuilt = true\n'
                f"public = {public}\ntenantless = {tenantless}\n"
            )
        self.fleet_file.write_text("\n".join(parts))

    async def start(self) -> None:
        """Start the stand-ins."""
        for stand_in in self.stand_ins.values():
            self._servers.append(Served(stand_in))
            stand_in.url = await self._servers[-1].start()
            variable = stand_in.name.replace("-", "_").upper() + "_UPSTREAM"
            self.environment[variable] = stand_in.url

    async def stop(self) -> None:
        for server in self._servers:
            await server.stop()

    @property
    def business(self) -> Issuer:
        return self.issuers["business"]

    @property
    def school(self) -> Issuer:
        return self.issuers["school"]

    @property
    def hrms(self) -> StandIn:
        return self.stand_ins["app1-hrms-service"]

    def forget(self) -> None:
        """Let a test begin anew."""
        for stand_in in self.stand_ins.values():
            stand_in.seen.clear()
            stand_in.answer = None

    @asynccontextmanager
    async def gateway(self, *, ready: bool = True, **settings: str) -> AsyncGenerator[Gateway]:
        """Run another gateway, with environment variables of its own."""
        made = Gateway(self.environment | {name.upper(): value for name, value in settings.items()})
        await made.start(ready=ready)
        try:
            yield made
        finally:
            await made.stop()

    def context_of(self, scope: Scope, service: str) -> TenantContext:
        """What a service would believe about a request."""
        token = dict(scope["headers"])[CONTEXT_HEADER.encode()].decode()
        return ContextVerifier(service, self.trusted).context(token)
