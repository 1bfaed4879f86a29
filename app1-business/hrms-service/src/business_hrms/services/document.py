"""Documents: kept, shown to whom their type says, replaced, removed."""

from collections.abc import AsyncIterator
from datetime import date
from typing import Any
from uuid import UUID

from contracts.context import TenantContext
from servicekit import audit, files
from servicekit.db import ReadSession, ReadSessions, TenantSession, found, locked, refusing
from servicekit.errors import Forbidden, NotFound, Unprocessable
from servicekit.files import DOCX, XLSX, StoredFile
from servicekit.pagination import page
from sqlalchemy import ColumnElement, Date, and_, cast, func, literal, or_, select, true

from business_hrms.models.document import Document, DocumentType
from business_hrms.rules.document import EmployeeMay, ManagerMay
from business_hrms.schemas.document import DocumentQuery, DocumentRead, DocumentWish, FileWish
from business_hrms.services import visibility
from business_hrms.services.current import Statement, employee

ACCEPTED = ("application/pdf", "image/png", "image/jpeg", DOCX, XLSX)
LARGEST = 10_485_760  # bytes; as much as the gateway passes on

_document, _kind, _file = Document.__table__, DocumentType.__table__, StoredFile.__table__


class DocumentTypeUnknown(Unprocessable):
    code = "hrms.document_type_unknown"

    def __init__(self) -> None:
        super().__init__("There is no such document type.")


class ExpiryMissing(Unprocessable):
    code = "hrms.document_expiry_missing"

    def __init__(self) -> None:
        super().__init__("Documents of this type expire: say when.")


class ExpiryUnexpected(Unprocessable):
    code = "hrms.document_expiry_unexpected"

    def __init__(self) -> None:
        super().__init__("Documents of this type do not expire.")


class UploadRefused(Forbidden):
    code = "hrms.document_upload_refused"

    def __init__(self) -> None:
        super().__init__("You may not upload documents of this type.")


async def listing(session: ReadSession, query: DocumentQuery) -> dict[str, Any]:
    """The documents that the session's user may see."""
    statement = _documents(session.context)
    key: ColumnElement[Any] = _document.c.created_at
    if query.sort.endswith("expires_on"):
        never = cast(literal(date.max), Date)
        key = func.coalesce(_document.c.expires_on, never).label("_expires_on")
        statement = statement.add_columns(key)
    if query.employee_id is not None:
        statement = statement.where(_document.c.employee_id == query.employee_id)
    if query.type_id is not None:
        statement = statement.where(_document.c.type_id == query.type_id)
    if query.expires_before is not None:
        statement = statement.where(_document.c.expires_on < query.expires_before)
    descending = query.sort.startswith("-")
    return await page(session, statement, query, key=key, id_=_document.c.id, descending=descending)


async def one(session: TenantSession | ReadSession, document_id: UUID) -> DocumentRead:
    """One document.

    Raises:
        NotFound: there is none that the session's user may see.
    """
    statement = _documents(session.context).where(_document.c.id == document_id)
    row = (await session.execute(statement)).one_or_none()
    if row is None:
        raise NotFound
    return DocumentRead.model_validate(row)


async def content(session: ReadSession, document_id: UUID) -> tuple[StoredFile, AsyncIterator[bytes]]:
    await one(session, document_id)
    file = await found(session, StoredFile, (await found(session, Document, document_id)).file_id)
    return file, await files.content_of(session, file)


async def add(
    session: TenantSession, sessions: ReadSessions, wish: DocumentWish, body: AsyncIterator[bytes]
) -> DocumentRead:
    """Keep a document. Who may is checked first, in a session of its own: none is held while the body comes.

    Raises:
        NotFound: the session's user sees no such employee.
    """
    async with sessions() as reading:
        await visibility.require_visible(reading, wish.employee_id)
        kind = await reading.get(DocumentType, wish.type_id)
        if kind is None:
            raise DocumentTypeUnknown
        await _require_upload(reading, wish.employee_id, kind)
    _require_expiry(kind, wish)
    async with files.received(session, body, name=wish.name, accept=ACCEPTED) as file:
        session.add(file)
        await session.flush()
        document = Document(
            employee_id=wish.employee_id,
            type_id=wish.type_id,
            file_id=file.id,
            expires_on=wish.expires_on,
            uploaded_by=session.context.user_id,
        )
        session.add(document)
        async with refusing(
            {"fk_documents_type_id": DocumentTypeUnknown, "fk_documents_employee_id": NotFound}
        ):
            await session.flush()
        audit.add(session, "hrms.document_added", target=f"document:{document.id}", after=wish.model_dump())
        return await one(session, document.id)


