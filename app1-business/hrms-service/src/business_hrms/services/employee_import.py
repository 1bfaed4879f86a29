"""Employees from a file, read and planned as a whole.

The plan tells in advance what every row comes to, so a dry run is the plan and
nothing more; `employee_take_over` does the rest.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import asdict
from typing import ClassVar
from uuid import UUID

from pydantic import ValidationError
from servicekit import audit, files, long_jobs, tables
from servicekit.db import TenantSession, found
from servicekit.errors import Problem, Unprocessable
from servicekit.files import XLSX, StoredFile
from servicekit.long_jobs import LongJob, Portion, Refusal
from sqlalchemy import String, any_, func, insert, literal, select, true
from sqlalchemy.dialects.postgresql import ARRAY

from business_hrms.models.department import Department
from business_hrms.models.employee_import import ImportStep
from business_hrms.models.holiday_list import HolidayList
from business_hrms.rules.employee_import import Known, Row, Somebody, folded, plan
from business_hrms.schemas.employee_import import EmployeeCells, ImportWish
from business_hrms.services import directory, visibility
from business_hrms.services.current import calendar, employee, is_todays, job
from business_hrms.services.employee_take_over import TakeOverEmployees, ids


class HeaderRefused(Unprocessable):
    code = "hrms.import_columns"


ACCEPTED = ("text/csv", XLSX)
LARGEST = 10_485_760  # bytes; as much as the gateway passes on
COLUMNS = tuple(EmployeeCells.model_fields)
_MOST_ROWS = 50_000
_MOST_COLUMNS = 50
_WORDS = {"string_pattern_mismatch": "This is not of the form that the column takes."}
_KEYS = ARRAY(String())
_NOT_TAKEN_OVER = frozenset({"status", "last_day"})  # stand in the export, and change by other ways


class ImportEmployees(Portion):
    """Read and plan the file."""

    name: ClassVar[str] = "hrms.import_employees"

    file_id: UUID
    dry_run: bool


async def start(session: TenantSession, wish: ImportWish, body: AsyncIterator[bytes]) -> LongJob:
    """Have a file imported, or tried out."""
    async with files.received(session, body, name=wish.name, accept=ACCEPTED) as file:
        session.add(file)
        await session.flush()
        # How many rows there are is known when the file has been read.
        job = await long_jobs.start(session, ImportEmployees, total=1, file_id=file.id, dry_run=wish.dry_run)
        audit.add(session, "hrms.import_started", target=f"job:{job.id}", after=wish.model_dump())
        await session.flush()
        return job


async def read(session: TenantSession, portion: ImportEmployees) -> None:
    """Read the file and plan what it comes to; in a dry run that is all."""
    file = await found(session, StoredFile, portion.file_id)
    await files.remove(session, file)
    if await long_jobs.cancelled(session, portion):
        return
    content = b"".join([piece async for piece in await files.content_of(session, file)])
    try:
        rows, refused = await asyncio.to_thread(_rows_of, content, file.media_type)
    except Problem as problem:
        rows, refused = [], [Refusal(problem.code, problem.detail or "")]
    planned = await asyncio.to_thread(plan, rows, await _known(session, rows))
    refused += [Refusal(one.code, one.detail, one.row, one.column) for one in planned.refused]
    running = await session.get_one(LongJob, portion.job_id)
    running.total = len({one.row for one in refused}) + planned.unchanged + len(planned.steps)
    steps = [] if portion.dry_run else planned.steps
    if steps:
        staged = [
            {"job_id": portion.job_id, "position": position, "step": asdict(step)}
            for position, step in enumerate(steps)
        ]
        await session.execute(insert(ImportStep), staged)
    new = sum(step.employee_id is None for step in planned.steps)
    tried = {"created": new, "updated": len(planned.steps) - new} if portion.dry_run else {}
    await long_jobs.advance(
        session,
        portion,
        running.total - len(steps),
        following=TakeOverEmployees(job_id=portion.job_id, position=0) if steps else None,
        refused=sorted(refused, key=lambda refusal: refusal.row or 0),
        counts={"created": 0, "updated": 0, "unchanged": planned.unchanged, **tried},
    )


def _rows_of(content: bytes, media_type: str) -> tuple[list[Row], list[Refusal]]:
    """The file's rows as the columns' types have them, and what is wrong with the others.

    Rows count from 1, the header, as in a spreadsheet program.

    Raises:
        TableUnreadable
        TableTooLarge
        HeaderRefused: it lacks `employee_no`, or has a column twice or one that there is not.
    """
    table = tables.read(content, media_type, most_rows=_MOST_ROWS, most_columns=_MOST_COLUMNS)
    header = [name.lower().replace(" ", "_") for name in table[0]] if table else []
    _require_columns(header)
    rows: list[Row] = []
    refused: list[Refusal] = []
    for number, line in enumerate(table[1:], 2):
        if not any(line):
            continue
        if any(line[len(header) :]):
            refused.append(Refusal("too_many_cells", "The row is longer than the header.", number))
            continue
        cells = dict(zip(header, [*line, *[""] * len(header)], strict=False))
        given = {name: cell or None for name, cell in cells.items() if name not in _NOT_TAKEN_OVER}
        try:
            rows.append(Row(number, EmployeeCells.model_validate(given).model_dump(include=set(given))))
        except ValidationError as error:
            refused += [
                Refusal(
                    detail["type"], _WORDS.get(detail["type"], detail["msg"]), number, str(detail["loc"][0])
                )
                for detail in error.errors()
            ]
    return rows, refused


def _require_columns(header: Sequence[str]) -> None:
    unknown = sorted(set(header) - {*COLUMNS, *_NOT_TAKEN_OVER})
    if unknown:
        raise HeaderRefused(f"There are no columns {', '.join(map(repr, unknown))}: {', '.join(COLUMNS)}.")
    if len(set(header)) < len(header):
        raise HeaderRefused("A column stands there twice.")
    if "employee_no" not in header:
        raise HeaderRefused("The column employee_no says whom a row is about.")


async def _known(session: TenantSession, rows: Iterable[Row]) -> Known:
    """What the plan of these rows needs to know, in a number of statements that does not grow with them."""
    dates = calendar()
    today = dates.c.today
    leads = func.coalesce(employee.c.last_day >= today, true())
    lines = (
        select(employee.c.employee_no, employee.c.email, directory.manager.c.employee_no, leads)
        .join_from(employee, dates, true())
        .join(job, is_todays(job, employee, today))
        .outerjoin(directory.manager, directory.manager.c.id == job.c.manager_id)
    )
    everybody = {
        folded(number): Somebody(folded(email), manager and folded(manager), may_lead)
        for number, email, manager, may_lead in await session.execute(lines, {"tenant": session.tenant})
    }
    named = (
        directory.employees(directory.Filters(seen=False))
        .add_columns(directory.manager.c.employee_no.label("manager_no"))
        .add_columns(HolidayList.name.label("holiday_list"))
        .outerjoin(HolidayList, HolidayList.id == employee.c.holiday_list_id)
        # One array: there are more rows than a statement may have parameters.
        .where(func.lower(employee.c.employee_no) == any_(literal([row.key for row in rows], _KEYS)))
    )
    found_ = (await session.execute(named, visibility.values(session.context))).mappings()
    return Known(
        everybody=everybody,
        employees={folded(one["employee_no"]): dict(one) for one in found_},
        names={
            "department": frozenset(await ids(session, Department)),
            "holiday_list": frozenset(await ids(session, HolidayList)),
        },
    )
