"""XLSX that people open in a spreadsheet program."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from io import BytesIO

from xlsxwriter import Workbook

_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,  # what somebody typed is text, whatever it begins with
    "strings_to_urls": False,
    "default_date_format": "yyyy-mm-dd",
}


def xlsx(rows: Iterable[Iterable[object]]) -> bytes:
    """A workbook of one sheet; numbers and dates stay such. The first row is the header."""
    content = BytesIO()
    with Workbook(content, _OPTIONS) as book:
        sheet = book.add_worksheet()
        sheet.freeze_panes(1, 0)
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, [_cell(value) for value in row])
    return content.getvalue()


def _cell(value: object) -> object:
    return value if value is None or isinstance(value, bool | int | float | Decimal | date) else str(value)
