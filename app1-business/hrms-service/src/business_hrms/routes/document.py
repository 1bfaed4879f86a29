from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response
from servicekit.access import needs
from servicekit.edge import ExpectedVersion, ReadSession, ReadSessions, Router, TenantSession, answer, etag
from servicekit.errors import documented
from servicekit.file_routes import download, takes
from servicekit.files import FileTypeRefused
from servicekit.pagination import Page

from business_hrms.schemas.document import DocumentQuery, DocumentRead, DocumentWish, FileWish
from business_hrms.services import document as documents
from business_hrms.services.document import (
    ACCEPTED,
    LARGEST,
    DocumentTypeUnknown,
    ExpiryMissing,
    ExpiryUnexpected,
    UploadRefused,
)

router = Router("hrms", tags=["documents"])

_UPLOADS = needs("hrms.document.use", takes_file=LARGEST)


@router.get("/documents", dependencies=[needs("hrms.document.use")], response_model=Page[DocumentRead])
async def list_documents(query: Annotated[DocumentQuery, Query()], session: ReadSession) -> Response:
    """The documents that one may see: by their type one's own, one's team's, or all."""
    return answer(await documents.listing(session, query))


@router.post(
    "/documents",
    status_code=201,
    dependencies=[_UPLOADS],
    openapi_extra=takes(*ACCEPTED),
    responses=documented(
        DocumentTypeUnknown, ExpiryMissing, ExpiryUnexpected, UploadRefused, FileTypeRefused
    ),
)
async def add_document(
    wish: Annotated[DocumentWish, Query()],
    request: Request,
    session: TenantSession,
    sessions: ReadSessions,
    response: Response,
) -> DocumentRead:
    """Keep a document of an employee. The body is the file as it is, the rest stands in the query."""
    document = await documents.add(session, sessions, wish, request.stream())
    response.headers["Location"] = f"/hrms/documents/{document.id}"
    response.headers["ETag"] = etag(document.version)
    return document


@router.get("/documents/{document_id}", dependencies=[needs("hrms.document.use")])
async def get_document(document_id: UUID, session: ReadSession, response: Response) -> DocumentRead:
    document = await documents.one(session, document_id)
    response.headers["ETag"] = etag(document.version)
    return document


@router.get(
    "/documents/{document_id}/content",
    dependencies=[needs("hrms.document.use")],
    response_class=Response,
    responses={200: {"content": {kind: {} for kind in ACCEPTED}}},
)
async def download_document(document_id: UUID, session: ReadSession) -> Response:
    return download(*await documents.content(session, document_id))


@router.put(
    "/documents/{document_id}/content",
    dependencies=[_UPLOADS],
    openapi_extra=takes(*ACCEPTED),
    responses=documented(ExpiryMissing, ExpiryUnexpected, UploadRefused, FileTypeRefused),
)
async def replace_document(
    document_id: UUID,
    wish: Annotated[FileWish, Query()],
    request: Request,
    version: ExpectedVersion,
    session: TenantSession,
    *,
    sessions: ReadSessions,
    response: Response,
) -> DocumentRead:
    """Put a newer file in the place of the document's, a renewed passport for example."""
    document = await documents.replace(
        session, sessions, document_id, wish, request.stream(), version=version
    )
    response.headers["ETag"] = etag(document.version)
    return document


@router.delete("/documents/{document_id}", status_code=204, dependencies=[needs("hrms.document.manage")])
async def delete_document(document_id: UUID, session: TenantSession) -> None:
    await documents.remove(session, document_id)
