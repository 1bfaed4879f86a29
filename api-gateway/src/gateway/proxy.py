"""The way of a request through the gateway, as a plain ASGI application."""

import asyncio
import time

import structlog
from servicekit.errors import PROBLEM_TYPE, Problem
from servicekit.observability import request_id
from starlette.types import Receive, Scope, Send

from gateway import headers
from gateway.admission import Admission, Admitted
from gateway.body import Body, ClientGone
from gateway.errors import MethodRefused, UpstreamInvalid, UpstreamTimeout, UpstreamUnavailable
from gateway.settings import Settings
from gateway.telemetry import Telemetry
from gateway.upstream.connection import (
    BadResponse,
    ConnectFailed,
    Connection,
    ConnectionLost,
    Headers,
    UpstreamFailed,
)
from gateway.vigil import Vigil

_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
_REPEATABLE = frozenset({"GET", "HEAD", "PUT", "DELETE", "OPTIONS"})
_CLIENT_CLOSED = 499  # in the log alone: nobody is there to read it

log = structlog.get_logger()


class Proxy:
    """What requests have in common."""

    def __init__(self, admission: Admission, settings: Settings, telemetry: Telemetry) -> None:
        self.admission = admission
        self.settings = settings
        self.telemetry = telemetry
        self.first_byte = settings.first_byte_timeout.total_seconds()
        self.idle = settings.idle_timeout.total_seconds()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await Passage(self, scope, receive, send).run()

    def body_limit(self, path: str) -> int:
        """Bytes a body may have at a path."""
        return next(
            (n for p, n in self.settings.body_limits.items() if path.startswith(p)), self.settings.body_limit
        )

    def total(self, path: str) -> float:
        """Seconds a request may take at a path."""
        own = (t for p, t in self.settings.total_timeouts.items() if path.startswith(p))
        return next(own, self.settings.total_timeout).total_seconds()


