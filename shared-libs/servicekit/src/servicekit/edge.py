"""The HTTP edge of a service: its router, and what a route may ask for.

    router = Router("hrms", tags=["employees"])

    @router.post("/employees", status_code=201, dependencies=[needs("hrms.employee.write")])
    async def hire_employee(wish: EmployeeWish, session: TenantSession, actor: Actor) -> EmployeeRead: ...

The commit happens here, before the answer is sent, so that a failing COMMIT is
never shown as a success.
"""

from collections.abc import Callable, Coroutine, Sequence
from typing import Annotated, Any, TypeVar

from asyncpg.pgproto.pgproto import UUID
from contracts.context import TenantContext
from fastapi import APIRouter, Depends, Header, Request, Response, params
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from pydantic_core import to_json
from sqlalchemy.ext.asyncio import AsyncSession

from servicekit import db, idempotency
from servicekit.access import Access
from servicekit.errors import FieldError, PreconditionRequired, ProblemDocument, Unprocessable
from servicekit.query_models import is_model, read_at_once
from servicekit.records import IdempotentAnswer
from servicekit.tenancy import Tenants
from servicekit.web import problem_response


async def _tenant_session(request: Request) -> db.TenantSession:
    given: db.TenantSession | None = request.scope.get("session")
    if given is not None:
        return given
    context = await _served(request)
    database: db.Database = request.app.state.database
    return _opened(request, database.tenant(context))


async def _read_session(request: Request) -> db.ReadSession:
    context = await _served(request)
    database: db.Database = request.app.state.database
    return _opened(request, database.reading(context))


Session = TypeVar("Session", bound=AsyncSession)


def _opened(request: Request, session: Session) -> Session:
    """The session, which `Route` closes: a dependency that yields would cost more than a small statement."""
    request.scope["sessions"].append(session)
    return session


async def _read_sessions(request: Request) -> db.ReadSessions:
    context = await _served(request)
    database: db.Database = request.app.state.database
    return lambda: database.reading(context)


async def _actor(request: Request) -> TenantContext:
    context: TenantContext = request.scope["context"]
    return context


async def _if_match(if_match: Annotated[str | None, Header()] = None) -> int:
    if if_match is None:
        raise PreconditionRequired("Say with If-Match which version you change.")
    tag = if_match.removeprefix("W/").strip('"')
    if not tag.isdecimal() or len(tag) > 9:  # noqa: PLR2004 - digits of a version
        raise Unprocessable("If-Match takes one ETag of this resource.")
    return int(tag)


TenantSession = Annotated[db.TenantSession, Depends(_tenant_session)]
ReadSession = Annotated[db.ReadSession, Depends(_read_session)]
ReadSessions = Annotated[db.ReadSessions, Depends(_read_sessions)]
"""Opens read sessions, for an answer that streams: the request's own is closed before the first chunk."""
Actor = Annotated[TenantContext, Depends(_actor)]
ExpectedVersion = Annotated[int, Depends(_if_match)]
"""The version that the client's If-Match names; required."""


def etag(version: int) -> str:
    return f'"{version}"'


def answer(page: dict[str, Any]) -> Response:
    """A page as JSON, straight from its rows: their columns are the item's fields."""
    for item in page["items"]:
        if UUID not in {*map(type, item.values())}:
            continue
        for name, value in item.items():
            if type(value) is UUID:  # the driver's own kind, which pydantic takes 2 µs to make out
                item[name] = str(value)
    return Response(to_json(page), media_type="application/json")


Handle = Callable[[Request], Coroutine[Any, Any, Response]]


