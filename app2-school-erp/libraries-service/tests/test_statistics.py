import csv

from lending import Library, in_days


async def test_loans_are_counted_by_branch_category_and_item_type_and_lead_to_themselves(
    library: Library,
) -> None:
    annex = await library.post("branches", name="Annex")
    pupil, teacher = await library.patron(), await library.patron(category="teacher")
    for patron, branch, item_type in (
        (pupil, None, "book"),
        (pupil, annex["id"], "dvd"),
        (teacher, annex["id"], "book"),
    ):
        book = await library.book(copies=0)
        barcode = f"S{book['id']}"
        copy = {"barcode": barcode, "branch_id": branch, "item_type": item_type}
        await library.post(f"books/{book['id']}/copies", **copy)
        await library.post("borrow", barcode=barcode, patron_id=patron["id"])
    late = await library.lent(patron=pupil, days_overdue=2)
    await library.post(f"copies/{(await library.lent(patron=teacher))['barcode']}/lost")

    async def rows(by: str, **filters: str) -> dict[str, tuple[int, int, int, int]]:
        found = (await library.get("statistics", by=by, **filters))["items"]
        for row in found:
            listed = (await library.desk.get(row["loans"])).json()["items"]
            assert len(listed) == row["count"], row
        return {row["name"]: (row["count"], row["running"], row["overdue"], row["lost"]) for row in found}

    assert await rows("branch") == {"Main library": (3, 2, 1, 1), "Annex": (2, 2, 0, 0)}
    assert await rows("patron_category") == {"student": (3, 3, 1, 0), "teacher": (2, 1, 0, 1)}
    assert await rows("item_type", patron_category="student") == {"book": (2, 2, 1, 0), "dvd": (1, 1, 0, 0)}
    assert await rows("item_type", state="overdue") == {"book": (1, 1, 1, 0)}
    assert await rows("branch", **{"from": in_days(0)}) == {
        "Annex": (2, 2, 0, 0),
        "Main library": (1, 1, 0, 0),
    }
    assert late["overdue"]


async def test_the_export_has_all_loans_and_no_formulas(library: Library) -> None:
    book, pupil = await library.book(title="=HYPERLINK(A1)"), await library.patron(name="@SUM(A1)")
    await library.post("borrow", barcode=book["barcode"], patron_id=pupil["id"])
    await library.lent(days_overdue=1)
    answer = await library.desk.get("/libraries/statistics/loans.csv")
    assert answer.headers["content-disposition"] == 'attachment; filename="loans.csv"'
    assert answer.text.startswith("\ufeff")
    rows = list(csv.DictReader(answer.text.removeprefix("\ufeff").splitlines()))
    assert [row["title"][:2] for row in rows] == ["'=", "Bo"]
    assert rows[0]["patron"] == "'@SUM(A1)"
    assert [row["overdue"] for row in rows] == ["False", "True"]
    late = await library.desk.get("/libraries/statistics/loans.csv", params={"state": "overdue"})
    assert len(late.text.splitlines()) == 2


async def test_a_pupil_sees_no_statistics(library: Library) -> None:
    pupil = await library.member("student")
    answer = await pupil.client.get("/libraries/statistics")
    assert (answer.status_code, answer.json()["code"]) == (403, "permission_missing")
