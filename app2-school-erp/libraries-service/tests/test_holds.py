import asyncio

import pytest
from lending import JSON, Library, in_days


async def queue(library: Library, book: JSON) -> list[tuple[str, int]]:
    """Who waits for a book, in order."""
    holds = (await library.get("holds", book_id=book["id"], state="open"))["items"]
    waiting = [hold for hold in holds if hold["position"] is not None]
    waiting.sort(key=lambda hold: int(hold["position"]))
    return [(hold["id"], hold["position"]) for hold in waiting]


async def on_loan(library: Library) -> JSON:
    """A book with one copy, which somebody has."""
    book, pupil = await library.book(), await library.patron()
    await library.post("borrow", barcode=book["barcode"], patron_id=pupil["id"])
    return book


async def wait(library: Library, book: JSON, **more: str) -> JSON:
    pupil = await library.patron()
    return await library.post("holds", book_id=book["id"], patron_id=pupil["id"], **more)


async def test_the_queue_stays_without_a_gap_when_one_leaves(library: Library) -> None:
    book = await on_loan(library)
    holds = [await wait(library, book) for _ in range(5)]
    assert [hold["position"] for hold in holds] == [1, 2, 3, 4, 5]
    cancelled = await library.post(f"holds/{holds[1]['id']}/cancel")
    assert (cancelled["state"], cancelled["position"]) == ("cancelled", None)
    assert await queue(library, book) == [(holds[n]["id"], p) for p, n in enumerate((0, 2, 3, 4), 1)]
    (fact,) = await library.outbox("libraries.hold_cancelled.v1")
    assert fact.aggregate == holds[1]["id"]


async def test_all_cancelling_at_once_leave_no_gap(library: Library) -> None:
    book = await on_loan(library)
    holds = [await wait(library, book) for _ in range(20)]
    leaving, staying = holds[::2], holds[1::2]
    answers = await asyncio.gather(
        *(library.desk.post(f"/libraries/holds/{hold['id']}/cancel") for hold in leaving * 2)
    )
    assert sorted(answer.status_code for answer in answers) == [200] * 10 + [409] * 10
    assert await queue(library, book) == [(hold["id"], p) for p, hold in enumerate(staying, 1)]


async def test_all_queueing_at_once_get_a_place_each(library: Library) -> None:
    book = await on_loan(library)
    patrons = [await library.patron() for _ in range(20)]
    wishes = [{"book_id": book["id"], "patron_id": patron["id"]} for patron in patrons]
    answers = await asyncio.gather(*(library.desk.post("/libraries/holds", json=wish) for wish in wishes))
    assert sorted(answer.json()["position"] for answer in answers) == list(range(1, 21))
    again = await library.refused("holds", **wishes[0])
    assert again["code"] == "libraries.hold_exists"


async def test_a_returned_copy_lies_ready_for_the_first(library: Library) -> None:
    await library.rules({"pickup_days": 3})
    await library.calendar(closed=[in_days(1), in_days(3)])
    book = await on_loan(library)
    first, second = await wait(library, book), await wait(library, book)
    returned = await library.post("return", barcode=book["barcode"])
    assert (returned["item"]["status"], returned["hold"]["id"]) == ("hold_shelf", first["id"])
    assert (returned["hold"]["ready_barcode"], returned["hold"]["expires_on"]) == (
        book["barcode"],
        in_days(5),
    )
    assert await queue(library, book) == [(second["id"], 1)]
    (fact,) = await library.outbox("libraries.hold_ready.v1")
    assert fact.data["patron_id"] == first["patron_id"]
    refusal = await library.refused("borrow", barcode=book["barcode"], patron_id=second["patron_id"])
    assert refusal["code"] == "libraries.copy_on_hold"
    await library.post("borrow", barcode=book["barcode"], patron_id=first["patron_id"])
    assert (await library.get(f"holds/{first['id']}"))["state"] == "fulfilled"


async def test_a_return_and_a_new_hold_at_once_miss_each_other_never(library: Library) -> None:
    for _ in range(10):
        book, pupil = await on_loan(library), await library.patron()
        wish = {"book_id": book["id"], "patron_id": pupil["id"]}
        returned, held = await asyncio.gather(
            library.desk.post("/libraries/return", json={"barcode": book["barcode"]}),
            library.desk.post("/libraries/holds", json=wish),
        )
        assert (returned.status_code, held.status_code) == (200, 201)
        assert (await library.get(f"holds/{held.json()['id']}"))["ready_barcode"] == book["barcode"]
        assert (await library.get(f"copies/{book['barcode']}"))["status"] == "hold_shelf"


async def test_returns_at_once_serve_as_many_as_wait(library: Library) -> None:
    book, pupil = await library.book(copies=4), await library.patron()
    for barcode in book["barcodes"]:
        await library.post("borrow", barcode=barcode, patron_id=pupil["id"])
    holds = [await wait(library, book) for _ in range(3)]
    await asyncio.gather(*(library.post("return", barcode=barcode) for barcode in book["barcodes"]))
    states = [(await library.get(f"holds/{hold['id']}"))["state"] for hold in holds]
    statuses = [(await library.get(f"copies/{barcode}"))["status"] for barcode in book["barcodes"]]
    assert (states, sorted(statuses)) == (["ready"] * 3, ["available"] + ["hold_shelf"] * 3)


