"""Catalogue records from a file: books, and copies of them.

A MARC file is read in stretches, from where the one before ended; of a record that
is broken nothing is believed but its terminator. A table is read as a whole, and
taken in stretches of rows.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import Any, ClassVar
from uuid import UUID

from servicekit import audit, files, long_jobs, tables
from servicekit.db import TenantSession, advisory_lock, found
from servicekit.errors import Problem
from servicekit.files import MARC, XLSX, StoredFile
from servicekit.long_jobs import LongJob, Portion, Refusal
from sqlalchemy import FromClause, Insert, bindparam, column, func, insert, select
from sqlalchemy.dialects.postgresql import JSONB

from school_libraries.models.book import Book, Copy
from school_libraries.models.hold import Hold
from school_libraries.rules.record import (
    COLUMNS,
    MARC_END,
    CatalogueRecord,
    RecordUnreadable,
    of_marc,
    of_row,
)
from school_libraries.rules.words import CopyStatus, HoldState
from school_libraries.schemas.catalogue_import import ImportWish
from school_libraries.services import branch as branches
from school_libraries.services import hold as holds

ACCEPTED = (MARC, "text/csv", XLSX)
LARGEST = 104_857_600  # bytes
_STRETCH = 524_288  # bytes of MARC
_ROWS = 2000
_MOST_ROWS = 50_000
_MOST_COLUMNS = 50

Numbered = tuple[int, CatalogueRecord]


class ImportCatalogue(Portion):
    """Import from byte `offset` of a MARC file, or from the row after `row` of a table."""

    name: ClassVar[str] = "libraries.import_catalogue"

    file_id: UUID
    offset: int = 0
    row: int = 0


async def start(session: TenantSession, wish: ImportWish, body: AsyncIterator[bytes]) -> LongJob:
    """Have a file imported."""
    ends = 0

    async def counted() -> AsyncIterator[bytes]:
        nonlocal ends
        async for piece in body:
            ends += piece.count(MARC_END)
            yield piece

    async with files.received(session, counted(), name=wish.name, accept=ACCEPTED) as file:
        session.add(file)
        await session.flush()
        # How many rows a table has is known when it has been read.
        job = await long_jobs.start(session, ImportCatalogue, total=max(ends, 1), file_id=file.id)
        audit.add(session, "libraries.import_started", target=f"job:{job.id}", after=wish.model_dump())
        await session.flush()
        return job


async def take(session: TenantSession, portion: ImportCatalogue) -> None:
    """Import one stretch, and ask for the next."""
    file = await found(session, StoredFile, portion.file_id)
    if await long_jobs.cancelled(session, portion):
        await files.remove(session, file)
        return
    read = _of_marc if file.media_type == MARC else _of_table
    records, refused, following = await read(session, portion, file)
    created, copies, taken = await _enter(session, records)
    counts = {
        "created": created,
        "known": len(records) - created,
        "copies": copies,
        "isbn_invalid": sum(bool(r.book["isbn"] and not r.book["isbn13"]) for _, r in records),
    }
    done = len({row for row, _ in records} | {refusal.row for refusal in refused})
    await long_jobs.advance(
        session, portion, done, following=following, refused=[*refused, *taken], counts=counts
    )
    if following is None:
        await files.remove(session, file)


async def _of_marc(
    session: TenantSession, portion: ImportCatalogue, file: StoredFile
) -> tuple[list[Numbered], list[Refusal], ImportCatalogue | None]:
    stretch = await files.part_of(session, file, portion.offset, _STRETCH)
    last = portion.offset + len(stretch) >= file.size
    cut = len(stretch) if last else stretch.rfind(MARC_END) + 1
    if not cut:  # no record is that long
        refusal = Refusal("marc_unreadable", "No record ends from here on.", portion.row + 1)
        return [], [refusal], None
    raw = [piece + MARC_END for piece in stretch[:cut].split(MARC_END) if piece.strip()]
    records, refused = await asyncio.to_thread(_read, raw, of_marc, portion.row)
    following = portion.model_copy(update={"offset": portion.offset + cut, "row": portion.row + len(raw)})
    return records, refused, None if last else following


async def _of_table(
    session: TenantSession, portion: ImportCatalogue, file: StoredFile
) -> tuple[list[Numbered], list[Refusal], ImportCatalogue | None]:
    content = await files.part_of(session, file, 0, file.size)
    try:
        table = await asyncio.to_thread(
            tables.read, content, file.media_type, most_rows=_MOST_ROWS, most_columns=_MOST_COLUMNS
        )
    except Problem as problem:
        return [], [Refusal(problem.code, problem.detail or "")], None
    header = [name.lower().replace(" ", "_") for name in table[0]] if table else []
    if unknown := sorted(set(header) - {*COLUMNS}):
        detail = f"There are no columns {', '.join(map(repr, unknown))}: {', '.join(COLUMNS)}."
        return [], [Refusal("libraries.import_columns", detail)], None
    if portion.row == 0:
        (await session.get_one(LongJob, portion.job_id)).total = sum(any(line) for line in table[1:])
    first = portion.row + 1  # the header is row 0 here, and 1 for people
    lines = table[first : first + _ROWS]
    rows = [dict(zip(header, line, strict=False)) if any(line) else None for line in lines]
    records, refused = _read(rows, of_row, first)
    more = first + _ROWS < len(table)
    following = portion.model_copy(update={"row": portion.row + _ROWS})
    return records, refused, following if more else None


def _read(
    raw: Iterable[Any], of: Callable[[Any], CatalogueRecord], before: int
) -> tuple[list[Numbered], list[Refusal]]:
    """What can be read of records, which are numbered from the one after `before`; None is no record."""
    records: list[Numbered] = []
    refused: list[Refusal] = []
    for row, one in enumerate(raw, before + 1):
        try:
            if one is not None:
                records.append((row, of(one)))
        except RecordUnreadable as error:
            refused.append(Refusal(error.code, str(error), row))
    return records, refused


async def _enter(session: TenantSession, records: Sequence[Numbered]) -> tuple[int, int, list[Refusal]]:
    """Enter books that are not known by their ISBN, and all copies; says how many of each.

    A copy whose barcode is taken is refused, its book is not.
    """
    await advisory_lock(session, "catalogue import")
    wanted = {record.book["isbn13"] for _, record in records} - {None}
    known = select(Book.isbn13, Book.id).where(Book.isbn13.in_(wanted))
    ids: dict[str | int, UUID] = {isbn: id_ for isbn, id_ in await session.execute(known) if isbn}
    new: dict[str | int, CatalogueRecord] = {}
    for row, record in records:
        isbn = record.book["isbn13"]
        if isbn not in ids:
            new.setdefault(isbn or row, record)
    made = select(func.uuidv7()).select_from(func.generate_series(1, len(new)))
    ids |= zip(new, await session.scalars(made), strict=True)
    rows = [{"id": ids[key], "version": 1, **record.book} for key, record in new.items()]
    await _insert(session, Book.__table__, rows)
    copies, refused = await _enter_copies(
        session, [(row, ids[record.book["isbn13"] or row], record) for row, record in records]
    )
    return len(new), copies, refused


async def _enter_copies(
    session: TenantSession, records: Sequence[tuple[int, UUID, CatalogueRecord]]
) -> tuple[int, list[Refusal]]:
    items = [(row, book_id, item) for row, book_id, record in records for item in record.items]
    if not items:
        return 0, []
    barcodes = {item.barcode.lower() for _, _, item in items}
    taken = set(
        await session.scalars(select(func.lower(Copy.barcode)).where(func.lower(Copy.barcode).in_(barcodes)))
    )
    branch_id = await branches.chosen(session, None)
    rows: list[dict[str, Any]] = []
    refused: list[Refusal] = []
    for row, book_id, item in items:
        if item.barcode.lower() in taken:
            refused.append(Refusal("libraries.barcode_taken", f"There is a copy {item.barcode!r}.", row))
            continue
        taken.add(item.barcode.lower())
        rows.append(
            {
                "book_id": book_id,
                "branch_id": branch_id,
                "status": CopyStatus.AVAILABLE,
                "version": 1,
                **vars(item),
            }
        )
    await _insert(session, Copy.__table__, rows)
    waited_for = select(Hold.book_id).where(
        Hold.book_id.in_({row["book_id"] for row in rows}), Hold.state == HoldState.QUEUED
    )
    for book_id in sorted(set(await session.scalars(waited_for))):
        await session.get_one(Book, book_id, with_for_update={"key_share": True})
        await holds.hand_out(session, book_id)
    return len(rows), refused


async def _insert(session: TenantSession, table: FromClause, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows of the same columns by one statement with one value: thousands of values cost more."""
    if rows:
        await session.execute(_insertion(table, tuple(rows[0])), {"rows": rows})


@cache  # SQLAlchemy keeps the first statement of a kind, and would keep its rows with it
def _insertion(table: FromClause, names: tuple[str, ...]) -> Insert:
    columns = [column(name, table.c[name].type) for name in names]
    given = func.jsonb_to_recordset(bindparam("rows", type_=JSONB)).table_valued(*columns)
    values = select(*given.render_derived(with_types=True).c)
    return insert(table).from_select(list(names), values)  # type: ignore[arg-type] # a Table
