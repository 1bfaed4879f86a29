"""The audit log: who did what to what, from where. Rows are added and never changed."""

from collections.abc import AsyncGenerator, Mapping
from typing import Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field
from pydantic_core import to_json
from sqlalchemy import Select, select
from structlog.contextvars import get_contextvars

from servicekit import spreadsheet
from servicekit.db import ReadSession, ReadSessions, TenantSession
from servicekit.pagination import ListQuery, page
from servicekit.records import AuditEvent
from servicekit.schemas import Input, Output

_AT_ONCE = 1000  # rows of an export


def add(
    session: TenantSession,
    action: str,
    *,
    target: str,
    actor: UUID | None = None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    """Note what is done, in the transaction that does it.

    Args:
        session: its context says on whose behalf.
        action: `<prefix>.<noun>_<participle>`, such as `hrms.employee_terminated`.
        target: what it was done to, `<noun>:<id>`.
        actor: who, where the session's context does not know: at sign-in, for example.
        before: the values that changed, as they were; no secrets.
        after: the same, as they are.
    """
    request = get_contextvars()
    session.add(
        AuditEvent(
            actor=actor or session.context.user_id,
            session_id=session.context.session_id,
            action=action,
            target=target,
            before=before,
            after=after,
            address=request.get("address"),
            request_id=request.get("request"),
        )
    )


class AuditFilter(Input):
    actor: UUID | None = None
    action: str | None = Field(None, max_length=100)
    target: str | None = Field(None, max_length=200)
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None


class AuditQuery(ListQuery, AuditFilter):
    sort: Literal["created_at", "-created_at"] = "-created_at"


class AuditEventRead(Output):
    """`address` is where the request came from; null for what a worker did."""

    id: UUID
    created_at: AwareDatetime
    actor: UUID | None
    session_id: UUID | None
    action: str
    target: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    address: str | None
    request_id: str | None


_columns = AuditEvent.__table__.c


async def listing(session: ReadSession, query: AuditQuery) -> dict[str, Any]:
    descending = query.sort.startswith("-")
    return await page(
        session, _wanted(query), query, key=_columns.created_at, id_=_columns.id, descending=descending
    )


async def as_csv(sessions: ReadSessions, wanted: AuditFilter) -> AsyncGenerator[str]:
    """The events wanted, the oldest first, as CSV lines. A session is open only while it reads."""
    names = list(AuditEventRead.model_fields)
    yield spreadsheet.BOM + spreadsheet.lines([names])
    statement = _wanted(wanted).order_by(_columns.id).limit(_AT_ONCE)
    last: UUID | None = None
    while True:
        async with sessions() as session:
            rest = statement if last is None else statement.where(_columns.id > last)
            rows = (await session.execute(rest)).mappings().all()
        yield spreadsheet.lines([_cell(row[name]) for name in names] for row in rows)
        if len(rows) < _AT_ONCE:
            return
        last = rows[-1]["id"]


def _wanted(wanted: AuditFilter) -> Select[*tuple[Any, ...]]:
    statement = select(*(_columns[name] for name in AuditEventRead.model_fields))
    for name in ("actor", "action", "target"):
        if (value := getattr(wanted, name)) is not None:
            statement = statement.where(_columns[name] == value)
    if wanted.since is not None:
        statement = statement.where(_columns.created_at >= wanted.since)
    if wanted.until is not None:
        statement = statement.where(_columns.created_at < wanted.until)
    return statement


def _cell(value: object) -> object:
    return to_json(value).decode() if isinstance(value, dict) else value
