from collections.abc import AsyncIterator

import pytest
from lending import JSON, Library
from pymarc import Field, Indicators, Record, Subfield


def marc(title: str | None, isbn: str | None = None, *barcodes: str, author: str = "Ende, Michael,") -> bytes:
    """A record as cataloguers punctuate it."""
    record = Record(force_utf8=True)
    record.fields.append(Field(tag="008", data="840101s1984    gw ||||j||||||||||||ger| "))
    fields = [("100", [("a", author)]), ("260", [("b", "Thienemann,"), ("c", "1984.")])]
    fields += [("650", [("a", "Friendship.")]), ("650", [("a", "Time")])]
    if title is not None:
        fields.append(("245", [("a", f"{title} :"), ("b", "a story /")]))
    if isbn is not None:
        fields.append(("020", [("a", isbn)]))
    fields += [("852", [("p", barcode), ("9", "12.50")]) for barcode in barcodes]
    for tag, subfields in sorted(fields):
        parts = [Subfield(code=code, value=value) for code, value in subfields]
        record.fields.append(Field(tag=tag, indicators=Indicators(" ", " "), subfields=parts))
    return bytes(record.as_marc())


async def imported(library: Library, content: bytes, name: str = "records.mrc") -> JSON:
    """The job of an import, done, with its `errors`."""
    answer = await library.desk.post("/libraries/imports", params={"name": name}, content=content)
    assert answer.status_code == 202, answer.text
    await library.running.settle()
    path = answer.headers["location"].removeprefix("/libraries/")
    errors = (await library.get(f"{path}/errors"))["items"]
    return {**await library.get(path), "errors": [(error["row"], error["code"]) for error in errors]}


async def test_marc_records_become_books_and_copies(library: Library) -> None:
    job = await imported(library, marc("Momo", "3-522-11940-1", "B1", "B2"))
    assert (job["state"], job["done"], job["total"]) == ("done", 1, 1)
    assert job["counts"] == {"created": 1, "known": 0, "copies": 2, "isbn_invalid": 0}
    (book,) = (await library.get("search", q="momo ende friendship"))["items"]
    expected = {
        "title": "Momo",
        "subtitle": "a story",
        "authors": ["Ende, Michael"],
        "subjects": ["Friendship.", "Time"],
        "isbn13": "9783522119405",
        "publisher": "Thienemann",
        "published": "1984.",
        "language": "ger",
        "available": 2,
    }
    assert book.items() >= expected.items()
    assert (await library.get("copies/B2"))["price"] == "12.50"


async def test_a_broken_record_is_reported_and_the_others_are_imported(library: Library) -> None:
    good = marc("Momo", "3522119401")
    wrong_length = b"00012" + marc("Found by its end")[5:]
    records = [
        good,
        b"99999" + marc("Lost")[5:],
        b"\x1e\x1d",
        marc(None),
        wrong_length,
        b"no MARC at all\x1d",
        marc("Jim Knopf", "978-9024538271"),
        marc("Wrong barcode", None, "a/b"),
        marc("Die unendliche Geschichte"),
    ]
    job = await imported(library, b"".join(records))
    assert (job["state"], job["done"], job["refused"]) == ("done", 9, 5)
    assert job["errors"] == [
        (2, "marc_unreadable"),
        (3, "marc_unreadable"),
        (4, "title_missing"),
        (6, "marc_unreadable"),
        (8, "barcode_invalid"),
    ]
    assert job["counts"] == {"created": 4, "known": 0, "copies": 0, "isbn_invalid": 1}
    (flagged,) = (await library.get("search", q="knopf"))["items"]
    assert (flagged["isbn"], flagged["isbn13"]) == ("978-9024538271", None)


async def test_a_book_that_is_known_by_its_isbn_gets_the_copies(library: Library) -> None:
    book = await library.post("books", title="Momo", isbn="978-3-522-11940-5")
    await library.post(f"books/{book['id']}/copies", barcode="B1")
    twice = marc("Momo, again", "3522119401", "B1", "B2") + marc("Momo, once more", "3522119401", "B3")
    job = await imported(library, twice)
    assert job["counts"] == {"created": 0, "known": 2, "copies": 2, "isbn_invalid": 0}
    assert job["errors"] == [(1, "libraries.barcode_taken")]
    (found,) = (await library.get("books"))["items"]
    assert (found["title"], found["copies"]) == ("Momo", 3)


async def test_a_file_of_many_stretches_is_imported_once(library: Library) -> None:
    records = [marc(f"Volume {n} {'x' * 900}", None, f"V{n}") for n in range(3000)]
    job = await imported(library, b"".join(records))
    assert (job["state"], job["done"], job["total"]) == ("done", 3000, 3000)
    assert (job["counts"]["created"], job["counts"]["copies"]) == (3000, 3000)
    assert (await library.get("books", total="true"))["total"] == 3000


async def test_a_file_that_ends_in_the_middle_loses_its_last_record_only(library: Library) -> None:
    job = await imported(library, marc("Whole") + marc("Half")[:-40])
    assert (job["counts"]["created"], job["errors"]) == (1, [(2, "marc_unreadable")])


async def test_a_table_is_imported_row_by_row(library: Library) -> None:
    rows = [
        "Title,Authors,ISBN,Subjects,Barcodes,Item type,Price",
        "Momo,Michael Ende,978-3-522-11940-5,Time; Friendship,T1|T2,Picture Book,9.99",
        ",Nobody,,,,,",
        "'=SUM(A1),x,,,T2,,",
        "Pippi,Astrid Lindgren; Ingrid Vang Nyman,,,,,",
    ]
    job = await imported(library, "\n".join(rows).encode(), "books.csv")
    assert (job["done"], job["total"], job["errors"]) == (
        4,
        4,
        [(3, "title_missing"), (4, "libraries.barcode_taken")],
    )
    assert (await library.get("copies/T1")).items() >= {"item_type": "picture-book", "price": "9.99"}.items()
    titles = [book["title"] for book in (await library.get("books"))["items"]]
    assert sorted(titles) == ["=SUM(A1)", "Momo", "Pippi"]


async def test_a_table_with_columns_that_there_are_not_is_refused(library: Library) -> None:
    job = await imported(library, b"Titel,Autor\nMomo,Ende\n", "books.csv")
    assert (job["state"], job["errors"]) == ("done", [(None, "libraries.import_columns")])


@pytest.mark.parametrize("content", [b"\x89PNG\r\n\x1a\n", b"\x00\x01\x02", b""])
async def test_what_is_no_catalogue_is_refused_at_once(library: Library, content: bytes) -> None:
    answer = await library.desk.post("/libraries/imports", params={"name": "x"}, content=content)
    assert (answer.status_code, answer.json()["code"]) == (422, "file_type_refused")


async def test_two_hundred_megabytes_are_refused_before_they_have_come(library: Library) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        for _ in range(200):
            sent += 1
            yield marc("Momo").ljust(1_048_576, b" ")

    answer = await library.desk.post("/libraries/imports", params={"name": "x.mrc"}, content=endless())
    assert (answer.status_code, sent) == (413, 101)
