"""What the fleet runs: each process with its command and its whole configuration."""

import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from servicekit import realtime_protocol
from servicekit.embedded import Server, postgres_server, redis_server
from servicekit.fleet import Fleet, Frontend, Gateway, ServiceEntry

from fleet import frontends, node
from fleet.place import METRICS, POSTGRES_PORT, REDIS_PORT, Place

Reload = Literal["services", "frontends"]


@dataclass(frozen=True)
class Process:
    """Something to run under the supervisor."""

    name: str
    argv: list[str]
    ports: tuple[int, ...]  # the first is the one to talk to
    environment: dict[str, str] = field(default_factory=dict)
    user: str | None = None  # OS user; None: ours
    stop_signal: str = "TERM"
    stop_seconds: int = 30

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.ports[0]}"


@dataclass(frozen=True)
class Plan:
    """All that a fleet consists of, in the order in which it starts."""

    servers: dict[str, Server]  # the embedded ones, by process name
    admin_url: str  # a superuser's, of our PostgreSQL or of the one given
    services: list[Process]  # the gateway last
    frontends: list[Process]  # those that are built

    @property
    def processes(self) -> list[Process]:
        servers = (_server_process(name, server) for name, server in self.servers.items())
        return [*servers, *self.services, *self.frontends]


def plan(place: Place, fleet: Fleet, *, reload: Reload | None = None) -> Plan:
    """Plan a fleet; the embedded servers' data are made where they are missing.

    Args:
        place: names the servers that replace the embedded ones, if any.
        fleet: what is built.
        reload: what starts again on a change in its source.
    """
    servers: dict[str, Server] = {}
    if place.admin_url is None:
        postgres = postgres_server(place.dev / "postgres", place.port(POSTGRES_PORT), durable=True)
        servers["postgres"] = postgres
    if place.redis_url is None:
        servers["valkey"] = redis_server(place.dev / "valkey", place.port(REDIS_PORT), durable=True)
    admin_url = place.admin_url or servers["postgres"].url
    redis_url = place.redis_url or servers["valkey"].url
    services = _services(place, fleet, admin_url, redis_url, reload=reload == "services")
    built = [_frontend(place, fleet, entry, hot=reload == "frontends") for entry in fleet.frontend]
    return Plan(servers, admin_url, services, [process for process in built if process is not None])


def _server_process(name: str, server: Server) -> Process:
    port = urlsplit(server.url).port
    assert port is not None  # noqa: S101 - embedded servers are made with one
    signal = server.stop_signal.name.removeprefix("SIG")
    return Process(name, server.argv, (port,), user=server.user, stop_signal=signal, stop_seconds=60)


def _services(place: Place, fleet: Fleet, admin_url: str, redis_url: str, *, reload: bool) -> list[Process]:
    keys = place.dev / "keys"
    common = {
        "FLEET_ENVIRONMENT": "development",
        "FLEET_ROOT": str(place.root),
        "FLEET_REDIS_URL": redis_url,
        "FLEET_TRUSTED_KEYS_FILE": str(keys / "trusted.json"),
        "FLEET_WORKER": "embedded",
        "FLEET_FILES_URL": (place.dev / "files").as_uri(),
        "PYTHONUNBUFFERED": "1",
    } | {entry.upstream_variable: f"http://127.0.0.1:{place.port(entry.port)}" for entry in fleet.built}

    def process(
        deployable: ServiceEntry | Gateway, prefix: str, settings: dict[str, str], *options: str
    ) -> Process:
        port = place.port(deployable.port)
        own = settings | {
            "SIGNING_KEY_FILE": str(keys / f"{deployable.name}.pem"),
            "METRICS_PORT": str(port + METRICS),
        }
        argv = [*_uvicorn(deployable.package, port), *options]
        if reload:
            argv += [
                "--reload",
                *(f"--reload-dir={folder}" for folder in _sources(place.root, deployable.folder)),
            ]
        environment = common | {f"{prefix}{name}": value for name, value in own.items()}
        return Process(deployable.name, argv, (port, port + METRICS), environment)

    return [
        *(
            process(entry, entry.env_prefix, _settings(place, fleet, entry, admin_url))
            for entry in fleet.built
        ),
        process(
            fleet.gateway, "GATEWAY_", _gateway_settings(place, fleet), "--ws=gateway.sockets.upgrade:Upgrade"
        ),
    ]


