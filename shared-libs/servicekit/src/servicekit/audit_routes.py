"""The audit log's routes, which every service has below its prefix."""

from typing import Annotated

from fastapi import Query, Response
from fastapi.responses import StreamingResponse

from servicekit import audit
from servicekit.access import needs
from servicekit.audit import AuditEventRead, AuditFilter, AuditQuery
from servicekit.edge import ReadSession, ReadSessions, Router, answer
from servicekit.pagination import Page


def audit_router(prefix: str) -> Router:
    """Routes that need the permission `<prefix>.audit.read`."""
    router = Router(prefix, tags=["audit"])
    allowed = needs(f"{prefix}.audit.read")

    @router.get("/audit-events", dependencies=[allowed], response_model=Page[AuditEventRead])
    async def list_audit_events(session: ReadSession, query: Annotated[AuditQuery, Query()]) -> Response:
        """What was done here, by whom and from where, the newest first."""
        return answer(await audit.listing(session, query))

    @router.get(
        "/audit-events/export",
        dependencies=[allowed],
        response_class=StreamingResponse,
        responses={200: {"content": {"text/csv": {}}}},
    )
    async def export_audit_events(
        wanted: Annotated[AuditFilter, Query()], sessions: ReadSessions
    ) -> StreamingResponse:
        """The same, all of it, the oldest first, as CSV in UTF-8 with a byte order mark."""
        return StreamingResponse(
            audit.as_csv(sessions, wanted),
            media_type="text/csv",
            headers={"Content-Disposition": 'attachment; filename="audit-events.csv"'},
        )

    return router
