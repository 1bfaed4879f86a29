"""Idempotency-Key: the same request sent twice takes effect once and is answered alike.

The answer is stored in the transaction of the work itself: both are there, or
neither.
"""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response

from servicekit.errors import Conflict, Problem, Unprocessable
from servicekit.records import KeptAnswer

HEADER = "idempotency-key"
LONGEST_KEY = 200  # characters
KEPT = timedelta(hours=24)
_NOT_KEPT = {401, 403, 429}
_KEPT_HEADERS = {"content-type", "location", "etag"}


class KeyReused(Unprocessable):
    code = "idempotency_key_reused"

    def __init__(self) -> None:
        super().__init__("This Idempotency-Key was used for another request.")


class KeyRefused(Unprocessable):
    code = "idempotency_key_refused"

    def __init__(
        self, detail: str = "This route's answer is not kept, so it takes no Idempotency-Key."
    ) -> None:
        super().__init__(detail)


class InFlight(Conflict):
    code = "request_in_flight"

    def __init__(self) -> None:
        super().__init__("The first request with this Idempotency-Key is still running.")


def fingerprint(method: str, path: str, body: bytes) -> bytes:
    """What must be the same for a request to count as the same."""
    return sha256(b"\0".join((method.encode(), path.encode(), body))).digest()


async def once(
    session: AsyncSession,
    table: type[KeptAnswer],
    *,
    scope: str,
    user_id: UUID,
    key: str,
    request_hash: bytes,
    work: Callable[[], Awaitable[Response]],
    answer_problem: Callable[[Problem], Response],
) -> Response:
    """The first answer to this key, by doing the work or by remembering. The caller commits.

    Args:
        table: where answers are kept, keyed by user and key.
        scope: the tenant, or what else keys are unique within.
        work: runs in a savepoint, so that a problem undoes it and is kept as the answer.

    Raises:
        InFlight: the first request with the key has not finished.
        KeyReused: the key came with another request.
        KeyRefused: the key is empty or too long.
    """
    if not 0 < len(key) <= LONGEST_KEY:
        raise KeyRefused(f"An Idempotency-Key has 1 to {LONGEST_KEY} characters.")
    lock = int.from_bytes(sha256(f"{scope}\0{user_id}\0{key}".encode()).digest()[:8], signed=True)
    if not await session.scalar(select(func.pg_try_advisory_xact_lock(lock))):
        raise InFlight
    kept = await session.get(table, (user_id, key))
    if kept is not None and kept.created_at > datetime.now(UTC) - KEPT:
        if kept.request_hash != request_hash:
            raise KeyReused
        return Response(kept.body, kept.status, {**kept.headers, "idempotent-replayed": "true"})
    if kept is not None:
        await session.delete(kept)
        await session.flush()
    try:
        async with session.begin_nested():
            response = await work()
    except Problem as problem:
        if problem.status in _NOT_KEPT or problem.status >= 500:  # noqa: PLR2004 - our own failures
            raise
        response = answer_problem(problem)
    answer = table()
    answer.user_id, answer.key, answer.request_hash = user_id, key, request_hash
    answer.status, answer.body = response.status_code, bytes(response.body)
    answer.headers = {name: value for name, value in response.headers.items() if name in _KEPT_HEADERS}
    session.add(answer)
    await session.flush()
    return response
