"""Which application a tenant belongs to, asked of both user-services."""

import asyncio
import re
import time

from contracts.ids import RESERVED_TENANTS, TENANT_PATTERN, Application

from gateway.errors import ApplicationRequired, LookupFailed, TenantUnknown
from gateway.lookups import Lookups
from gateway.services import Services

KEPT = 30.0  # seconds
MISS_KEPT = 5.0  # seconds
_REMEMBERED = 50_000  # answers

_TENANT = re.compile(TENANT_PATTERN)


class Tenants:
    def __init__(self, services: Services, lookups: Lookups, domain: str | None) -> None:
        self._services = services
        self._lookups = lookups
        self._suffix = f".{domain.lower()}" if domain else None
        self._known: dict[tuple[Application, str], tuple[float, bool]] = {}
        self._asking: dict[tuple[Application, str], asyncio.Task[bool]] = {}

    def of_host(self, host: bytes | None) -> str | None:
        """The tenant a host names: its one label below the tenants' domain."""
        if self._suffix is None or host is None:
            return None
        name = host.decode("latin-1").lower().partition(":")[0]
        label = name.removesuffix(self._suffix)
        if label == name or "." in label or label in RESERVED_TENANTS:
            return None
        return label.replace("-", "_")

    async def application(self, tenant: str, given: Application | None) -> Application:
        """The application of a tenant, checked where it was given.

        Raises:
            TenantUnknown: no application has it, or the given one has not.
            ApplicationRequired: both have one of this name, and none was given.
            LookupFailed: a user-service does not answer.
        """
        if not _TENANT.fullmatch(tenant) or tenant in RESERVED_TENANTS:
            raise TenantUnknown
        asked = [given] if given else list(self._services.users)
        answers = await asyncio.gather(*(self._has(application, tenant) for application in asked))
        having = [application for application, has in zip(asked, answers, strict=True) if has]
        if not having:
            raise TenantUnknown
        if len(having) > 1:
            raise ApplicationRequired
        return having[0]

    async def _has(self, application: Application, tenant: str) -> bool:
        key = (application, tenant)
        known = self._known.get(key)
        if known is not None and known[0] > time.monotonic():
            return known[1]
        task = self._asking.get(key)
        if task is None:
            task = self._asking[key] = asyncio.create_task(self._ask(application, tenant))
            task.add_done_callback(lambda _: self._asking.pop(key, None))
        return await asyncio.shield(task)  # one who leaves takes the answer from nobody else

    async def _ask(self, application: Application, tenant: str) -> bool:
        try:
            await self._lookups.get(self._services.users[application], f"/user/internal/tenants/{tenant}")
        except KeyError:
            has = False
        except LookupError as error:
            raise LookupFailed from error
        else:
            has = True
        if len(self._known) >= _REMEMBERED:
            del self._known[next(iter(self._known))]
        self._known[application, tenant] = (time.monotonic() + (KEPT if has else MISS_KEPT), has)
        return has
