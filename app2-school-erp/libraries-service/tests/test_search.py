import httpx
import pytest
from lending import Library


async def titles(library: Library, **params: str) -> list[str]:
    return [book["title"] for book in (await library.get("search", **params))["items"]]


async def catalogue(library: Library) -> None:
    for book in (
        {"title": "Les Misérables", "authors": ["Hugo, Victor"], "subjects": ["Paris (France)"]},
        {"title": "Das Parfum", "subtitle": "Die Geschichte eines Mörders", "authors": ["Süskind, Patrick"]},
        {"title": "Catch-22", "authors": ["Heller, Joseph"], "isbn": "0-684-83339-5"},
        {"title": "Paris in colour", "authors": ["Misch, Ann"]},
        {"title": "ワンピース", "authors": ["尾田栄一郎"]},
    ):
        await library.post("books", **book)


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("miserables", ["Les Misérables"]),
        ("MISÉRABLES", ["Les Misérables"]),
        ("hugo misera", ["Les Misérables"]),
        ("hugo parfum", []),
        ("suskind", ["Das Parfum"]),
        ("mörders geschichte", ["Das Parfum"]),
        ("catch 22", ["Catch-22"]),
        ("catch-22", ["Catch-22"]),
        ("22", ["Catch-22"]),
        ("068483339-5", ["Catch-22"]),
        ("978-0-684-83339-2", ["Catch-22"]),
        ("paris", ["Paris in colour", "Les Misérables"]),
        ("ワン", ["ワンピース"]),
        ("尾田栄一郎", ["ワンピース"]),
        ("'; DROP TABLE books; --", []),
        ("%_\\", []),
        ("ca & ! | :* (", ["Catch-22"]),
    ],
)
async def test_every_word_is_found_without_regard_to_accents_and_case_the_best_first(
    library: Library, q: str, found: list[str]
) -> None:
    await catalogue(library)
    assert await titles(library, q=q) == found


async def test_availability_is_of_now(library: Library) -> None:
    book, pupil = await library.book(title="Momo", copies=2), await library.patron()
    await library.post("borrow", barcode=book["barcodes"][0], patron_id=pupil["id"])

    async def counts() -> tuple[int, int, int]:
        (item,) = (await library.get("search", q="momo"))["items"]
        return item["copies"], item["available"], item["waiting"]

    assert await counts() == (2, 1, 0)
    await library.post(f"copies/{book['barcodes'][1]}/lost")
    assert await counts() == (1, 0, 0)
    assert await titles(library, q="momo", available="true") == []
    await library.post("holds", book_id=book["id"], patron_id=(await library.patron())["id"])
    assert await counts() == (1, 0, 1)
    assert await titles(library, available="false") == ["Momo"]


async def test_pages_of_a_search_follow_each_other(library: Library) -> None:
    for n in range(7):
        await library.post("books", title=f"Owls {'owls ' * n}", authors=["Owl"])
    found, params = [], {"q": "owl", "limit": "3"}
    while True:
        page = await library.get("books", **params)
        found += [book["id"] for book in page["items"]]
        if page["next_cursor"] is None:
            break
        params["cursor"] = page["next_cursor"]
    assert len(found) == len(set(found)) == 7


async def test_without_words_books_come_by_title(library: Library) -> None:
    for title in ("b", "Ähre", "C", "az"):
        await library.post("books", title=title)
    listed = await library.get("books", total="true")
    assert ([book["title"] for book in listed["items"]], listed["total"]) == (["Ähre", "az", "b", "C"], 4)


async def test_a_book_has_one_isbn_and_a_wrong_one_is_flagged(library: Library) -> None:
    book = await library.post("books", title="One", isbn="1-85798-218-5")
    assert (book["isbn"], book["isbn13"]) == ("1-85798-218-5", "9781857982183")
    again = await library.refused("books", title="Two", isbn="978-1-85798-218-3")
    assert (again["code"], again["book_id"]) == ("libraries.isbn_taken", book["id"])
    wrong = await library.post("books", title="Three", isbn="978-9024538271")
    assert (wrong["isbn"], wrong["isbn13"]) == ("978-9024538271", None)
    path = f"/libraries/books/{wrong['id']}"
    seen = {"if-match": '"1"'}
    taken = await library.desk.patch(path, json={"isbn": "1857982185"}, headers=seen)
    assert taken.json()["code"] == "libraries.isbn_taken"
    mended = await library.desk.patch(path, json={"isbn": "9789024538270"}, headers=seen)
    assert (mended.status_code, mended.json()["isbn13"]) == (200, "9789024538270")


async def test_a_book_with_copies_is_not_removed(library: Library) -> None:
    book, empty = await library.book(), await library.book(copies=0)
    refused = await library.desk.delete(f"/libraries/books/{book['id']}")
    assert (refused.status_code, refused.json()["code"]) == (409, "libraries.book_in_use")
    assert (await library.desk.delete(f"/libraries/books/{empty['id']}")).status_code == 204


async def test_a_barcode_is_one_copys_whatever_its_case(library: Library) -> None:
    book = await library.book()
    again = await library.refused(f"books/{book['id']}/copies", barcode=book["barcode"].lower())
    assert again["code"] == "libraries.barcode_taken"


async def test_another_school_finds_nothing_of_it(library: Library, outsider: httpx.AsyncClient) -> None:
    book = await library.book(title="Ours")
    assert (await outsider.get("/libraries/search", params={"q": "ours"})).json()["items"] == []
    assert (await outsider.get(f"/libraries/copies/{book['barcode']}")).status_code == 404
    answer = await outsider.post("/libraries/borrow", json={"barcode": book["barcode"]})
    assert answer.status_code == 503  # the outsider's account has not arrived there
