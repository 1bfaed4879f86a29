"""Kinds of documents."""

from typing import Any
from uuid import UUID

from servicekit import audit
from servicekit.db import ReadSession, TenantSession, assign, locked, refusing
from servicekit.errors import Conflict
from servicekit.pagination import page
from sqlalchemy import func, select

from business_hrms.models.document import DocumentType
from business_hrms.schemas.document import (
    DocumentTypeChanges,
    DocumentTypeQuery,
    DocumentTypeRead,
    DocumentTypeWish,
)


class DocumentTypeNameTaken(Conflict):
    code = "hrms.document_type_name_taken"

    def __init__(self) -> None:
        super().__init__("Another document type has this name.")


class DocumentTypeInUse(Conflict):
    code = "hrms.document_type_in_use"

    def __init__(self) -> None:
        super().__init__("There are documents of this type.")


_TAKEN = {"uq_document_types_name": DocumentTypeNameTaken}
_IN_USE = {"fk_documents_type_id": DocumentTypeInUse}


async def listing(session: ReadSession, query: DocumentTypeQuery) -> dict[str, Any]:
    columns = DocumentType.__table__.c
    key = func.lower(columns.name).label("_name")
    statement = select(*(columns[name] for name in DocumentTypeRead.model_fields), key)
    return await page(session, statement, query, key=key, id_=columns.id, descending=query.sort == "-name")


async def create(session: TenantSession, wish: DocumentTypeWish) -> DocumentType:
    kind = DocumentType(**wish.model_dump())
    session.add(kind)
    async with refusing(_TAKEN):
        await session.flush()
    audit.add(
        session, "hrms.document_type_created", target=f"document_type:{kind.id}", after=wish.model_dump()
    )
    return kind


async def change(
    session: TenantSession, type_id: UUID, changes: DocumentTypeChanges, version: int
) -> DocumentType:
    kind = await locked(session, DocumentType, type_id, version=version)
    after = changes.model_dump(exclude_unset=True)
    before = assign(kind, after)
    async with refusing(_TAKEN):
        await session.flush()
    audit.add(
        session,
        "hrms.document_type_changed",
        target=f"document_type:{type_id}",
        before=before,
        after=after,
    )
    return kind


async def remove(session: TenantSession, type_id: UUID) -> None:
    kind = await locked(session, DocumentType, type_id)
    audit.add(
        session, "hrms.document_type_removed", target=f"document_type:{type_id}", before={"name": kind.name}
    )
    await session.delete(kind)
    async with refusing(_IN_USE):
        await session.flush()
