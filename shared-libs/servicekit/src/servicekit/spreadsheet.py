"""CSV that people open in a spreadsheet program."""

import csv
from collections.abc import Iterable
from io import StringIO

BOM = "\ufeff"  # without it Excel takes UTF-8 for the machine's old code page
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def lines(rows: Iterable[Iterable[object]]) -> str:
    """Rows as RFC 4180 lines.

    A cell that a spreadsheet program would run as a formula begins with an
    apostrophe, which the program shows as plain text.
    """
    text = StringIO()
    csv.writer(text).writerows([_cell(value) for value in row] for row in rows)
    return text.getvalue()


def _cell(value: object) -> str:
    cell = "" if value is None else str(value)
    return "'" + cell if cell.startswith(FORMULA_STARTS) else cell
