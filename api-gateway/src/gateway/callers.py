"""Who a request comes from: access tokens, verified once and remembered."""

import asyncio
import time
from itertools import islice

import structlog
from contracts import tickets
from contracts.claims import Claims
from contracts.context import TenantContext
from pydantic import ValidationError
from redis.asyncio import Redis
from redis.exceptions import RedisError
from servicekit.auth import LEEWAY, TokenRefused, TrustedKey, key_id, trusted_keys, verify
from servicekit.fleet import ServiceEntry

from gateway.errors import (
    KeysUnknown,
    SessionRevoked,
    TenantShut,
    TicketInvalid,
    TicketsUnavailable,
    TokenExpired,
    TokenInvalid,
    TokenStale,
)
from gateway.limits import Lease
from gateway.lookups import Lookups
from gateway.revocations import Revocations
from gateway.services import Service, Services
from gateway.settings import STANDARD

AUDIENCE = "api-gateway"
REMEMBERED = 20_000  # verdicts
POLL_EVERY = 30.0  # seconds
POLL_AT_START = 0.5  # seconds, until every user-service has answered once
REFETCH_AFTER = 1.0  # seconds between fetches for a key id nobody knows

log = structlog.get_logger()


class _TokenClaims(Claims):
    iss: str
    exp: int
    plan: str = STANDARD


class Caller:
    """The verdict on one access token or ticket, with the context tokens made from it."""

    __slots__ = (
        "_claims",
        "application",
        "contexts",
        "expires",
        "kid",
        "leases",
        "plan",
        "session",
        "tenant",
        "user",
        "version",
    )

    def __init__(
        self, claims: Claims, *, kid: str = "", expires: float = float("inf"), plan: str = STANDARD
    ) -> None:
        self.kid = kid
        self.application = claims.application
        self.tenant = claims.tenant
        self.user = claims.user_id
        self.session = claims.session_id
        self.version = claims.version
        self.plan = plan
        self.expires = expires
        self.leases: tuple[Lease, ...] = ()
        self.contexts: dict[str, tuple[float, bytes]] = {}
        self._claims = claims

    def context(self, service: ServiceEntry) -> TenantContext:
        """What a service is told: of the permissions, those that are its own."""
        return TenantContext(
            kind="user",
            application=self.application,
            tenant=self.tenant,
            user_id=self.user,
            session_id=self.session,
            roles=self._claims.roles,
            permissions=frozenset(
                p for p in self._claims.permissions if p.split(".", 1)[0] == service.prefix
            ),
        )


class KeyRing:
    """The user-services' public keys: polled, each bound to its issuer."""

    def __init__(self, services: Services, lookups: Lookups) -> None:
        self._services = services
        self.keys: dict[str, TrustedKey] = {}
        self._of: dict[str, dict[str, TrustedKey]] = {}  # by issuer
        self._silent: set[str] = set()
        self._lookups = lookups
        self._fetched = float("-inf")  # when the last fetch began
        self._fetching = asyncio.Lock()

    @property
    def issuers(self) -> dict[str, Service]:
        """Who issues tokens, by name."""
        return {service.entry.name: service for service in self._services.users.values()}

    @property
    def ready(self) -> bool:
        """Whether every user-service's keys are known."""
        return self.issuers.keys() <= self._of.keys()

    @property
    def complete(self) -> bool:
        """Whether they are, and were confirmed by the last fetch."""
        return self.ready and not self._silent

    async def poll(self) -> None:
        """Fetch for ever."""
        while True:
            await self._fetch()
            await asyncio.sleep(POLL_EVERY if self.ready else POLL_AT_START)

    async def know(self, kid: str) -> None:
        """Fetch if a key id is unknown: a service may sign with a key younger than the last poll.

        At most once per `REFETCH_AFTER`; who comes in between waits for the next
        fetch, so that neither a rotation fails a request nor made-up key ids
        reach the user-services as fast as they come.
        """
        asked = time.monotonic()
        if kid in self.keys:
            return
        async with self._fetching:
            if self._fetched < asked and kid not in self.keys:
                await asyncio.sleep(self._fetched + REFETCH_AFTER - asked)
                await self._fetch()

    async def _fetch(self) -> None:
        """Ask every user-service. One that does not answer keeps the keys it had."""
        began = time.monotonic()
        issuers = self.issuers
        await asyncio.gather(*(self._fetch_from(service) for service in issuers.values()))
        self.keys = {kid: key for name in issuers for kid, key in self._of.get(name, {}).items()}
        self._fetched = began

    async def _fetch_from(self, service: Service) -> None:
        name = service.entry.name
        try:
            keys = await self._lookups.get(service, "/user/internal/jwks")
            self._of[name] = trusted_keys({name: keys})
        except Exception as error:  # noqa: BLE001 - whatever it answers, the others' keys are still good
            if name not in self._silent:
                log.warning("keys not fetched", service=name, reason=repr(error))
            self._silent.add(name)
        else:
            self._silent.discard(name)


