"""The way of a WebSocket through the gateway: refused, or joined with its service."""

import asyncio
import time
from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager

from servicekit.errors import Problem
from servicekit.observability import request_id
from starlette.types import Scope

from gateway import headers
from gateway.admission import Admission, Admitted
from gateway.callers import Caller, Callers
from gateway.errors import (
    BadFraming,
    MethodRefused,
    OriginRefused,
    TicketInvalid,
    TokenMissing,
    TooManySockets,
    UpstreamTimeout,
)
from gateway.proxy import refusal, told
from gateway.revocations import Revocations
from gateway.settings import Settings
from gateway.sockets.relay import BAD_GATEWAY, POLICY_VIOLATION, Relay
from gateway.sockets.upgrade import Upgrade
from gateway.telemetry import REFUSALS, SOCKETS, Telemetry
from gateway.upstream.connection import Connection, Headers, UpstreamFailed

LOOK_EVERY = 0.5  # seconds, whether somebody's socket is to be closed
_SWITCHED = 101
_LONGEST = 65_536  # bytes of a refusal's body
_TICKET = b"ticket="


class Sockets:
    """The open sockets, and what new ones have in common."""

    def __init__(
        self,
        *,
        admission: Admission,
        callers: Callers,
        revocations: Revocations,
        settings: Settings,
        telemetry: Telemetry,
    ) -> None:
        self.admission = admission
        self.settings = settings
        self.telemetry = telemetry
        self._callers = callers
        self._revocations = revocations
        self._open: dict[Relay, Caller] = {}
        self._of: Counter[object] = Counter()  # open or about to be, by user and by tenant

    async def watch(self) -> None:
        """Close what may no longer be open, for ever."""
        seen = self._revocations.changes
        silence = self.settings.socket_silence.total_seconds()
        while True:
            await asyncio.sleep(LOOK_EVERY)
            changed, seen = self._revocations.changes != seen, self._revocations.changes
            silent = asyncio.get_running_loop().time() - silence
            for relay, caller in self._open.items():
                if changed and not relay.leaving:
                    self._refuse_revoked(relay, caller)
                if relay.heard < silent:
                    relay.close(BAD_GATEWAY, "The service is silent.")

    @contextmanager
    def counted(self, caller: Caller) -> Generator[None]:
        """Hold a place for a socket.

        Raises:
            TooManySockets: there is none.
        """
        holders = {
            "user": (caller.user, self.settings.sockets_per_user),
            "tenant": ((caller.application, caller.tenant), self.settings.sockets_per_tenant),
        }
        for name, (whose, most) in holders.items():
            if self._of[whose] >= most:
                raise TooManySockets(name)
        for whose, _ in holders.values():
            self._of[whose] += 1
        try:
            yield
        finally:
            for whose, _ in holders.values():
                self._of[whose] -= 1
                if not self._of[whose]:
                    del self._of[whose]

    async def watched(self, relay: Relay, caller: Caller) -> None:
        """Until the end of a socket."""
        self._open[relay] = caller
        try:
            self._refuse_revoked(relay, caller)  # during the handshake
            await relay.ended
        finally:
            del self._open[relay]
            relay.cut()

    def _refuse_revoked(self, relay: Relay, caller: Caller) -> None:
        try:
            self._callers.check(caller)
        except Problem as problem:
            REFUSALS.labels(problem.code).inc()
            relay.close(POLICY_VIOLATION, problem.code)


