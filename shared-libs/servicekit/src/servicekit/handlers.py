"""What a service does when a fact or job reaches it."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from contracts.facts import Envelope, Fact
from contracts.jobs import Job

from servicekit.db import ControlSession, TenantSession

F = TypeVar("F", bound=Fact)
J = TypeVar("J", bound=Job)

M = TypeVar("M", bound=Fact | Job)
TenantHandler = Callable[[TenantSession, M, Envelope], Awaitable[None]]
ControlHandler = Callable[[ControlSession, M, Envelope], Awaitable[None]]

LONGEST = 300  # seconds a handler may take where it does not say otherwise


class Handlers:
    """Handlers by the name of what they handle.

    A handler runs in a transaction together with the row that marks the message
    as handled, so its effects on the database happen once. What it does outside,
    a mail for example, may happen again after a crash.
    """

    def __init__(self, *parts: "Handlers") -> None:
        self.in_tenant: dict[str, tuple[type[Fact | Job], TenantHandler[Any]]] = {}
        self.in_control: dict[str, tuple[type[Fact | Job], ControlHandler[Any]]] = {}
        self.schedules: dict[type[Job], str] = {}
        self.timeouts: dict[str, float] = {}
        for part in parts:
            self.in_tenant |= part.in_tenant
            self.in_control |= part.in_control
            self.schedules |= part.schedules
            self.timeouts |= part.timeouts

    def hears(self, fact: type[F]) -> Callable[[TenantHandler[F]], TenantHandler[F]]:
        """Register a handler that works in the schema of the fact's tenant."""

        def register(handler: TenantHandler[F]) -> TenantHandler[F]:
            self.in_tenant[fact.name] = (fact, handler)
            return handler

        return register

    def hears_in_control(self, fact: type[F]) -> Callable[[ControlHandler[F]], ControlHandler[F]]:
        """Register a handler for a fact about tenants themselves."""

        def register(handler: ControlHandler[F]) -> ControlHandler[F]:
            self.in_control[fact.name] = (fact, handler)
            return handler

        return register

    def does(
        self, job: type[J], *, schedule: str | None = None, timeout: float = LONGEST
    ) -> Callable[[TenantHandler[J]], TenantHandler[J]]:
        """Register the handler of a job.

        Args:
            job: with a schedule, one that can be made without arguments.
            schedule: when every active tenant has it done, as a cron expression of five
                fields in the tenant's wall time. After a standstill the latest time
                that was missed is made up for, the earlier ones are not.
            timeout: seconds after which a try has failed.
        """

        def register(handler: TenantHandler[J]) -> TenantHandler[J]:
            self.in_tenant[job.name] = (job, handler)
            self.timeouts[job.name] = timeout
            if schedule is not None:
                self.schedules[job] = schedule
            return handler

        return register

    def timeout(self, name: str) -> float:
        """Seconds that the handler of a fact or job may take."""
        return self.timeouts.get(name, LONGEST)

    @property
    def facts(self) -> list[str]:
        """Names of the facts heard; fleet.toml must say the same."""
        heard = {name: kind for name, (kind, _) in (*self.in_tenant.items(), *self.in_control.items())}
        return sorted(name for name, kind in heard.items() if issubclass(kind, Fact))
