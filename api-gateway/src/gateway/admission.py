"""Whether a request may pass, to which service, and with which context."""

import re
from typing import cast

from contracts.ids import Application
from starlette.types import Scope

from gateway.callers import Caller, Callers
from gateway.contexts import Contexts
from gateway.errors import (
    ApplicationRequired,
    LimitsUnavailable,
    NoSuchRoute,
    TenantMismatch,
    TenantRequired,
    TokenMissing,
)
from gateway.limits import Lease, Limits
from gateway.services import Service, Services, routes
from gateway.settings import STANDARD, Limit, Settings
from gateway.tenants import Tenants


class Admitted:
    """A request that may pass."""

    __slots__ = ("caller", "context", "lease", "service", "tenant")

    def __init__(
        self, service: Service, context: bytes, lease: Lease, tenant: str | None, caller: Caller | None
    ) -> None:
        self.service = service
        self.context = context
        self.lease = lease  # the client's own, of which it is told
        self.tenant = tenant
        self.caller = caller  # None on a public route

    @property
    def user(self) -> str | None:
        return str(self.caller.user) if self.caller else None


class Admission:
    def __init__(
        self,
        *,
        settings: Settings,
        services: Services,
        callers: Callers,
        contexts: Contexts,
        tenants: Tenants,
        limits: Limits,
    ) -> None:
        self._settings = settings
        self._services = services
        self._callers = callers
        self._contexts = contexts
        self._tenants = tenants
        self._limits = limits
        self._route_limits: list[tuple[str, re.Pattern[str], Limit]] = [
            (route, routes([route]), limit) for route, limit in settings.route_limits.items()
        ]

    async def admit(
        self, scope: Scope, read: dict[bytes, bytes], client: str, ticket: str | None = None
    ) -> Admitted:
        """Find the service and say who asks; `client` is the address, a `ticket` stands for a token.

        Raises:
            Problem: the refusal.
        """
        services = self._services.behind(scope["path"])
        if services is None:
            raise NoSuchRoute
        route = f"{scope['method']} {scope['path']}"
        public = {application: s for application, s in services.items() if s.is_public(route)}
        if public:
            return await self._admit_anonymous(route, read, public, client)
        return await self._admit_caller(route, read, services, await self._caller(read, client, ticket))

    async def _caller(self, read: dict[bytes, bytes], client: str, ticket: str | None) -> Caller:
        if ticket is not None:
            await self._spend_on_finding_out(client)
            return await self._callers.of_ticket(ticket)
        authorization = read.get(b"authorization")
        if authorization is None:
            raise TokenMissing
        caller = self._callers.known(authorization)
        if caller is None:
            await self._spend_on_finding_out(client)
            caller = await self._callers.find_out(authorization)
        return caller

    async def _spend_on_finding_out(self, client: str) -> None:
        """Verifying is what costs: nobody may make us do it without end."""
        await self._limits.of("address", client, self._settings.public_limit).spend(self._limits)

    async def _admit_caller(
        self, route: str, read: dict[bytes, bytes], services: dict[Application, Service], caller: Caller
    ) -> Admitted:
        self._agree(caller, read)
        service = services.get(caller.application)
        if service is None:
            raise NoSuchRoute
        for lease in caller.leases or self._leases(caller):
            await lease.spend(self._limits)
        if self._route_limits:
            await self._spend_on_route(route, str(caller.user))
        return Admitted(
            service, self._contexts.of_caller(caller, service.entry), caller.leases[0], caller.tenant, caller
        )

    async def _admit_anonymous(
        self, route: str, read: dict[bytes, bytes], services: dict[Application, Service], client: str
    ) -> Admitted:
        lease = self._limits.of("address", client, self._settings.public_limit)
        if not await lease.spend(self._limits) or not await self._spend_on_route(route, client):
            raise LimitsUnavailable
        application = _application(read.get(b"x-application"))
        if any(service.is_tenantless(route) for service in services.values()):
            if application is None:
                raise ApplicationRequired
            tenant = None
        else:
            given = read.get(b"x-tenant-id")
            tenant = given.decode("latin-1") if given else self._tenants.of_host(read.get(b"host"))
            if tenant is None:
                raise TenantRequired
            application = await self._tenants.application(tenant, application)
            whom = f"{application}:{tenant}"
            of_tenant = self._limits.of("public", whom, self._settings.public_tenant_limit)
            if not await of_tenant.spend(self._limits):
                raise LimitsUnavailable
        service = services.get(application)
        if service is None:
            raise NoSuchRoute
        return Admitted(service, self._contexts.anonymous(service.entry, tenant), lease, tenant, None)

    def _agree(self, caller: Caller, read: dict[bytes, bytes]) -> None:
        """Refuse headers that say something else than the token."""
        given = read.get(b"x-tenant-id")
        if given is not None and given.decode("latin-1") != caller.tenant:
            raise TenantMismatch("X-Tenant-ID")
        named = self._tenants.of_host(read.get(b"host"))
        if named is not None and named != caller.tenant:
            raise TenantMismatch("Host")
        application = read.get(b"x-application")
        if application is not None and application.decode("latin-1") != caller.application:
            raise TenantMismatch("X-Application")

    def _leases(self, caller: Caller) -> tuple[Lease, ...]:
        plan = self._settings.plans.get(caller.plan) or self._settings.plans[STANDARD]
        tenant = f"{caller.application}:{caller.tenant}"
        caller.leases = (
            self._limits.of("user", str(caller.user), plan.user),
            self._limits.of("tenant", tenant, plan.tenant),
        )
        return caller.leases

    async def _spend_on_route(self, route: str, whom: str) -> bool:
        for name, pattern, limit in self._route_limits:
            if pattern.fullmatch(route):
                return await self._limits.of(name, whom, limit).spend(self._limits)
        return True


def _application(given: bytes | None) -> Application | None:
    if given is None:
        return None
    if given not in (b"business", b"school"):
        raise ApplicationRequired
    return cast("Application", given.decode())
