"""Whether a request may pass, to which service, and with which context."""

from typing import cast

from contracts.ids import Application
from starlette.types import Scope

from gateway.callers import Callers
from gateway.contexts import Contexts
from gateway.errors import (
    ApplicationRequired,
    NoSuchRoute,
    TenantMismatch,
    TenantRequired,
    TokenMissing,
)
from gateway.services import Service, Services
from gateway.tenants import Tenants


class Admitted:
    """A request that may pass."""

    __slots__ = ("context", "service", "tenant", "user")

    def __init__(self, service: Service, context: bytes, tenant: str | None, user: str | None) -> None:
        self.service = service
        self.context = context
        self.tenant = tenant
        self.user = user


class Admission:
    def __init__(self, services: Services, callers: Callers, contexts: Contexts, tenants: Tenants) -> None:
        self._services = services
        self._callers = callers
        self._contexts = contexts
        self._tenants = tenants

    async def admit(self, scope: Scope, read: dict[bytes, bytes]) -> Admitted:
        """Find the service and say who asks.

        Raises:
            Problem: the refusal.
        """
        services = self._services.behind(scope["path"])
        if services is None:
            raise NoSuchRoute
        public = [s for s in services.values() if s.is_public(scope["method"], scope["path"])]
        if public:
            return await self._admit_anonymous(scope, read, {s.entry.application: s for s in public})
        return await self._admit_caller(read, services)

    async def _admit_caller(self, read: dict[bytes, bytes], services: dict[Application, Service]) -> Admitted:
        authorization = read.get(b"authorization")
        if authorization is None:
            raise TokenMissing
        caller = await self._callers.caller(authorization)
        given = read.get(b"x-tenant-id")
        if given is not None and given.decode("latin-1") != caller.tenant:
            raise TenantMismatch("X-Tenant-ID")
        named = self._tenants.of_host(read.get(b"host"))
        if named is not None and named != caller.tenant:
            raise TenantMismatch("Host")
        application = read.get(b"x-application")
        if application is not None and application.decode("latin-1") != caller.application:
            raise TenantMismatch("X-Application")
        service = services.get(caller.application)
        if service is None:
            raise NoSuchRoute
        return Admitted(
            service, self._contexts.of_caller(caller, service.entry), caller.tenant, str(caller.user)
        )

    async def _admit_anonymous(
        self, scope: Scope, read: dict[bytes, bytes], services: dict[Application, Service]
    ) -> Admitted:
        application = _application(read.get(b"x-application"))
        if any(s.is_tenantless(scope["method"], scope["path"]) for s in services.values()):
            if application is None:
                raise ApplicationRequired
            tenant = None
        else:
            given = read.get(b"x-tenant-id")
            tenant = given.decode("latin-1") if given else self._tenants.of_host(read.get(b"host"))
            if tenant is None:
                raise TenantRequired
            application = await self._tenants.application(tenant, application)
        service = services.get(application)
        if service is None:
            raise NoSuchRoute
        return Admitted(service, self._contexts.anonymous(service.entry, tenant), tenant, None)


def _application(given: bytes | None) -> Application | None:
    if given is None:
        return None
    if given not in (b"business", b"school"):
        raise ApplicationRequired
    return cast("Application", given.decode())
