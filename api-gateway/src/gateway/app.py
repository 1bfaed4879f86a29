"""The gateway, assembled."""

import asyncio
import gc
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import structlog
from fastapi import FastAPI
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from servicekit import output
from servicekit.context import ContextMinter
from servicekit.fleet import fleet, root
from servicekit.observability import configure_logging, serve_metrics
from servicekit.web import RequestMiddleware, health_routes, install_problems
from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.admission import Admission
from gateway.callers import AUDIENCE, Callers, KeyRing
from gateway.contexts import Contexts
from gateway.limits import Limits
from gateway.lookups import Lookups
from gateway.openapi import Documents
from gateway.pages import OWN_PATHS, OWN_PREFIXES, router
from gateway.proxy import Proxy
from gateway.revocations import Revocations
from gateway.services import Services
from gateway.settings import Settings
from gateway.sockets.handshake import Handshake, Sockets
from gateway.sockets.upgrade import UPGRADE
from gateway.telemetry import Telemetry
from gateway.tenants import Tenants

log = structlog.get_logger()

# A gateway that waits for Redis is worse than one that goes on without: no silent retries, short time-outs.
_REDIS: dict[str, Any] = {
    "socket_timeout": 0.5,
    "socket_connect_timeout": 0.5,
    "retry": Retry(NoBackoff(), 0),
    "health_check_interval": 5,
    "decode_responses": True,
}


class Door:
    """Leads a request to the services, or to one of the gateway's own pages.

    It stands before the FastAPI application and not mounted in it: that way cost
    as much as a third of the proxying (bench/README.md), and hid the server's
    `send`, through which a broken answer is broken off.
    """

    def __init__(self, pages: ASGIApp, proxy: ASGIApp, sockets: Sockets) -> None:
        self._pages = pages
        self._proxy = proxy
        self._sockets = sockets

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if (
            scope["type"] == "http"
            and scope["path"] not in OWN_PATHS
            and not scope["path"].startswith(OWN_PREFIXES)
        ):
            await self._proxy(scope, receive, send)
        elif scope["type"] == "websocket":
            await Handshake(self._sockets, scope, scope["extensions"][UPGRADE]).run()
        else:
            await self._pages(scope, receive, send)


async def _for_ever(work: Callable[[], Awaitable[None]]) -> None:
    """Nothing that goes wrong with the upkeep may end it: the gateway would go on with what it last knew."""
    while True:
        try:
            await work()
        except Exception as error:
            log.exception("upkeep failed", exc_info=error)
        await asyncio.sleep(1)


def create_app(settings: Settings) -> Door:
    """The ASGI application."""
    configure_logging(settings.environment, settings.log_level)
    minter = ContextMinter(AUDIENCE, settings.signing_key_file)
    redis = Redis.from_url(str(settings.redis_url), **_REDIS)
    services = Services(root() / "infrastructure" / "fleet.toml", concurrency=settings.concurrency)
    lookups = Lookups(minter)
    ring = KeyRing(services, lookups)
    revocations = Revocations(redis)
    tenants = Tenants(services, lookups, settings.tenant_domain)
    telemetry = Telemetry(settings)
    callers = Callers(ring, revocations, redis)
    admission = Admission(
        settings=settings,
        services=services,
        callers=callers,
        contexts=Contexts(minter),
        tenants=tenants,
        limits=Limits(redis),
    )
    sockets = Sockets(
        admission=admission,
        callers=callers,
        revocations=revocations,
        settings=settings,
        telemetry=telemetry,
    )

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncGenerator[None]:
        if settings.environment != "test":
            serve_metrics(settings, fleet().gateway.port)
        async with asyncio.TaskGroup() as tasks:
            upkeep = (services.watch, services.tend, ring.poll, revocations.follow, sockets.watch)
            background = [tasks.create_task(_for_ever(work)) for work in upkeep]
            gc.collect()
            gc.freeze()  # what was built so far stays: walking it would stop all requests for 60 ms
            yield
            for task in background:
                task.cancel()
        services.close()
        await redis.aclose()
        output.flush()  # uvicorn ends by the signal that ended it

    async def keys_known() -> None:
        if not ring.ready:
            raise LookupError

    pages = FastAPI(
        title="api-gateway",
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        redirect_slashes=False,
        routes=list(health_routes(settings.release, {"keys": keys_known})),
    )
    pages.state.release = settings.release
    pages.state.documents = Documents(services, lookups)
    pages.add_middleware(RequestMiddleware)
    install_problems(pages)
    pages.include_router(router)
    return Door(pages, Proxy(admission, settings, telemetry), sockets)
