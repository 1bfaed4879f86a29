"""Catalogue records of files, from MARC 21 and from tables, in the form in which books are kept."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from pymarc import Field, Record

from school_libraries.rules.isbn import isbn13

MARC_END = b"\x1d"  # of a record
COLUMNS = (
    "title",
    "subtitle",
    "authors",
    "isbn",
    "subjects",
    "publisher",
    "published",
    "language",
    "barcodes",
    "item_type",
    "price",
)
_SEPARATOR = re.compile(r"\s*[|;]\s*")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")
_NOT_KIND = re.compile(r"[^a-z0-9_-]+")
_TITLE, _TEXT, _BARCODE, _KIND = 1000, 200, 64, 40  # characters that are kept
_MOST = 50  # authors, and subjects
_LARGEST_PRICE = Decimal("9999999999.99")


class RecordUnreadable(ValueError):  # noqa: N818 - it is what became of the record
    """`code` says what is wrong with a record, the message tells people."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Item:
    barcode: str
    item_type: str
    price: Decimal | None


@dataclass(frozen=True)
class CatalogueRecord:
    """`book` has the columns of a book, `items` are its copies."""

    book: Mapping[str, Any]
    items: Sequence[Item]


def of_marc(raw: bytes) -> CatalogueRecord:
    """Read a MARC 21 record, its terminator included.

    Copies are its 852 fields that have a barcode ($p); $9 is the price, as Koha and
    others write it.

    Raises:
        RecordUnreadable
    """
    try:
        record = Record(data=raw, to_unicode=True)
    except Exception as error:  # what is broken may fail anywhere in the library that reads it
        raise RecordUnreadable("marc_unreadable", str(error) or type(error).__name__) from error
    titles = record.get_fields("245")
    control = record.get_fields("008")
    coded = control[0].data if control else None
    imprint = record.get_fields("264") or record.get_fields("260")
    items = [
        _item(barcode, "book", holding.get("9"))
        for holding in record.get_fields("852")
        for barcode in holding.get_subfields("p")
    ]
    return _record(
        title=_joined(titles[0], "a", "n", "p") if titles else "",
        subtitle=titles[0].get("b") if titles else None,
        authors=_values(record, ("100", "110", "700", "710"), "a"),
        isbn=next((value for field in record.get_fields("020") for value in field.get_subfields("a")), None),
        subjects=_values(record, ("600", "610", "650", "651"), "a"),
        publisher=next((value for field in imprint for value in field.get_subfields("b")), None),
        published=next((value for field in imprint for value in field.get_subfields("c")), None),
        language=coded[35:38] if coded else None,
        items=items,
        marc=record.as_dict(),
    )


def of_row(cells: Mapping[str, str]) -> CatalogueRecord:
    """Read a row of a table with `COLUMNS`; several authors, subjects and barcodes stand between `;` or `|`.

    Raises:
        RecordUnreadable
    """
    kind = _NOT_KIND.sub("-", cells.get("item_type", "").lower()).strip("-_")[:_KIND] or "book"
    return _record(
        title=cells.get("title", ""),
        subtitle=cells.get("subtitle"),
        authors=_SEPARATOR.split(cells.get("authors", "")),
        isbn=cells.get("isbn"),
        subjects=_SEPARATOR.split(cells.get("subjects", "")),
        publisher=cells.get("publisher"),
        published=cells.get("published"),
        language=cells.get("language"),
        items=[
            _item(barcode, kind, cells.get("price"))
            for barcode in _SEPARATOR.split(cells.get("barcodes", ""))
            if barcode
        ],
        marc=None,
    )


def _record(
    *,
    title: str,
    authors: Iterable[str],
    subjects: Iterable[str],
    isbn: str | None,
    items: Sequence[Item],
    marc: Mapping[str, Any] | None,
    **texts: str | None,
) -> CatalogueRecord:
    shown = _tidy(title, _TITLE)
    if not shown:
        raise RecordUnreadable("title_missing", "The record has no title.")
    written = _tidy(isbn, _TEXT)
    subtitle = _tidy(texts.pop("subtitle"), _TITLE) or None
    book = {
        "title": shown,
        "subtitle": subtitle,
        "authors": _tidied(authors),
        "subjects": _tidied(subjects),
        "isbn": written or None,
        "isbn13": isbn13(written),
        **{name: _tidy(text, _TEXT) or None for name, text in texts.items()},
        "marc": marc,
    }
    return CatalogueRecord(book, items)


def _item(barcode: str, item_type: str, price: str | None) -> Item:
    code = _tidy(barcode, _BARCODE + 1)
    if not code or len(code) > _BARCODE or re.search(r"[/?#]", code):
        raise RecordUnreadable("barcode_invalid", f"{code!r} is no barcode.")
    return Item(code, item_type, _price(price))


def _price(written: str | None) -> Decimal | None:
    """An amount without its currency; None where it is none."""
    found = re.search(r"\d+(?:[.,]\d{1,2})?", written or "")
    try:
        price = Decimal(found.group().replace(",", ".")) if found else None
    except InvalidOperation:
        return None
    return price if price is None or price <= _LARGEST_PRICE else None


def _values(record: Record, tags: Iterable[str], code: str) -> list[str]:
    return [value for field in record.get_fields(*tags) for value in field.get_subfields(code)]


def _joined(field: Field, *codes: str) -> str:
    return " ".join(field.get_subfields(*codes))


def _tidied(values: Iterable[str]) -> list[str]:
    """Each once, in their order, those without a letter left out."""
    return list(dict.fromkeys(filter(None, (_tidy(value, _TEXT) for value in values))))[:_MOST]


def _tidy(text: str | None, longest: int) -> str:
    """Without control characters and the punctuation with which cataloguing rules end a field."""
    return " ".join(_CONTROL.sub(" ", text or "").split())[:longest].rstrip(" /:;,=")
