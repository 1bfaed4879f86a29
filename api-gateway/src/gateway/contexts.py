"""Context tokens for services, made once and used for most of their minute."""

import time

from contracts.context import TenantContext
from servicekit.context import LIFETIME, ContextMinter
from servicekit.fleet import ServiceEntry

from gateway.callers import Caller

_FRESH = LIFETIME - 15  # seconds a token is handed out; the rest is for the way and for clocks
_REMEMBERED = 10_000  # anonymous contexts


class Contexts:
    def __init__(self, minter: ContextMinter) -> None:
        self._minter = minter
        self._anonymous: dict[tuple[str, str | None], tuple[float, bytes]] = {}

    def of_caller(self, caller: Caller, service: ServiceEntry) -> bytes:
        """For a signed-in user's request."""
        now = time.monotonic()
        made = caller.contexts.get(service.name)
        if made is None or made[0] < now:
            made = caller.contexts[service.name] = (
                now + _FRESH,
                self._mint(caller.context(service), service),
            )
        return made[1]

    def anonymous(self, service: ServiceEntry, tenant: str | None) -> bytes:
        """For a public route, with the tenant it concerns, if any."""
        now = time.monotonic()
        key = (service.name, tenant)
        made = self._anonymous.pop(key, None)
        if made is None or made[0] < now:
            context = TenantContext(kind="anonymous", application=service.application, tenant=tenant)
            made = (now + _FRESH, self._mint(context, service))
        if len(self._anonymous) >= _REMEMBERED:
            del self._anonymous[next(iter(self._anonymous))]
        self._anonymous[key] = made
        return made[1]

    def _mint(self, context: TenantContext, service: ServiceEntry) -> bytes:
        return self._minter.mint(context, audience=service.name).encode()
