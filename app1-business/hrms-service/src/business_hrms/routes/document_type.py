from typing import Annotated
from uuid import UUID

from fastapi import Query, Response
from servicekit.access import needs
from servicekit.db import found
from servicekit.edge import ExpectedVersion, ReadSession, Router, TenantSession, answer, etag
from servicekit.errors import documented
from servicekit.pagination import Page

from business_hrms.models.document import DocumentType
from business_hrms.schemas.document import (
    DocumentTypeChanges,
    DocumentTypeQuery,
    DocumentTypeRead,
    DocumentTypeWish,
)
from business_hrms.services import document_type as types
from business_hrms.services.document_type import DocumentTypeInUse, DocumentTypeNameTaken

router = Router("hrms", tags=["document types"])


@router.get(
    "/document-types", dependencies=[needs("hrms.document.use")], response_model=Page[DocumentTypeRead]
)
async def list_document_types(query: Annotated[DocumentTypeQuery, Query()], session: ReadSession) -> Response:
    return answer(await types.listing(session, query))


@router.post(
    "/document-types",
    status_code=201,
    dependencies=[needs("hrms.document.manage")],
    responses=documented(DocumentTypeNameTaken),
)
async def create_document_type(
    wish: DocumentTypeWish, session: TenantSession, response: Response
) -> DocumentTypeRead:
    kind = await types.create(session, wish)
    response.headers["Location"] = f"/hrms/document-types/{kind.id}"
    response.headers["ETag"] = etag(kind.version)
    return DocumentTypeRead.model_validate(kind)


@router.get("/document-types/{document_type_id}", dependencies=[needs("hrms.document.use")])
async def get_document_type(
    document_type_id: UUID, session: ReadSession, response: Response
) -> DocumentTypeRead:
    kind = await found(session, DocumentType, document_type_id)
    response.headers["ETag"] = etag(kind.version)
    return DocumentTypeRead.model_validate(kind)


@router.patch(
    "/document-types/{document_type_id}",
    dependencies=[needs("hrms.document.manage")],
    responses=documented(DocumentTypeNameTaken),
)
async def change_document_type(
    document_type_id: UUID,
    changes: DocumentTypeChanges,
    version: ExpectedVersion,
    session: TenantSession,
    response: Response,
) -> DocumentTypeRead:
    kind = await types.change(session, document_type_id, changes, version)
    response.headers["ETag"] = etag(kind.version)
    return DocumentTypeRead.model_validate(kind)


@router.delete(
    "/document-types/{document_type_id}",
    status_code=204,
    dependencies=[needs("hrms.document.manage")],
    responses=documented(DocumentTypeInUse),
)
async def delete_document_type(document_type_id: UUID, session: TenantSession) -> None:
    """Remove a type that no document is of."""
    await types.remove(session, document_type_id)