async def test_what_is_on_the_shelf_lies_ready_at_once(library: Library) -> None:
    book = await library.book()
    held = await wait(library, book)
    assert (held["state"], held["position"], held["ready_barcode"]) == ("ready", None, book["barcode"])


async def test_a_suspended_hold_lets_others_go_before(library: Library) -> None:
    book = await on_loan(library)
    first, second = await wait(library, book), await wait(library, book)
    await library.post(f"holds/{first['id']}/suspend")
    assert (await library.post("return", barcode=book["barcode"]))["hold"]["id"] == second["id"]
    assert await queue(library, book) == [(first["id"], 1)]
    await library.post(f"books/{book['id']}/copies", barcode="another")
    assert (await library.get("copies/another"))["status"] == "available"
    resumed = await library.post(f"holds/{first['id']}/resume")
    assert (resumed["state"], resumed["ready_barcode"]) == ("ready", "another")


async def test_only_staff_cancels_what_lies_ready_and_it_cannot_be_suspended(library: Library) -> None:
    book, pupil = await library.book(), await library.member("student")
    held = (await pupil.post("holds", book_id=book["id"])).json()
    assert (await pupil.post(f"holds/{held['id']}/cancel")).json()["code"] == "libraries.hold_lies_ready"
    assert (await pupil.post(f"holds/{held['id']}/suspend")).json()["code"] == "libraries.hold_closed"
    await library.post(f"holds/{held['id']}/cancel")
    assert (await library.get(f"copies/{book['barcode']}"))["status"] == "available"
    assert (await pupil.post(f"holds/{held['id']}/cancel")).json()["code"] == "libraries.hold_closed"


async def test_a_hold_is_its_patrons_own(library: Library) -> None:
    book, pupil = await on_loan(library), await library.member("student")
    other = await wait(library, book)
    for action in ("cancel", "suspend", "resume"):
        assert (await pupil.post(f"holds/{other['id']}/{action}")).status_code == 404
    assert (await pupil.client.get("/libraries/holds")).json()["items"] == []
    moved = await pupil.post(f"holds/{other['id']}/move", position=1)
    assert moved.json()["code"] == "permission_missing"


@pytest.mark.parametrize(("to", "order"), [(1, "ABC"), (2, "BAC"), (99, "BCA")])
async def test_staff_moves_a_hold(library: Library, to: int, order: str) -> None:
    book = await on_loan(library)
    holds = dict(zip("ABC", [await wait(library, book) for _ in range(3)], strict=True))
    await library.post(f"holds/{holds['A']['id']}/move", position=to)
    assert await queue(library, book) == [(holds[name]["id"], p) for p, name in enumerate(order, 1)]


async def test_borrowing_another_copy_closes_the_patrons_hold_and_frees_what_lay_ready(
    library: Library,
) -> None:
    book, pupil = await library.book(copies=2), await library.patron()
    held = await library.post("holds", book_id=book["id"], patron_id=pupil["id"])
    other = next(barcode for barcode in book["barcodes"] if barcode != held["ready_barcode"])
    await library.post("borrow", barcode=other, patron_id=pupil["id"])
    assert (await library.get(f"holds/{held['id']}"))["state"] == "fulfilled"
    assert (await library.get(f"copies/{held['ready_barcode']}"))["status"] == "available"


async def test_a_hold_for_one_copy_waits_for_that_copy(library: Library) -> None:
    book, pupil = await library.book(copies=2), await library.patron()
    await library.post("borrow", barcode=book["barcodes"][0], patron_id=pupil["id"])
    held = await wait(library, book, barcode=book["barcodes"][0])
    assert (held["state"], (await library.get(f"copies/{book['barcodes'][1]}"))["status"]) == (
        "queued",
        "available",
    )
    assert (await library.post("return", barcode=book["barcodes"][0]))["hold"]["id"] == held["id"]


async def test_whose_copy_breaks_on_the_hold_shelf_waits_first_again(library: Library) -> None:
    book = await on_loan(library)
    first, second = await wait(library, book), await wait(library, book)
    await library.post("return", barcode=book["barcode"])
    await library.post(f"copies/{book['barcode']}/damaged")
    assert await queue(library, book) == [(first["id"], 1), (second["id"], 2)]
    assert (await library.post(f"copies/{book['barcode']}/found"))["hold"]["id"] == first["id"]


async def test_a_book_that_cannot_be_had_or_is_had_is_not_reserved(library: Library) -> None:
    await library.rules({"max_holds": 0})
    book, pupil = await library.book(copies=0), await library.patron()
    refusal = await library.refused("holds", book_id=book["id"], patron_id=pupil["id"])
    assert [reason["code"] for reason in refusal["reasons"]] == ["too_many_holds", "no_copies"]
    loan = await library.lent()
    refusal = await library.refused("holds", book_id=loan["book_id"], patron_id=loan["patron_id"])
    assert [reason["code"] for reason in refusal["reasons"]] == ["too_many_holds", "has_it"]
