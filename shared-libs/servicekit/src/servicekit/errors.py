"""Problems: refusals with a kind, a code and data (RFC 9457).

    Problem
    ├── BadRequest 400          ├── Conflict 409              ├── Unprocessable 422
    ├── Unauthenticated 401     ├── PreconditionFailed 412    ├── PreconditionRequired 428
    ├── Forbidden 403           ├── ContentTooLarge 413       ├── TooManyRequests 429
    ├── NotFound 404            ├── Gone 410                  └── Unavailable 503
    └── MethodNotAllowed 405    │

A service raises a subclass of a kind with a `code` of its own; HTTP is mapped
once, where the application or the gateway answers.
"""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from pydantic import BaseModel
from pydantic_core import to_json

PROBLEM_TYPE = "application/problem+json"


class FieldError(BaseModel):
    """One refused field; `pointer` is a JSON pointer, or `?name` for a query parameter."""

    pointer: str
    code: str
    detail: str


class Problem(Exception):  # noqa: N818 - the RFC's word
    """A refusal that the client is told about.

    `detail` is for people; `data` are further members of the answer; `headers`
    go with it.
    """

    status: int = 500
    code: str = "internal"

    def __init__(
        self,
        detail: str | None = None,
        *,
        errors: list[FieldError] | None = None,
        headers: dict[str, str] | None = None,
        **data: str | int | bool | UUID | list[dict[str, str | int]] | None,
    ) -> None:
        super().__init__(detail or self.code)
        self.detail = detail
        self.errors = errors
        self.headers = headers or {}
        self.data = data

    def document(self, instance: str, request_id: str) -> dict[str, Any]:
        """The body of the answer."""
        document: dict[str, Any] = {
            "type": f"urn:problem:{self.code}",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "detail": self.detail,
            "instance": instance,
            "code": self.code,
            "request_id": request_id,
            **self.data,
        }
        if self.errors:
            document["errors"] = [error.model_dump() for error in self.errors]
        return document

    def body(self, instance: str, request_id: str) -> bytes:
        return to_json(self.document(instance, request_id))


class BadRequest(Problem):
    status = 400
    code = "bad_request"


class Unauthenticated(Problem):
    status = 401
    code = "unauthenticated"


class Forbidden(Problem):
    status = 403
    code = "forbidden"


class NotFound(Problem):
    status = 404
    code = "not_found"


class MethodNotAllowed(Problem):
    status = 405
    code = "method_not_allowed"


class Conflict(Problem):
    status = 409
    code = "conflict"


class Gone(Problem):
    status = 410
    code = "gone"


class PreconditionFailed(Problem):
    status = 412
    code = "stale"


class ContentTooLarge(Problem):
    status = 413
    code = "content_too_large"


class Unprocessable(Problem):
    status = 422
    code = "invalid"


class PreconditionRequired(Problem):
    status = 428
    code = "if_match_required"


class TooManyRequests(Problem):
    status = 429
    code = "too_many_requests"


class Unavailable(Problem):
    status = 503
    code = "unavailable"


class ProblemDocument(BaseModel):
    """The problem as OpenAPI describes it; a code may add members of its own."""

    type: str
    title: str
    status: int
    detail: str | None
    instance: str
    code: str
    request_id: str
    errors: list[FieldError] | None = None


def documented(*problems: type[Problem]) -> dict[int | str, dict[str, Any]]:
    """OpenAPI responses for a route's own problems, for its `responses=`."""
    by_status: dict[int | str, list[type[Problem]]] = {}
    for problem in problems:
        by_status.setdefault(problem.status, []).append(problem)
    return {
        status: {
            "model": ProblemDocument,
            "description": ", ".join(f"`{kind.code}`" for kind in kinds),
        }
        for status, kinds in by_status.items()
    }
