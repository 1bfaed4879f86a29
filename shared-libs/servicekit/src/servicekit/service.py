"""What a service is, said in one place: its `main.py` fills this in."""

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from functools import cached_property

from fastapi import APIRouter, FastAPI

from servicekit.audit_routes import audit_router
from servicekit.fleet import ServiceEntry
from servicekit.handlers import Handlers
from servicekit.migrations import Stream, head_of, split
from servicekit.queue_desk import queue_router
from servicekit.settings import ServiceSettings
from servicekit.tenancy import provisioning

Plug = Callable[[FastAPI], AbstractAsyncContextManager[None]]
"""Opened when the application starts, closed when it stops."""


@dataclass(frozen=True)
class Service:
    """A service's parts. `entry` is its place in fleet.toml."""

    entry: ServiceEntry
    settings: ServiceSettings
    routers: Sequence[APIRouter]
    streams: Sequence[Stream]
    handlers: Handlers = field(default_factory=Handlers)
    plugs: Sequence[Plug] = ()

    @property
    def name(self) -> str:
        return self.entry.name

    @cached_property
    def all_routers(self) -> list[APIRouter]:
        """The service's own routes, and the kit's that every service has."""
        return [*self.routers, audit_router(self.entry.prefix), queue_router(self.entry)]

    @cached_property
    def control_streams(self) -> list[Stream]:
        return split(self.streams)[0]

    @cached_property
    def tenant_streams(self) -> list[Stream]:
        return split(self.streams)[1]

    @cached_property
    def revision(self) -> str:
        """What a tenant's schema is at when it has every migration of this release."""
        return head_of(self.tenant_streams)

    @cached_property
    def all_handlers(self) -> Handlers:
        """The service's own handlers, and the kit's where tenants come by a fact."""
        if "tenant.registered.v1" not in self.entry.hears:
            return self.handlers
        return Handlers(provisioning(self.name, self.tenant_streams), self.handlers)