class Passage:
    """One request on its way."""

    def __init__(self, proxy: Proxy, scope: Scope, receive: Receive, send: Send) -> None:
        self._proxy = proxy
        self._scope = scope
        self._send = send
        self._began = time.perf_counter()
        self._path: str = scope["path"]
        self._method: str = scope["method"]
        self._client = scope["client"][0] if scope["client"] else ""
        self._request_id = ""
        self._admitted: Admitted | None = None
        self._status = 0  # of the answer, once it has begun
        self._code: str | None = None
        settings = proxy.settings
        self._body = Body(
            receive,
            limit=proxy.body_limit(self._path),
            grace=settings.body_grace,
            rate=settings.body_rate,
            idle=settings.idle_timeout,
        )

    async def run(self) -> None:
        """Pass the request on, or refuse it; say afterwards what became of it."""
        try:
            await self._pass()
        except ClientGone:
            self._status = _CLIENT_CLOSED
        except Exception as error:  # noqa: BLE001 - logged where nobody foresaw it
            await self._end(told(error, self._request_id))
        finally:
            admitted = self._admitted
            self._proxy.telemetry.record(
                service=admitted.service.entry.name if admitted else "gateway",
                method=self._method,
                path=self._path,
                status=self._status,
                seconds=time.perf_counter() - self._began,
                request_id=self._request_id,
                tenant=admitted.tenant if admitted else None,
                user=admitted.user if admitted else None,
                client=self._client,
                code=self._code,
            )

    async def _pass(self) -> None:
        read, kept = headers.split(self._scope["headers"])
        self._request_id = request_id(headers.text(read.get(b"x-request-id")))
        self._client, scheme = headers.origin(self._scope, read, self._proxy.settings.trusted_proxies)
        length, chunked = headers.framing(read)
        self._body.ended = not length and not chunked
        headers.check_target(self._scope)
        if self._method not in _METHODS:
            self._method = "OTHER"  # a label of the metrics is not for the client to choose
            raise MethodRefused(", ".join(_METHODS))
        if length is not None:
            self._body.announce(length)
        self._admitted = admitted = await self._proxy.admission.admit(self._scope, read, self._client)
        guard = admitted.service.guard
        guard.enter()
        try:
            await self._forward(admitted, read, kept, scheme=scheme, length=length, chunked=chunked)
        except UpstreamFailed:
            guard.failed()
            raise
        finally:
            guard.leave()

    async def _forward(
        self,
        admitted: Admitted,
        read: dict[bytes, bytes],
        kept: list[bytes],
        *,
        scheme: str,
        length: int | None,
        chunked: bool,
    ) -> None:
        """Send the request on with what is there of its body, often all, and watch over the rest."""
        first = b"" if self._body.ended else await self._body.piece()
        if self._body.ended:
            length = len(first) if chunked else length
            chunked = False
        head = headers.request_head(
            self._scope,
            read,
            kept,
            service=admitted.service.entry.name,
            context=admitted.context,
            request_id=self._request_id,
            client=self._client,
            scheme=scheme,
            length=length,
            chunked=chunked,
        )
        repeatable = self._body.ended and (self._method in _REPEATABLE or b"idempotency-key" in read)
        vigil = Vigil(
            self._body,
            first_byte=self._proxy.first_byte,
            idle=self._proxy.idle,
            total=self._proxy.total(self._path),
        )
        try:
            await self._exchange(
                admitted,
                head + _framed(first, chunked=chunked),
                vigil,
                chunked=chunked,
                repeatable=repeatable,
            )
        except asyncio.CancelledError:
            if vigil.reason is None:
                raise
            if (task := asyncio.current_task()) is not None:
                task.uncancel()
            if vigil.waiting and isinstance(vigil.reason, UpstreamTimeout):
                admitted.service.guard.failed()
            raise vigil.reason from None
        finally:
            vigil.over()

    async def _exchange(
        self, admitted: Admitted, message: bytes, vigil: Vigil, *, chunked: bool, repeatable: bool
    ) -> None:
        """Ask the service and pass its answer on. `message` is the head and what is there of the body."""
        guard = admitted.service.guard
        retrying = False
        try:
            while True:
                connection = await admitted.service.pool.acquire()
                upload: asyncio.Task[None] | None = None
                try:
                    connection.begin(message, is_head=self._method == "HEAD", whole=self._body.ended)
                    if not self._body.ended:
                        upload = asyncio.create_task(self._upload(connection, vigil, chunked=chunked))
                    vigil.waiting = upload is None
                    await connection.head()
                    vigil.waiting = False
                    if connection.answered_id not in (None, self._request_id.encode()):
                        raise BadResponse("The answer is to another request.")
                    guard.succeeded()
                    await self._relay(admitted, connection, vigil, upload)
                except ConnectionLost:
                    # A kept connection may be closed by the service just as we use it.
                    kept = connection.exchanges > 1
                    if self._status or not kept or not repeatable or retrying or not guard.may_retry():
                        raise
                    retrying = True
                else:
                    return
                finally:
                    if upload is not None:
                        upload.cancel()
                    connection.release()
        finally:
            if retrying:
                guard.retried()

    async def _upload(self, connection: Connection, vigil: Vigil, *, chunked: bool) -> None:
        """Send the rest of the body as it comes."""
        try:
            while not self._body.ended:
                vigil.receiving = True
                piece = await self._body.piece()
                vigil.receiving = False
                vigil.moved()
                if piece:
                    await connection.send(_framed(piece, chunked=chunked))
            if chunked:
                await connection.send(b"0\r\n\r\n")
            connection.sent = True
            vigil.moved()
            vigil.waiting = True
            vigil.listen()
        except ConnectionLost:
            pass  # whoever waits for the answer sees it too
        except (Problem, ClientGone) as reason:
            vigil.end(reason)

    async def _relay(
        self, admitted: Admitted, connection: Connection, vigil: Vigil, upload: asyncio.Task[None] | None
    ) -> None:
        """Pass an answer on as it comes."""
        answer = headers.answer_headers(connection.status, connection.headers, self._request_id.encode())
        piece = b""
        if connection.complete:
            piece = await connection.read()
            if not connection.sized and connection.may_have_body:
                answer.append((b"content-length", b"%d" % len(piece)))
        else:
            vigil.listen()
        answer += admitted.lease.headers()
        early = not self._body.ended
        if early:
            answer.append((b"connection", b"close"))
        self._status = connection.status
        await self._send({"type": "http.response.start", "status": connection.status, "headers": answer})
        while not connection.drained:
            await self._send({"type": "http.response.body", "body": piece, "more_body": True})
            piece = await connection.read()
            vigil.moved()
        if early:
            if upload is not None:
                upload.cancel()
                await asyncio.wait((upload,))
            vigil.over()
        await self._finish(piece, early=early)
        vigil.over()

    async def _finish(self, piece: bytes, *, early: bool) -> None:
        """Send the end of an answer; where it is `early`, stay until the client has read it."""
        if early:
            await self._send({"type": "http.response.body", "body": piece, "more_body": True})
            await self._body.linger()
            piece = b""
        await self._send({"type": "http.response.body", "body": piece, "more_body": False})

    async def _end(self, problem: Problem) -> None:
        """Tell the client, or, in the middle of an answer, break it off."""
        self._code = problem.code
        if self._status:
            await self._cut()
        else:
            await self._refuse(problem)

    async def _cut(self) -> None:
        """Half an answer must not look like a whole one.

        ASGI has no word for breaking off, so this reaches for uvicorn's transport.
        Elsewhere the server ends an unfinished answer in its own way.
        """
        transport = getattr(getattr(self._send, "__self__", None), "transport", None)
        if transport is not None:
            transport.abort()
            await asyncio.sleep(
                0
            )  # the server learns of it before we return, and has nothing to complain about

    async def _refuse(self, problem: Problem) -> None:
        self._request_id = self._request_id or request_id(None)
        self._status = problem.status
        answer, body = refusal(problem, self._path, self._request_id)
        early = not self._body.ended
        if early:
            answer.append((b"connection", b"close"))
        await self._send({"type": "http.response.start", "status": problem.status, "headers": answer})
        await self._finish(body, early=early)


def told(error: Exception, request: str) -> Problem:
    """What a client is told of a request's failure."""
    match error:
        case Problem():
            return error
        case ConnectFailed():
            return UpstreamUnavailable()
        case UpstreamFailed():
            return UpstreamInvalid()
    log.error("request_failed", request=request, exc_info=error)
    return Problem("Something went wrong on our side.")


def refusal(problem: Problem, path: str, request: str) -> tuple[Headers, bytes]:
    """The headers and the body of a refusal."""
    body = problem.body(path, request)
    own = {"content-type": PROBLEM_TYPE, "content-length": str(len(body)), "x-request-id": request}
    return [(name.encode(), value.encode()) for name, value in (problem.headers | own).items()], body


def _framed(piece: bytes, *, chunked: bool) -> bytes:
    return b"%x\r\n%b\r\n" % (len(piece), piece) if chunked and piece else piece