class Handshake:
    """One WebSocket, from its handshake to its end."""

    def __init__(self, sockets: Sockets, scope: Scope, upgrade: Upgrade) -> None:
        self._sockets = sockets
        self._scope = scope
        self._upgrade = upgrade
        self._began = time.perf_counter()
        self._request_id = ""
        self._client = ""
        self._admitted: Admitted | None = None
        self._answered = False

    async def run(self) -> None:
        """Stay until the socket's end, or refuse it."""
        try:
            await self._pass()
        except Exception as error:
            if self._answered:
                raise
            problem = told(error, self._request_id)
            self._request_id = self._request_id or request_id(None)
            self._answer(
                problem.status, *refusal(problem, self._scope["path"], self._request_id), problem.code
            )

    async def _pass(self) -> None:
        read, kept, scheme = self._read()
        ticket, self._scope["query_string"] = _without_ticket(self._scope["query_string"])
        admitted = await self._sockets.admission.admit(self._scope, read, self._client, ticket)
        if admitted.caller is None:  # a public route: nothing of ours has a socket there
            raise TokenMissing
        self._admitted = admitted
        head = headers.request_head(
            self._scope,
            read,
            [*kept, b"connection: Upgrade\r\nupgrade: websocket\r\n"],
            service=admitted.service.entry.name,
            context=admitted.context,
            request_id=self._request_id,
            client=self._client,
            scheme=scheme,
            length=None,
            chunked=False,
        )
        with self._sockets.counted(admitted.caller):
            await self._ask(admitted, admitted.caller, head)

    def _read(self) -> tuple[dict[bytes, bytes], list[bytes], str]:
        """What the gateway reads of the headers, what goes on, and the scheme."""
        settings = self._sockets.settings
        read, kept = headers.split(self._scope["headers"])
        self._request_id = request_id(headers.text(read.get(b"x-request-id")))
        self._client, scheme = headers.origin(self._scope, read, settings.trusted_proxies)
        if headers.framing(read) != (None, False):
            raise BadFraming("A handshake has no body.")
        headers.check_target(self._scope)
        if self._scope["method"] != "GET":
            raise MethodRefused("GET")
        for name, value in self._scope["headers"]:
            if name == b"origin" and value.decode("latin-1") not in settings.origins:
                raise OriginRefused
        return read, kept, scheme

    async def _ask(self, admitted: Admitted, caller: Caller, head: bytes) -> None:
        """Pass the handshake on, and the service's answer back."""
        guard = admitted.service.guard
        guard.enter()
        connection: Connection | None = None
        try:
            try:
                async with asyncio.timeout(self._sockets.settings.first_byte_timeout.total_seconds()):
                    connection = await admitted.service.pool.acquire(fresh=True)
                    connection.begin(head, is_head=False, whole=True, upgrade=True)
                    await connection.head()
                    refused = None if connection.status == _SWITCHED else await _whole(connection)
                guard.succeeded()
            except UpstreamFailed:
                guard.failed()
                raise
            except TimeoutError as error:
                guard.failed()
                raise UpstreamTimeout from error
            finally:
                guard.leave()
            if refused is None:
                await self._join(admitted, caller, connection)
            else:
                own = (b"content-length", b"%d" % len(refused))
                answer = [h for h in self._headers(connection) if h[0] != own[0]]
                self._answer(connection.status, [*answer, own], refused)
        finally:
            if connection is not None:
                connection.release()

    async def _join(self, admitted: Admitted, caller: Caller, connection: Connection) -> None:
        service, first = connection.switched()
        relay = self._upgrade.switch(self._headers(connection), service)
        self._note(_SWITCHED, None)
        relay.begin(first)
        with SOCKETS.labels(admitted.service.entry.name).track_inprogress():
            await self._sockets.watched(relay, caller)

    def _headers(self, connection: Connection) -> Headers:
        return headers.answer_headers(connection.status, connection.headers, self._request_id.encode())

    def _answer(self, status: int, answer: Headers, body: bytes, code: str | None = None) -> None:
        self._upgrade.answer(status, answer, body)
        self._note(status, code)

    def _note(self, status: int, code: str | None) -> None:
        self._answered = True
        admitted = self._admitted
        self._sockets.telemetry.record(
            service=admitted.service.entry.name if admitted else "gateway",
            method="GET",
            path=self._scope["path"],
            status=status,
            seconds=time.perf_counter() - self._began,
            request_id=self._request_id,
            tenant=admitted.tenant if admitted else None,
            user=admitted.user if admitted else None,
            client=self._client,
            code=code,
        )


async def _whole(connection: Connection) -> bytes:
    """The body of a refusal, which is no long text."""
    body = b""
    while len(body) <= _LONGEST and (piece := await connection.read()):
        body += piece
    return body


def _without_ticket(query: bytes) -> tuple[str | None, bytes]:
    """The ticket, and the query without it: the service has no use for it, nor has its log."""
    parts = query.split(b"&")
    tickets = [part.removeprefix(_TICKET) for part in parts if part.startswith(_TICKET)]
    if len(tickets) > 1:
        raise TicketInvalid
    rest = b"&".join(part for part in parts if not part.startswith(_TICKET))
    return tickets[0].decode("latin-1") if tickets else None, rest
