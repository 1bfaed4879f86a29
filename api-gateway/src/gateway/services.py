"""The services as the gateway sees them: which path is whose, and how each is reached."""

import asyncio
import re
from collections.abc import Iterable
from pathlib import Path

import structlog
from contracts.ids import Application
from servicekit.fleet import ServiceEntry, load

from gateway.telemetry import CIRCUIT_OPEN, IN_FLIGHT
from gateway.upstream.guard import Guard
from gateway.upstream.pool import Pool

LOOK_EVERY = 1.0  # seconds, whether fleet.toml has changed

log = structlog.get_logger()


class Service:
    """One service: its entry in fleet.toml, its public routes, the way to it."""

    def __init__(self, entry: ServiceEntry, *, concurrency: int) -> None:
        self.entry = entry
        self.pool = Pool(entry.upstreams())
        self.guard = Guard(concurrency)
        IN_FLIGHT.labels(entry.name).set_function(lambda: self.guard.in_flight)
        CIRCUIT_OPEN.labels(entry.name).set_function(lambda: self.guard.open)
        self._public = routes(entry.public)
        self._tenantless = routes(entry.tenantless)

    def is_public(self, route: str) -> bool:
        return self._public.fullmatch(route) is not None

    def is_tenantless(self, route: str) -> bool:
        return self._tenantless.fullmatch(route) is not None


class Services:
    """All built services, as fleet.toml has them at the moment."""

    def __init__(self, file: Path, *, concurrency: int) -> None:
        self.all: list[Service] = []
        self._by_prefix: dict[str, dict[Application, Service]] = {}
        self._file = file
        self._read_at = 0
        self._concurrency = concurrency
        self._read()

    def behind(self, path: str) -> dict[Application, Service] | None:
        """The services a path may be meant for; what lies below /internal/ is for nobody outside."""
        segments = path.split("/", 3)
        if len(segments) > 2 and segments[2] == "internal":  # noqa: PLR2004 - the second segment
            return None
        return self._by_prefix.get(segments[1])

    def of(self, application: Application) -> list[Service]:
        """An application's services by prefix."""
        return sorted(
            (s for s in self.all if s.entry.application == application), key=lambda s: s.entry.prefix
        )

    @property
    def users(self) -> dict[Application, Service]:
        """The user-services: they know tenants and issue tokens."""
        return self._by_prefix.get("user", {})

    async def watch(self) -> None:
        """Take up changes of fleet.toml, for ever. One that cannot be read changes nothing."""
        while True:
            await asyncio.sleep(LOOK_EVERY)
            try:
                if self._file.stat().st_mtime_ns != self._read_at:
                    self._read()
                    log.info("fleet.toml read anew", services=len(self.all))
            except (OSError, ValueError) as error:
                log.warning("fleet.toml not read", reason=str(error))

    def _read(self) -> None:
        self._read_at = self._file.stat().st_mtime_ns
        gone = {service.entry: service for service in self.all}
        self.all = []
        for entry in load(self._file).built:
            kept = gone.pop(entry, None)
            self.all.append(kept or Service(entry, concurrency=self._concurrency))
        self._by_prefix = {}
        for service in self.all:
            self._by_prefix.setdefault(service.entry.prefix, {})[service.entry.application] = service
        for service in gone.values():
            service.pool.close()

    async def tend(self) -> None:
        """Keep the connections of every service in order, for ever."""
        while True:
            await asyncio.gather(*(service.pool.tend() for service in self.all))
            await asyncio.sleep(5.0)

    def close(self) -> None:
        for service in self.all:
            service.pool.close()


def routes(given: Iterable[str]) -> re.Pattern[str]:
    """`POST /user/x/{id}` and the like as one pattern; a parameter is one segment."""
    patterns = (re.sub(r"\\{[^/]*?\\}", "[^/]+", re.escape(route)) for route in given)
    return re.compile("|".join(patterns) or r"(?!)")
