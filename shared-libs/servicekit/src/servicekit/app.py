"""A service's application, assembled."""

import asyncio
import gc
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager

import asyncpg
from fastapi import FastAPI, Request, Response
from redis.asyncio import Redis
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolExhausted
from sqlalchemy.orm.exc import StaleDataError

from servicekit import output
from servicekit.access import ContextMiddleware, internal
from servicekit.context import ContextVerifier
from servicekit.db import Database, EditConflict
from servicekit.edge import Router
from servicekit.errors import (
    Conflict,
    Problem,
    Unavailable,
    Unprocessable,
)
from servicekit.observability import configure_logging, serve_metrics
from servicekit.service import Service
from servicekit.tenancy import Tenants
from servicekit.web import (
    BodyLimitMiddleware,
    RequestMiddleware,
    health_routes,
    install_problems,
    problem_response,
)
from servicekit.worker import Worker


def create_app(service: Service) -> FastAPI:
    """The ASGI application of a service: everything cross-cutting around its routers."""
    settings, entry = service.settings, service.entry
    configure_logging(settings.environment, settings.log_level)
    verifier = ContextVerifier(service.name, settings.trusted_keys_file)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
        async with AsyncExitStack() as stack:
            redis = Redis.from_url(str(settings.redis_url))
            stack.push_async_callback(redis.aclose)
            database = Database(settings, service.name, redis)
            stack.push_async_callback(database.dispose)
            app.state.database, app.state.redis, app.state.tenants = database, redis, Tenants(database)
            for plug in service.plugs:
                await stack.enter_async_context(plug(app))
            if settings.worker == "embedded":
                await stack.enter_async_context(_embedded(Worker(service, database, redis)))
            if settings.environment != "test":
                serve_metrics(settings, entry.port)
                _collect_seldom()
            yield
        output.flush()  # uvicorn ends by the signal that ended it

    async def database_ready() -> None:
        await app.state.database.ping()

    async def redis_ready() -> None:
        await app.state.redis.ping()

    app = FastAPI(
        title=service.name,
        openapi_url=None,
        lifespan=lifespan,
        routes=list(health_routes(settings.release, {"postgresql": database_ready, "redis": redis_ready})),
        redirect_slashes=False,
    )
    app.add_middleware(BodyLimitMiddleware, limit=settings.body_limit)
    app.add_middleware(ContextMiddleware, verifier=verifier)
    app.add_middleware(RequestMiddleware)
    install_problems(app)
    _install_database_problems(app)
    for router in (*service.all_routers, _description(app, entry.prefix)):
        app.router.routes += router.routes  # an included router is matched twice, each time route by route
    return app


def _collect_seldom() -> None:
    """Keep Python from walking what stays, which stopped all requests for 200 ms every second.

    That is what start-up built, and prepared statements of thousands of tenants. A request that is
    under way has some thousand objects, so it mostly ends before it can be taken for what stays.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


@asynccontextmanager
async def _embedded(worker: Worker) -> AsyncGenerator[None]:
    task = asyncio.create_task(worker.run())
    yield
    worker.stop()
    await task


def _description(app: FastAPI, prefix: str) -> Router:
    """The service's OpenAPI document, for the gateway to merge."""
    router = Router(prefix)

    @router.get("/internal/openapi.json", include_in_schema=False, dependencies=[internal()])
    async def openapi() -> dict[str, object]:
        return app.openapi()

    return router


def _install_database_problems(app: FastAPI) -> None:
    """What the database refuses and no service foresaw is still a clear answer, not a failure."""

    async def on_database_error(request: Request, error: Exception) -> Response:
        return problem_response(database_problem(error), request.url.path, request.scope["request_id"])

    app.add_exception_handler(DBAPIError, on_database_error)
    app.add_exception_handler(asyncpg.PostgresError, on_database_error)  # where SQLAlchemy is not in between
    app.add_exception_handler(StaleDataError, on_database_error)
    app.add_exception_handler(TimeoutError, on_database_error)
    app.add_exception_handler(PoolExhausted, on_database_error)
    app.add_exception_handler(ConnectionError, on_database_error)


def database_problem(error: Exception) -> Problem:
    """The problem that a database error amounts to.

    Raises:
        Exception: the error itself, where it is our own fault.
    """
    cause = getattr(error, "orig", error)
    state: str = getattr(cause, "sqlstate", None) or ""
    if isinstance(error, StaleDataError):
        return EditConflict()
    if isinstance(error, IntegrityError):
        return Conflict("This contradicts what is already there.")
    if state.startswith("22") or isinstance(getattr(cause, "__cause__", None), asyncpg.DataError):
        return Unprocessable("A value is of a form that cannot be stored.")
    if state in {"40001", "40P01", "55P03", "57014"}:
        return Unavailable("Others are changing the same things. Try again.", headers={"Retry-After": "1"})
    away = isinstance(error, TimeoutError | PoolExhausted | ConnectionError) or state.startswith(
        ("08", "57P")
    )
    if away or getattr(error, "connection_invalidated", False):
        return Unavailable("The database is busy. Try again.", headers={"Retry-After": "1"})
    raise error
