"""Tables that people upload: CSV as spreadsheet programs write it, and XLSX."""

import csv
from collections.abc import Iterator
from datetime import datetime, time
from io import BytesIO, StringIO
from zipfile import ZipFile

from openpyxl import load_workbook

from servicekit.errors import Problem, Unprocessable
from servicekit.files import XLSX
from servicekit.spreadsheet import FORMULA_STARTS

_UNPACKED = 64 * 1024 * 1024  # bytes that the parts of an XLSX may come to
_PARTS = 1000


class TableUnreadable(Unprocessable):
    code = "table_unreadable"


class TableTooLarge(Unprocessable):
    code = "table_too_large"


def read(content: bytes, media_type: str, *, most_rows: int, most_columns: int) -> list[list[str]]:
    """The rows of a file, the header first; of an XLSX those of the first sheet.

    Blank rows come as they are, so that a row's place tells its number. A number or
    date of an XLSX reads as one would type it; the apostrophe that our own exports
    put before what looks like a formula is taken off. It computes for a while: call
    it in a thread.

    Args:
        media_type: `text/csv` or XLSX's.
        most_rows: besides the header.

    Raises:
        TableUnreadable
        TableTooLarge
    """
    cells = _xlsx(content, most_rows, most_columns) if media_type == XLSX else _csv(content)
    try:
        return [[_unescaped(cell) for cell in row] for row in _limited(cells, most_rows, most_columns)]
    except Problem:
        raise
    except Exception as error:  # a damaged file may fail anywhere in the library that reads it
        raise TableUnreadable("The file cannot be read: it is damaged, or no table.") from error


def _limited(rows: Iterator[list[str]], most_rows: int, most_columns: int) -> Iterator[list[str]]:
    for number, row in enumerate(rows):
        if any(row) and (number > most_rows or len(row) > most_columns):
            raise TableTooLarge(f"A table has at most {most_rows} rows and {most_columns} columns here.")
        if number <= most_rows:
            yield row


def _csv(content: bytes) -> Iterator[list[str]]:
    text = content.decode("utf-8-sig")
    header = text.partition("\n")[0]
    delimiter = max(",;\t", key=header.count)  # where the comma is decimal, a semicolon separates
    for row in csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True):
        yield [cell.strip() for cell in row]


def _xlsx(content: bytes, most_rows: int, most_columns: int) -> Iterator[list[str]]:
    with ZipFile(BytesIO(content)) as parts:
        # What a part unpacks to beyond its declared size is never read.
        sizes = [part.file_size for part in parts.infolist()]
    if len(sizes) > _PARTS or sum(sizes) > _UNPACKED:
        raise TableTooLarge("The file unpacks to more than is taken here.")
    book = load_workbook(BytesIO(content), read_only=True, data_only=True, keep_links=False)
    sheet = book.worksheets[0]
    sheet.reset_dimensions()  # what the file says of its size need not be true
    for row in sheet.iter_rows(max_row=most_rows + 2, max_col=most_columns + 1, values_only=True):
        cells = [_text(value) for value in row]
        while cells and not cells[-1]:
            cells.pop()
        yield cells


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime) and value.time() == time():
        return value.date().isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def _unescaped(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(FORMULA_STARTS) else cell
