"""What every HTTP answer of the fleet has in common: request id, problems, health, metrics."""

import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic_core import to_json
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import bind_contextvars, clear_contextvars

from servicekit.errors import PROBLEM_TYPE, BadRequest, FieldError, Problem, Unprocessable
from servicekit.observability import REQUESTS, SECONDS, request_id, traceparent

log = structlog.get_logger()

_BY_STATUS = {400: "bad_request", 404: "not_found", 405: "method_not_allowed", 413: "content_too_large"}
_QUIET = {"/healthz", "/readyz"}


def problem_response(problem: Problem, path: str, id_: str) -> Response:
    body = problem.body(path, id_)
    return Response(body, problem.status, headers=problem.headers, media_type=PROBLEM_TYPE)


def install_problems(app: FastAPI) -> None:
    """Answer every refusal and failure as problem+json."""

    async def on_problem(request: Request, error: Exception) -> Response:
        if not isinstance(error, Problem):
            raise error
        return problem_response(error, request.url.path, request.scope["request_id"])

    async def on_invalid(request: Request, error: Exception) -> Response:
        if not isinstance(error, RequestValidationError):
            raise error
        return await on_problem(request, invalid(error))

    async def on_http(request: Request, error: Exception) -> Response:
        if not isinstance(error, HTTPException):
            raise error
        return await on_problem(request, _of_status(error))

    async def on_failure(request: Request, error: Exception) -> Response:
        log.error("request_failed", exc_info=error)
        return await on_problem(request, Problem("Something went wrong on our side."))

    app.add_exception_handler(Problem, on_problem)
    app.add_exception_handler(RequestValidationError, on_invalid)
    app.add_exception_handler(HTTPException, on_http)
    app.add_exception_handler(Exception, on_failure)


def _of_status(error: HTTPException) -> Problem:
    problem = Problem(str(error.detail), headers=dict(error.headers or {}))
    problem.status = error.status_code
    problem.code = _BY_STATUS.get(error.status_code, "refused")
    return problem


def invalid(error: RequestValidationError) -> Problem:
    """What is wrong with each field, without repeating what was sent."""
    details = error.errors()
    if any(detail["type"] == "json_invalid" for detail in details):
        return BadRequest("The body is not valid JSON.")
    fields = [
        FieldError(pointer=pointer(detail["loc"]), code=detail["type"], detail=detail["msg"])
        for detail in details[:50]
    ]
    return Unprocessable("The request has fields that are not acceptable.", errors=fields)


def pointer(location: tuple[str | int, ...]) -> str:
    """`("body", "lines", 0)` → `/lines/0`; `("query", "limit")` → `?limit`."""
    place, *rest = location
    if place == "body":
        return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in rest)
    return ("?" if place == "query" else f"{place}:") + ".".join(map(str, rest))


class RequestMiddleware:
    """Gives each request its id, trace and log context; counts, times and logs it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        headers = Headers(scope=scope)
        scope["request_id"] = id_ = request_id(headers.get("x-request-id"))
        clear_contextvars()
        bind_contextvars(
            request=id_,
            trace=traceparent(headers.get("traceparent")),
            address=headers.get("x-forwarded-for"),  # of the client: the gateway wrote it
        )
        status = 500

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["x-request-id"] = id_
            await send(message)

        try:
            await self._app(scope, receive, answer)
        finally:
            seconds = time.perf_counter() - started
            route = getattr(scope.get("route"), "path", "unmatched")
            REQUESTS.labels(route, scope["method"], status).inc()
            SECONDS.labels(route, scope["method"]).observe(seconds)
            if scope["path"] not in _QUIET:
                log.info(
                    "request",
                    method=scope["method"],
                    path=scope["path"],
                    status=status,
                    ms=round(seconds * 1000, 1),
                )


class BodyLimitMiddleware:
    """Stops reading a body over the limit, the route's own where its `Access` names one.

    Starlette's middleware would answer in plain text.
    """

    def __init__(self, app: ASGIApp, limit: int) -> None:
        self._app = app
        self._limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        size = 0

        async def counted() -> Message:
            nonlocal size
            message = await receive()
            size += len(message.get("body", b""))
            limit = scope.get("body_limit") or self._limit
            if size > limit:
                raise HTTPException(413, f"A body has at most {limit} bytes here.")
            return message

        await self._app(scope, counted if scope["type"] == "http" else receive, send)


Check = Callable[[], Awaitable[Any]]


def health_routes(release: str, checks: Mapping[str, Check]) -> list[Route]:
    """`/healthz`: the process lives. `/readyz`: it can work, as each check said within the last second."""
    seen: tuple[float, dict[str, str]] = (0.0, {})

    async def live(_: Request) -> Response:
        return Response(b'{"status":"alive"}', media_type="application/json")

    async def ready(_: Request) -> Response:
        nonlocal seen
        if time.monotonic() - seen[0] > 1:
            failing: dict[str, str] = {}
            for name, check in checks.items():
                try:
                    await check()
                except Exception as error:  # noqa: BLE001 - whatever is wrong, the answer is "not ready"
                    failing[name] = type(error).__name__
            seen = (time.monotonic(), failing)
        failing = seen[1]
        body = {"status": "failing" if failing else "ready", "release": release, "failing": failing}
        return Response(to_json(body), 503 if failing else 200, media_type="application/json")

    return [Route("/healthz", live), Route("/readyz", ready)]
