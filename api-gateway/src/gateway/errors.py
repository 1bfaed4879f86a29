"""What the gateway itself refuses, and how each refusal is called."""

import math

from servicekit.errors import (
    BadRequest,
    ContentTooLarge,
    Forbidden,
    MethodNotAllowed,
    NotFound,
    Problem,
    TooManyRequests,
    Unauthenticated,
    Unavailable,
)

_CHALLENGE = {"www-authenticate": "Bearer"}


class TokenMissing(Unauthenticated):
    code = "gateway.token_missing"

    def __init__(self) -> None:
        super().__init__(
            "This needs a signed-in user: send Authorization: Bearer <access token>.", headers=_CHALLENGE
        )


class TokenInvalid(Unauthenticated):
    code = "gateway.token_invalid"

    def __init__(self) -> None:
        super().__init__(
            "The access token is not valid.", headers={"www-authenticate": 'Bearer error="invalid_token"'}
        )


class TokenExpired(Unauthenticated):
    code = "gateway.token_expired"

    def __init__(self) -> None:
        super().__init__(
            "The access token has expired: refresh it.",
            headers={"www-authenticate": 'Bearer error="invalid_token", error_description="expired"'},
        )


class TicketInvalid(Unauthenticated):
    code = "gateway.ticket_invalid"

    def __init__(self) -> None:
        super().__init__("The ticket is unknown, too old or used up: get another.", headers=_CHALLENGE)


class SessionRevoked(Unauthenticated):
    code = "gateway.session_revoked"

    def __init__(self) -> None:
        super().__init__("The session has ended: sign in again.", headers=_CHALLENGE)


class TokenStale(Unauthenticated):
    """The account's roles or memberships have changed since the token was issued."""

    code = "gateway.token_stale"

    def __init__(self) -> None:
        super().__init__("The account has changed: refresh the access token.", headers=_CHALLENGE)


class TenantShut(Forbidden):
    code = "gateway.tenant_shut"

    def __init__(self) -> None:
        super().__init__("The organisation is suspended or closed.")


class LimitExceeded(TooManyRequests):
    code = "gateway.limit_exceeded"

    def __init__(self, limit: str, policy: str, wait: float) -> None:
        """`wait` in seconds until there is a token again."""
        seconds = str(math.ceil(wait))
        super().__init__(
            "Too many requests: wait as long as Retry-After says.",
            headers={
                "retry-after": seconds,
                "ratelimit-policy": policy,
                "ratelimit": f'"{limit}";r=0;t={seconds}',
            },
            limit=limit,
        )


class LimitsUnavailable(Unavailable):
    """Without counting, nobody may try passwords."""

    code = "gateway.limits_unavailable"

    def __init__(self) -> None:
        super().__init__("This cannot be served at the moment.", headers={"retry-after": "1"})


class TooManySockets(TooManyRequests):
    code = "gateway.too_many_sockets"

    def __init__(self, limit: str) -> None:
        super().__init__("Too many WebSockets are open.", headers={"retry-after": "5"}, limit=limit)


class TicketsUnavailable(Unavailable):
    code = "gateway.tickets_unavailable"

    def __init__(self) -> None:
        super().__init__("The ticket cannot be checked at the moment.", headers={"retry-after": "1"})


class ServiceOverloaded(Unavailable):
    code = "gateway.service_overloaded"

    def __init__(self) -> None:
        super().__init__("Too many requests are under way to this service.", headers={"retry-after": "1"})


class KeysUnknown(Unavailable):
    code = "gateway.keys_unknown"

    def __init__(self) -> None:
        super().__init__("The access token cannot be checked at the moment.", headers={"retry-after": "1"})


class HeaderRepeated(BadRequest):
    code = "gateway.header_repeated"

    def __init__(self, header: str) -> None:
        super().__init__(f"The header {header} may be sent once.", header=header)


class BadFraming(BadRequest):
    code = "gateway.bad_framing"


class BadPath(BadRequest):
    code = "gateway.bad_path"

    def __init__(self) -> None:
        super().__init__("Dot segments, empty segments, encoded slashes and control characters are refused.")


class TenantRequired(BadRequest):
    code = "gateway.tenant_required"

    def __init__(self) -> None:
        super().__init__("Say for which organisation: send X-Tenant-ID.")


class ApplicationRequired(BadRequest):
    code = "gateway.application_required"

    def __init__(self) -> None:
        super().__init__("Say for which application: send X-Application: business or school.")


class TenantMismatch(Forbidden):
    code = "gateway.tenant_mismatch"

    def __init__(self, header: str) -> None:
        super().__init__(f"{header} disagrees with the access token.", header=header)


class OriginRefused(Forbidden):
    code = "gateway.origin_refused"

    def __init__(self) -> None:
        super().__init__("Pages of this origin may open no WebSocket here.")


class NoSuchRoute(NotFound):
    code = "gateway.not_found"

    def __init__(self) -> None:
        super().__init__("There is nothing here.")


class TenantUnknown(NotFound):
    code = "gateway.tenant_unknown"

    def __init__(self) -> None:
        super().__init__("There is no such organisation.")


class MethodRefused(MethodNotAllowed):
    code = "gateway.method_not_allowed"

    def __init__(self, allowed: str) -> None:
        super().__init__(headers={"allow": allowed})


class SlowBody(Problem):
    status = 408
    code = "gateway.body_too_slow"


class BodyTooLarge(ContentTooLarge):
    code = "gateway.body_too_large"

    def __init__(self, limit: int) -> None:
        super().__init__(f"A request's body may have {limit} bytes here.", limit=limit)


class TargetTooLong(Problem):
    status = 414
    code = "gateway.target_too_long"


class HeadersTooLarge(Problem):
    status = 431
    code = "gateway.headers_too_large"


class UpstreamInvalid(Problem):
    """The service's answer broke the protocol or off before its head was whole."""

    status = 502
    code = "gateway.upstream_invalid"

    def __init__(self) -> None:
        super().__init__("The service gave no valid answer.")


class UpstreamUnavailable(Unavailable):
    code = "gateway.upstream_unavailable"

    def __init__(self, retry_after: int = 1) -> None:
        super().__init__("The service cannot be reached.", headers={"retry-after": str(retry_after)})


class LookupFailed(Unavailable):
    code = "gateway.lookup_failed"

    def __init__(self) -> None:
        super().__init__("The organisation cannot be looked up at the moment.", headers={"retry-after": "1"})


class DocumentUnavailable(Unavailable):
    code = "gateway.document_unavailable"

    def __init__(self) -> None:
        super().__init__("Not every service describes itself at the moment.", headers={"retry-after": "5"})


class UpstreamTimeout(Problem):
    status = 504
    code = "gateway.upstream_timeout"

    def __init__(self) -> None:
        super().__init__("The service took too long.")