class Callers:
    """Verdicts on access tokens, kept until the tokens expire; tickets taken, once each."""

    def __init__(self, ring: KeyRing, revocations: Revocations, redis: Redis) -> None:
        self._ring = ring
        self._revocations = revocations
        self._redis = redis
        self._known: dict[bytes, Caller] = {}

    def known(self, authorization: bytes) -> Caller | None:
        """Who sends this Authorization header, where that was found out before.

        Raises:
            TokenExpired, SessionRevoked, TokenStale, TenantShut: it counts no longer.
        """
        caller = self._known.get(authorization)
        if caller is None or caller.kid not in self._ring.keys:
            return None
        if caller.expires <= time.time():
            raise TokenExpired
        self.check(caller)
        return caller

    def check(self, caller: Caller) -> None:
        """Ask what has been revoked since.

        Raises:
            SessionRevoked, TokenStale, TenantShut: it counts no longer.
        """
        revoked = self._revocations
        if caller.session in revoked.sessions:
            raise SessionRevoked
        if revoked.versions.get(caller.user, 0) > caller.version:
            raise TokenStale
        if (caller.application, caller.tenant) in revoked.tenants:
            raise TenantShut

    async def find_out(self, authorization: bytes) -> Caller:
        """Verify a token.

        Raises:
            TokenInvalid: nobody we believe.
            TokenExpired, SessionRevoked, TokenStale, TenantShut: somebody we believed once.
            KeysUnknown: a user-service is silent, so we cannot tell.
        """
        caller = await self._verified(authorization)
        self._forget()
        self._known[authorization] = caller
        return self.known(authorization) or caller

    async def of_ticket(self, ticket: str) -> Caller:
        """Take a ticket: whoever comes second finds nothing.

        Raises:
            TicketInvalid: nobody's, too old, or taken before.
            SessionRevoked, TokenStale, TenantShut: it counts no longer.
            TicketsUnavailable: Redis is away.
        """
        try:
            claims = await self._redis.getdel(tickets.key(ticket))
        except (RedisError, OSError) as error:
            raise TicketsUnavailable from error
        if claims is None:
            raise TicketInvalid
        caller = Caller(Claims.model_validate_json(claims))
        self.check(caller)
        return caller

    def _forget(self) -> None:
        """Make room: the oldest go, two of them where they have expired, so that the expired run out."""
        for authorization in list(islice(self._known, 2)):
            if len(self._known) >= REMEMBERED or self._known[authorization].expires <= time.time():
                del self._known[authorization]

    async def _verified(self, authorization: bytes) -> Caller:
        scheme, _, token = authorization.decode("latin-1").partition(" ")
        if scheme.lower() != "bearer":
            raise TokenInvalid
        try:
            kid = key_id(token)
            await self._ring.know(kid)
            if kid not in self._ring.keys and not self._ring.complete:
                raise KeysUnknown
            claims = _TokenClaims.model_validate(verify(token, self._ring.keys, audience=AUDIENCE))
        except TokenRefused as refusal:
            raise (TokenExpired if refusal.expired else TokenInvalid) from refusal
        except ValidationError as error:
            raise TokenInvalid from error
        if self._ring.issuers[claims.iss].entry.application != claims.application:
            raise TokenInvalid
        return Caller(claims, kid=kid, expires=claims.exp + LEEWAY, plan=claims.plan)