class Route(APIRoute):
    """A route that knows who may call it, takes no unknown query parameter, and honours Idempotency-Key."""

    def __init__(
        self,
        path: str,
        endpoint: Callable[..., Any],
        *,
        dependencies: Sequence[params.Depends] | None = None,
        openapi_extra: dict[str, Any] | None = None,
        **options: Any,
    ) -> None:
        given = list(dependencies or ())
        declared = [dependency for dependency in given if isinstance(dependency, Access)]
        if len(declared) != 1:
            raise TypeError(f"{path}: a route declares once who may call it")
        self.access = declared[0]
        others = [dependency for dependency in given if dependency is not self.access]
        extra = {"x-access": self.access.permission or self.access.kind, **(openapi_extra or {})}
        super().__init__(path, endpoint, dependencies=others, openapi_extra=extra, **options)

    def get_route_handler(self) -> Handle:
        described = self.dependant
        self.dependant = read_at_once(described)
        handle = _closing(super().get_route_handler())
        self.dependant = described
        known = _query_names(self.dependant)
        access = self.access

        async def refuse_or_handle(request: Request) -> Response:
            access.check(request.scope["context"])
            request.scope["body_limit"] = access.body_limit
            unknown = [name for name in request.query_params if name not in known]
            if unknown:
                errors = [
                    FieldError(
                        pointer=f"?{name}", code="extra_forbidden", detail="There is no such parameter."
                    )
                    for name in unknown[:50]
                ]
                raise Unprocessable("The request has unknown query parameters.", errors=errors)
            key = request.headers.get(idempotency.HEADER)
            if key is None or request.method != "POST" or access.idempotency == "own":
                return await handle(request)
            if access.idempotency == "refused":
                raise idempotency.KeyRefused
            return await _once(request, key, handle)

        return refuse_or_handle


def _closing(handle: Handle) -> Handle:
    """Commit and close the sessions that a route asked for, when its answer is made and not yet sent."""

    async def handle_and_close(request: Request) -> Response:
        sessions: list[AsyncSession] = []
        request.scope["sessions"] = sessions
        try:
            response = await handle(request)
            for session in sessions:
                if isinstance(session, db.TenantSession):
                    await session.commit()
        finally:
            for session in sessions:
                if session.in_transaction():  # else it has nothing to give back
                    await session.close()
        return response

    return handle_and_close


def _query_names(dependant: Dependant) -> set[str]:
    names = set[str]().union(*(_query_names(inner) for inner in dependant.dependencies))
    for field in dependant.query_params:
        kind = field.field_info.annotation
        if is_model(kind):
            names |= {info.alias or name for name, info in kind.model_fields.items()}
        else:
            names.add(field.alias)
    return names


async def _once(request: Request, key: str, handle: Handle) -> Response:
    context = await _served(request)
    if context.user_id is None or context.tenant is None:
        raise idempotency.KeyRefused
    request_hash = idempotency.fingerprint(request.method, request.url.path, await request.body())
    database: db.Database = request.app.state.database
    async with database.tenant(context) as session:
        request.scope["session"] = session
        response = await idempotency.once(
            session,
            IdempotentAnswer,
            scope=context.tenant,
            user_id=context.user_id,
            key=key,
            request_hash=request_hash,
            work=lambda: handle(request),
            answer_problem=lambda problem: problem_response(
                problem, request.url.path, request.scope["request_id"]
            ),
        )
        await session.commit()
    return response


async def _served(request: Request) -> TenantContext:
    """The caller's context, where its tenant, if it has one, can be served now."""
    context: TenantContext = request.scope["context"]
    if context.tenant is not None:
        tenants: Tenants = request.app.state.tenants
        await tenants.require_active(context.tenant)
    return context


class Router(APIRouter):
    """A module's routes, below its prefix."""

    def __init__(self, prefix: str, *, tags: list[str] | None = None) -> None:
        super().__init__(
            prefix=f"/{prefix}",
            tags=list(tags or ()),
            route_class=Route,
            generate_unique_id_function=_operation_id,
            responses={"default": {"model": ProblemDocument, "description": "A refusal, as problem+json."}},
        )


def _operation_id(route: APIRoute) -> str:
    """Stable, because clients are generated from it: the prefix and the function's name."""
    return f"{route.path.split('/')[1].replace('-', '_')}_{route.name}"