def _gateway_settings(place: Place, fleet: Fleet) -> dict[str, str]:
    """The frontends stand before it on this machine, and their pages open WebSockets."""
    pages = (frontends.address(place, entry) for entry in fleet.frontend)
    return {"TRUSTED_PROXIES": "127.0.0.0/8,::1/128", "ORIGINS": ",".join(pages)}


def _frontend(place: Place, fleet: Fleet, entry: Frontend, *, hot: bool) -> Process | None:
    """A frontend as it was built, or from its source; None where there is neither."""
    server = frontends.built(place, entry) / entry.folder / "server.js"
    port = place.port(entry.port)
    if hot:
        folder = place.root / entry.folder
        argv = [
            str(node.program("node")),
            str(place.root / "node_modules/next/dist/bin/next"),
            "dev",
            str(folder),
        ]
        argv += ["--hostname=127.0.0.1", f"--port={port}"]
    elif server.exists():
        argv = [str(node.program("node")), str(server)]
    else:
        return None
    gateway = place.port(fleet.gateway.port)
    environment = {
        "HOSTNAME": "127.0.0.1",
        "PORT": str(port),
        "NEXT_TELEMETRY_DISABLED": "1",
        "FRONTEND_GATEWAY_URL": f"http://127.0.0.1:{gateway}",
        "FRONTEND_SOCKETS_URL": f"ws://127.0.0.1:{gateway}",
        "FRONTEND_RELEASE": frontends.release(place, entry),  # a newer one is a reason to start again
    }
    return Process(entry.name, argv, (port,), environment)


def _settings(place: Place, fleet: Fleet, entry: ServiceEntry, admin_url: str) -> dict[str, str]:
    settings = {
        "DATABASE_URL": _service_url(place, admin_url, entry.database, entry.database),
        "DATABASE_READ_URL": _service_url(place, admin_url, entry.database, f"{entry.database}_ro"),
    }
    if entry.prefix == "user":
        page = next(f for f in fleet.frontend if f.application == entry.application)
        settings |= {
            "SECRET": place.secret(entry.name),
            "MAIL_FOLDER": str(place.dev / "mail"),
            "PUBLIC_URL": frontends.address(place, page),
        }
    return settings


def _service_url(place: Place, admin_url: str, database: str, role: str) -> str:
    server = urlsplit(admin_url)
    host = server.netloc.rpartition("@")[2]
    return server._replace(netloc=f"{role}:{place.secret(role)}@{host}", path=f"/{database}").geturl()


def _uvicorn(package: str, port: int) -> list[str]:
    return [
        str(Path(sys.executable).with_name("uvicorn")),
        f"{package}.main:app",
        "--host=127.0.0.1",
        f"--port={port}",
        "--no-access-log",
        "--no-proxy-headers",  # uvicorn would believe what anybody on loopback says of its address
        *realtime_protocol.OPTIONS,
        "--timeout-keep-alive=75",  # longer than the gateway keeps a connection, else it meets a closed one
        "--timeout-graceful-shutdown=25",
    ]


def _sources(root: Path, folder: str) -> Iterator[Path]:
    """The source folders of a member and of every shared library that it depends on."""
    members = [folder]
    for member in members:
        yield root / member / "src"
        project = tomllib.loads((root / member / "pyproject.toml").read_text())["project"]
        for dependency in project.get("dependencies", []):
            library = f"shared-libs/{dependency}"
            if library not in members and (root / library).is_dir():
                members.append(library)
