"""Who may call a route: every route says so, and is refused to the others before its body is read."""

from dataclasses import dataclass
from typing import Literal

from contracts.context import CONTEXT_HEADER, TenantContext
from fastapi import params
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send
from structlog.contextvars import bind_contextvars

from servicekit.auth import TokenRefused
from servicekit.context import ContextVerifier
from servicekit.errors import Forbidden, Problem, Unauthenticated
from servicekit.web import problem_response

_OPEN = {"/healthz", "/readyz"}


class ContextRequired(Unauthenticated):
    code = "context_required"

    def __init__(self) -> None:
        super().__init__("Requests come through the gateway.")


class PermissionMissing(Forbidden):
    code = "permission_missing"

    def __init__(self, permission: str) -> None:
        super().__init__("Your role does not allow this.", permission=permission)


@dataclass(frozen=True)
class Access(params.Depends):
    """Stands among a route's dependencies; made by the functions below.

    `idempotency` says what an Idempotency-Key does there: `kept` answers are
    replayed; `refused` where the answer holds a secret, or the body is a file,
    which is not held in memory to compare it; `own` where the route sees to it
    itself. `body_limit` is in bytes; None: the service's.
    """

    kind: Literal["permission", "signed_in", "public", "internal"] = "permission"
    permission: str = ""
    idempotency: Literal["kept", "refused", "own"] = "kept"
    body_limit: int | None = None

    def check(self, context: TenantContext) -> None:
        """Pass whoever may call.

        Raises:
            ContextRequired: the caller is not of the kind that this route serves.
            PermissionMissing: the user's roles do not hold the permission.
        """
        if self.kind == "public":
            allowed = context.kind != "service"
        elif self.kind == "internal":
            allowed = context.kind == "service"
        else:
            allowed = context.kind == "user"
        if not allowed:
            raise ContextRequired
        if self.kind == "permission" and self.permission not in context.permissions:
            raise PermissionMissing(self.permission)


def needs(permission: str, *, returns_secret: bool = False, takes_file: int | None = None) -> Access:
    """The signed-in user's roles hold a permission of the catalogue.

    `takes_file` is the limit in bytes of a route that streams its body into `servicekit.files`.
    """
    refuses_key = returns_secret or takes_file is not None
    return Access(
        permission=permission, idempotency="refused" if refuses_key else "kept", body_limit=takes_file
    )


def signed_in(*, returns_secret: bool = False) -> Access:
    """Any signed-in user of the tenant."""
    return Access(kind="signed_in", idempotency="refused" if returns_secret else "kept")


def public(*, idempotency: Literal["refused", "own"] = "refused") -> Access:
    """Anybody; fleet.toml must list the route as public too."""
    return Access(kind="public", idempotency=idempotency)


def internal() -> Access:
    """Other services and the gateway itself, below `/internal/`."""
    return Access(kind="internal")


class ContextMiddleware:
    """Believes no request without a signed context."""

    def __init__(self, app: ASGIApp, verifier: ContextVerifier) -> None:
        self._app = app
        self._verifier = verifier

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan" or scope["path"] in _OPEN:
            await self._app(scope, receive, send)
            return
        tokens = Headers(scope=scope).getlist(CONTEXT_HEADER)
        try:
            if len(tokens) != 1:
                raise ContextRequired
            context = self._verifier.context(tokens[0])
        except (Problem, TokenRefused):
            refusal = problem_response(ContextRequired(), scope["path"], scope.get("request_id", ""))
            await refusal(scope, receive, send)
            return
        scope["context"] = context
        bind_contextvars(tenant=context.tenant, user=context.user_id and str(context.user_id))
        await self._app(scope, receive, send)
