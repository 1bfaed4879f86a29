"""Files that people upload: on local disk in development, in S3 or the like in production.

    async with files.received(session, request.stream(), name=name, accept=["image/png"]) as file:
        session.add(file)  # the object is stored, and belongs to the row once the session commits

An object lies at `tenant_<id>/<service>/<key>`; no part of that is of the user's choosing. What
is stored and belongs to no row, because a process died in between, is swept after a day.

How large a body may be, its route says (`needs(…, takes_file=…)`). A service that takes files
names FILES among its streams, before its own, and `files.handlers` among its handlers.
"""

import codecs
import re
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated
from uuid import UUID, uuid4

import obstore
from contracts.facts import Envelope
from contracts.jobs import Job
from pydantic import StringConstraints
from sqlalchemy import select
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from servicekit import jobs
from servicekit.db import TYPES, Identified, ReadSession, TenantSession, tenant_metadata
from servicekit.errors import Unprocessable
from servicekit.handlers import Handlers
from servicekit.migrations import Stream
from servicekit.object_store import object_store
from servicekit.tenant_schema import files_of


class Base(DeclarativeBase):
    metadata = tenant_metadata()
    type_annotation_map = TYPES


class StoredFile(Identified, Base):
    """A file that somebody uploaded. Its bytes are an object named by `key`."""

    __tablename__ = "files"

    key: Mapped[UUID] = mapped_column(unique=True)
    name: Mapped[str]
    media_type: Mapped[str]  # known by its content
    size: Mapped[int]  # bytes


FILES = Stream("files", "tenant", Path(__file__).parent / "migrations/files", Base.metadata)

FileName = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True,
        min_length=1,
        max_length=200,
        # Neither a path nor a name whose letters turn round to hide what it ends in.
        pattern=r"^[^\x00-\x1f\x7f/\\\u202a-\u202e\u2066-\u2069]+$",
    ),
]

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MARC = "application/marc"
_HEAD = 8192  # bytes from which the type is known
_PIECE = 65_536  # bytes of an answer
_ORPHANED = timedelta(days=1)
_CONTROL_CHARACTERS = re.compile(r"[\x00-\x08\x0b\x0e-\x1f]")


class FileTypeRefused(Unprocessable):
    code = "file_type_refused"

    def __init__(self, accept: Collection[str]) -> None:
        super().__init__("By its content the file is none of those taken here.", accepted=", ".join(accept))


def _is_text(head: bytes) -> bool:
    try:
        text = codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return False
    return bool(text) and not _CONTROL_CHARACTERS.search(text)


_LOOKS_LIKE: dict[str, Callable[[bytes], bool]] = {
    "application/pdf": lambda head: head.startswith(b"%PDF-"),
    "image/png": lambda head: head.startswith(b"\x89PNG\r\n\x1a\n"),
    "image/jpeg": lambda head: head.startswith(b"\xff\xd8\xff"),
    DOCX: lambda head: head.startswith(b"PK\x03\x04") and b"word/" in head,
    XLSX: lambda head: head.startswith(b"PK\x03\x04") and b"xl/" in head,
    MARC: lambda head: b"\x1e" in head,  # what ends every field; no text has it
    "text/csv": _is_text,
}


@asynccontextmanager
async def received(
    session: TenantSession, content: AsyncIterator[bytes], *, name: str, accept: Collection[str]
) -> AsyncGenerator[StoredFile]:
    """Store what comes, piece by piece; yields the row that it is to belong to.

    The database is not touched, so a client that sends slowly holds no connection: what needs
    one comes inside. An error there removes the object.

    Args:
        session: names the tenant and the service.
        content: as it comes from the client.
        name: what a download is called; no place is made of it.
        accept: media types, each one that `_LOOKS_LIKE` can tell by the content.

    Raises:
        FileTypeRefused
    """
    head = b""
    async for piece in content:
        head += piece
        if len(head) >= _HEAD:
            break
    media_type = next((kind for kind in accept if _LOOKS_LIKE[kind](head[:_HEAD])), None)
    if media_type is None:
        raise FileTypeRefused(accept)
    size = 0

    async def counted() -> AsyncIterator[bytes]:
        nonlocal size
        size = len(head)
        yield head
        async for piece in content:
            size += len(piece)
            yield piece

    key = uuid4()
    place = _place(session, key)
    await obstore.put_async(object_store(session.files_url), place, counted(), max_concurrency=2)
    try:
        yield StoredFile(key=key, name=name, media_type=media_type, size=size)
    except BaseException:
        await obstore.delete_async(object_store(session.files_url), place)
        raise


async def content_of(session: TenantSession | ReadSession, file: StoredFile) -> AsyncIterator[bytes]:
    """The file's bytes, opened now and read later: the session is not needed any more."""
    found = await obstore.get_async(object_store(session.files_url), _place(session, file.key))
    return found.stream(min_chunk_size=_PIECE)


async def part_of(session: TenantSession, file: StoredFile, start: int, length: int) -> bytes:
    """So many of the file's bytes, or as many as there are, from byte `start` on."""
    end = min(start + length, file.size)
    if start >= end:
        return b""
    place = _place(session, file.key)
    return bytes(await obstore.get_range_async(object_store(session.files_url), place, start=start, end=end))


async def remove(session: TenantSession, file: StoredFile) -> None:
    """Remove a file; its object goes by a job, once the session has committed."""
    await session.delete(file)
    jobs.add(session, DeleteObject(key=file.key))


class DeleteObject(Job):
    name = "kit.delete_object"

    key: UUID


class SweepFiles(Job):
    name = "kit.sweep_files"


handlers = Handlers()


@handlers.does(DeleteObject)
async def delete_object(session: TenantSession, job: DeleteObject, _: Envelope) -> None:
    with suppress(FileNotFoundError):
        await obstore.delete_async(object_store(session.files_url), _place(session, job.key))


@handlers.does(SweepFiles, schedule="30 3 * * *")
async def sweep(session: TenantSession, _: SweepFiles, __: Envelope) -> None:
    """Delete the tenant's objects that have belonged to no row for a day."""
    store = object_store(session.files_url)
    before = datetime.now(UTC) - _ORPHANED
    async for found in obstore.list(store, prefix=files_of(session.tenant, session.service), chunk_size=1000):
        old = {UUID(o["path"].rpartition("/")[2]): o["path"] for o in found if o["last_modified"] < before}
        kept = await session.scalars(select(StoredFile.key).where(StoredFile.key.in_(old)))
        orphans = [old[key] for key in old.keys() - set(kept)]
        if orphans:
            await obstore.delete_async(store, orphans)


def _place(session: TenantSession | ReadSession, key: UUID) -> str:
    return f"{files_of(session.tenant, session.service)}/{key}"