async def replace(
    session: TenantSession,
    sessions: ReadSessions,
    document_id: UUID,
    wish: FileWish,
    body: AsyncIterator[bytes],
    *,
    version: int,
) -> DocumentRead:
    """Put a newer file in the place of a document's. What it expires on is told anew."""
    async with sessions() as reading:
        seen = await one(reading, document_id)
        kind = await found(reading, DocumentType, seen.type_id)
        await _require_upload(reading, seen.employee_id, kind)
    _require_expiry(kind, wish)
    async with files.received(session, body, name=wish.name, accept=ACCEPTED) as file:
        document = await locked(session, Document, document_id, version=version)
        former = await found(session, StoredFile, document.file_id)
        session.add(file)
        await session.flush()
        audit.add(
            session,
            "hrms.document_replaced",
            target=f"document:{document_id}",
            before={"name": former.name, "expires_on": document.expires_on},
            after=wish.model_dump(),
        )
        document.file_id, document.expires_on = file.id, wish.expires_on
        document.uploaded_by = session.context.user_id
        await files.remove(session, former)
        await session.flush()
        return await one(session, document_id)


async def remove(session: TenantSession, document_id: UUID) -> None:
    seen = await one(session, document_id)
    document = await locked(session, Document, document_id)
    await files.remove(session, await found(session, StoredFile, document.file_id))
    await session.delete(document)
    audit.add(
        session,
        "hrms.document_removed",
        target=f"document:{document_id}",
        before=seen.model_dump(include={"employee_id", "type", "name", "expires_on"}),
    )
    await session.flush()


def _documents(context: TenantContext) -> Statement:
    """Documents that somebody may see; columns as in `DocumentRead`."""
    return (
        select(
            _document.c.id,
            _document.c.version,
            _document.c.employee_id,
            _document.c.type_id,
            _kind.c.name.label("type"),
            _file.c.name,
            _file.c.media_type,
            _file.c.size,
            _document.c.expires_on,
            _document.c.uploaded_by,
            _document.c.created_at,
        )
        .join_from(_document, _kind, _kind.c.id == _document.c.type_id)
        .join(_file, _file.c.id == _document.c.file_id)
        .join(employee, employee.c.id == _document.c.employee_id)
        .where(_may_see(context))
    )


def _manages(context: TenantContext) -> bool:
    return "hrms.document.manage" in context.permissions


def _may_see(context: TenantContext) -> ColumnElement[bool]:
    """What a type says of employees and of those above them; who reads all employees does not read these."""
    if _manages(context):
        return true()
    own = employee.c.user_id == context.user_id
    of_team = employee.c.id.in_(visibility.seen().params(visibility.values(context)))
    return or_(
        and_(own, _kind.c.employee_may != EmployeeMay.NOTHING),
        and_(~func.coalesce(own, False), of_team, _kind.c.manager_may == ManagerMay.SEE),
    )


async def _require_upload(session: ReadSession, employee_id: UUID, kind: DocumentType) -> None:
    if _manages(session.context):
        return
    account = await session.scalar(select(employee.c.user_id).where(employee.c.id == employee_id))
    if kind.employee_may != EmployeeMay.UPLOAD or account != session.context.user_id:
        raise UploadRefused


def _require_expiry(kind: DocumentType, wish: FileWish) -> None:
    if kind.expires and wish.expires_on is None:
        raise ExpiryMissing
    if not kind.expires and wish.expires_on is not None:
        raise ExpiryUnexpected
