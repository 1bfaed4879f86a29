"""The services as the gateway sees them: which path is whose, and how each is reached."""

import re
from collections.abc import Iterable

from contracts.ids import Application
from servicekit.fleet import Fleet, ServiceEntry

from gateway.upstream.pool import Pool


class Service:
    """One service: its entry in fleet.toml, its public routes, its connections."""

    def __init__(self, entry: ServiceEntry) -> None:
        self.entry = entry
        self.pool = Pool(entry.upstreams())
        self._public = _matcher(entry.public)
        self._tenantless = _matcher(entry.tenantless)

    def is_public(self, method: str, path: str) -> bool:
        return self._public.fullmatch(f"{method} {path}") is not None

    def is_tenantless(self, method: str, path: str) -> bool:
        return self._tenantless.fullmatch(f"{method} {path}") is not None


class Services:
    """All built services by prefix, then by application."""

    def __init__(self, fleet: Fleet) -> None:
        self.all = [Service(entry) for entry in fleet.built]
        self._named = {service.entry.name: service for service in self.all}
        self._by_prefix: dict[str, dict[Application, Service]] = {}
        for service in self.all:
            self._by_prefix.setdefault(service.entry.prefix, {})[service.entry.application] = service

    def named(self, name: str) -> Service:
        return self._named[name]

    def behind(self, path: str) -> dict[Application, Service] | None:
        """The services a path may be meant for; what lies below /internal/ is for nobody outside."""
        segments = path.split("/", 3)
        if len(segments) > 2 and segments[2] == "internal":  # noqa: PLR2004 - the second segment
            return None
        return self._by_prefix.get(segments[1])

    def close(self) -> None:
        for service in self.all:
            service.pool.close()


def _matcher(routes: Iterable[str]) -> re.Pattern[str]:
    """`POST /user/x/{id}` and the like as one pattern; a parameter is one segment."""
    patterns = (re.sub(r"\\{[^/]*?\\}", "[^/]+", re.escape(route)) for route in routes)
    return re.compile("|".join(patterns) or r"(?!)")
