import asyncio
from datetime import date, timedelta
from uuid import uuid4

import pytest
from lending import Library, in_days, today
from servicekit.testing.running import Running


async def test_a_new_school_lends_at_once(library: Library) -> None:
    book = await library.book(title="Momo", authors=["Michael Ende"])
    pupil = await library.member("student")
    lent = await pupil.post("borrow", barcode=book["barcode"])
    assert lent.status_code == 201
    loan = lent.json()["loan"]
    assert (loan["patron_id"], loan["title"], loan["due_on"]) == (pupil.id, "Momo", in_days(14))
    assert (await pupil.client.get(lent.headers["location"])).json() == loan
    assert (await library.get(f"copies/{book['barcode']}"))["status"] == "on_loan"
    returned = (await pupil.post("return", barcode=book["barcode"])).json()
    assert (returned["loan"]["id"], returned["fine"], returned["item"]["status"]) == (
        loan["id"],
        None,
        "available",
    )
    (issued,) = await library.outbox("libraries.loan_issued.v1")
    assert (issued.aggregate, issued.data["due_on"]) == (loan["id"], in_days(14))
    assert len(await library.outbox("libraries.loan_returned.v1")) == 1


async def test_a_card_and_a_barcode_are_enough_whatever_their_case(library: Library) -> None:
    book, pupil = await library.book(), await library.patron(card="Card-7")
    lent = await library.post("borrow", barcode=book["barcode"].lower(), card="CARD-7")
    assert lent["loan"]["patron_id"] == pupil["id"]
    assert (await library.post("return", barcode=book["barcode"].lower()))["loan"]["id"] == lent["loan"]["id"]


async def test_of_fifty_issues_of_one_copy_at_once_one_is_made(library: Library) -> None:
    book = await library.book()
    patrons = [await library.patron() for _ in range(50)]
    keys = [str(uuid4()) for _ in patrons]

    async def issue(n: int) -> tuple[int, str]:
        wish = {"barcode": book["barcode"], "patron_id": patrons[n]["id"]}
        answer = await library.desk.post("/libraries/borrow", json=wish, headers={"idempotency-key": keys[n]})
        return answer.status_code, answer.text if answer.status_code == 201 else answer.json()["code"]

    first = await asyncio.gather(*(issue(n) for n in range(50)))
    assert sorted(status for status, _ in first) == [201] + [409] * 49
    assert {code for status, code in first if status == 409} == {"libraries.copy_on_loan"}
    assert await asyncio.gather(*(issue(n) for n in range(50))) == first
    assert len((await library.get("loans", book_id=book["id"]))["items"]) == 1


async def test_of_twenty_loans_at_once_a_patron_gets_as_many_as_the_limit(library: Library) -> None:
    await library.rules({"max_loans": 3})
    books = [await library.book() for _ in range(20)]
    pupil = await library.patron()
    answers = await asyncio.gather(
        *(
            library.desk.post(
                "/libraries/borrow", json={"barcode": book["barcode"], "patron_id": pupil["id"]}
            )
            for book in books
        )
    )
    assert sorted(answer.status_code for answer in answers) == [201] * 3 + [409] * 17
    refusal = next(answer.json() for answer in answers if answer.status_code == 409)
    assert refusal["code"] == "libraries.loan_refused"
    assert refusal["reasons"] == [{"code": "too_many", "count": 3, "max_allowed": 3}]


async def test_of_two_returns_at_once_one_is_made(library: Library) -> None:
    loan = await library.lent()
    returns = [library.desk.post("/libraries/return", json={"barcode": loan["barcode"]}) for _ in range(20)]
    answers = await asyncio.gather(*returns)
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 19
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {
        "libraries.copy_not_on_loan"
    }


async def test_the_rule_that_says_most_of_the_loan_applies(library: Library) -> None:
    branch = (await library.get("branches"))["items"][0]["id"]
    await library.rules(
        {"days": 1},
        {"item_type": "book", "days": 2},
        {"patron_category": "teacher", "days": 3},
        {"branch_id": branch, "days": 4},
        {"branch_id": branch, "patron_category": "student", "days": 5},
    )
    book = await library.book()
    for category, days in (("teacher", 4), ("student", 5)):
        patron = await library.patron(category=category)
        wish = {"barcode": book["barcode"], "patron_id": patron["id"], "from": "2012-07-03"}
        preview = await library.post("rules/preview", **wish)
        assert preview["due_on"] == f"2012-07-{3 + days:02}"
    await library.rules({"item_type": "book", "days": 2})
    assert [rule["days"] for rule in (await library.get("rules"))["items"]] == [1, 2]


@pytest.mark.parametrize(
    ("mode", "days", "start", "due_on"),
    [
        ("days", 1, "2012-07-03", "2012-07-04"),
        ("datedue", 1, "2012-07-03", "2012-07-05"),
        ("calendar", 1, "2012-07-03", "2012-07-05"),
        ("days", 7, "2012-07-23", "2012-07-30"),
        ("datedue", 7, "2012-07-23", "2012-07-30"),
        ("calendar", 7, "2012-07-23", "2012-08-01"),
    ],
)
async def test_a_preview_minds_the_calendar(
    library: Library, mode: str, days: int, start: str, due_on: str
) -> None:
    await library.calendar(
        weekly_closed=["saturday", "sunday"],
        yearly_closed=["01-01", "12-25"],
        closed=["2011-06-01", "2012-07-04"],
        open=["2012-11-11"],
    )
    await library.rules({"mode": mode, "days": days})
    book, pupil = await library.book(), await library.patron()
    wish = {"barcode": book["barcode"], "patron_id": pupil["id"], "from": start}
    preview = await library.post("rules/preview", **wish)
    assert preview["due_on"] == preview["explain"][-1]["day"] == due_on
    assert {day["rule_id"] for day in preview["explain"]} == {preview["rule"]["id"]}


async def test_a_preview_is_what_lending_comes_to(library: Library) -> None:
    await library.calendar(weekly_closed=["saturday", "sunday"], closed=[in_days(14)])
    book, pupil = await library.book(), await library.patron()
    wish = {"barcode": book["barcode"], "patron_id": pupil["id"]}
    preview = await library.post("rules/preview", **wish, **{"from": in_days(0)})
    lent = await library.post("borrow", **wish)
    assert (lent["loan"]["due_on"], lent["explain"]) == (preview["due_on"], preview["explain"])
    explained = await library.get(f"loans/{lent['loan']['id']}/explain")
    assert (explained["explain"], explained["rule"]) == (preview["explain"], preview["rule"])


async def test_nothing_is_due_after_a_patron_leaves(library: Library) -> None:
    book, pupil = await library.book(), await library.patron(until=in_days(3))
    assert (await library.post("borrow", barcode=book["barcode"], patron_id=pupil["id"]))["loan"][
        "due_on"
    ] == in_days(3)


async def test_all_that_stands_against_a_loan_is_named(library: Library) -> None:
    await library.rules({"max_loans": 1, "max_debt": "5.00"})
    pupil = await library.patron(until=in_days(-1))
    other = await library.lent(patron=pupil)
    await library.post(f"patrons/{pupil['id']}/charges", kind="other", amount="5.01", note="Coffee")
    changes = {"blocked": "Lost card"}
    path = f"/libraries/patrons/{pupil['id']}"
    assert (await library.desk.patch(path, json=changes, headers={"if-match": '"1"'})).status_code == 200
    book = await library.book()
    refusal = await library.refused("borrow", barcode=book["barcode"], patron_id=pupil["id"])
    assert refusal["reasons"] == [
        {"code": "too_many", "count": 1, "max_allowed": 1},
        {"code": "restriction", "note": "Lost card"},
        {"code": "expired", "until": in_days(-1)},
        {"code": "debt", "owed": "5.01", "max_allowed": "5.00"},
    ]
    assert other["patron_id"] == pupil["id"]


async def test_an_override_lends_and_is_audited(library: Library) -> None:
    await library.rules({"max_loans": 0})
    book, pupil = await library.book(), await library.patron()
    wish = {"barcode": book["barcode"], "patron_id": pupil["id"], "override": "Exam tomorrow"}
    lent = await library.post("borrow", **wish)
    assert lent["overridden"] == [{"code": "too_many", "count": 0, "max_allowed": 0}]
    async with library.running.client(library.running.context(library.tenant)) as owner:
        events = (
            await owner.get("/libraries/audit-events", params={"target": f"loan:{lent['loan']['id']}"})
        ).json()
    (event,) = events["items"]
    assert (event["action"], event["after"]["override"]) == ("libraries.loan_overridden", "Exam tomorrow")


async def test_a_patron_overrides_nothing_and_serves_nobody(library: Library) -> None:
    await library.rules({"max_loans": 0})
    book, pupil, friend = await library.book(), await library.member("student"), await library.patron()
    override = await pupil.post("borrow", barcode=book["barcode"], override="Please")
    assert (override.status_code, override.json()["code"]) == (403, "libraries.override_not_allowed")
    for somebody in (friend["id"], str(uuid4())):
        answer = await pupil.post("borrow", barcode=book["barcode"], patron_id=somebody)
        assert (answer.status_code, answer.json()["code"]) == (403, "libraries.not_yours")
    other = await library.lent()
    assert (await pupil.post("return", barcode=other["barcode"])).json()["code"] == "libraries.not_yours"
    assert (await pupil.post("renew", loan_id=other["id"])).status_code == 404
    assert (await pupil.client.get(f"/libraries/loans/{other['id']}")).status_code == 404
    assert (await pupil.client.get("/libraries/loans")).json()["items"] == []


async def test_an_account_that_has_not_arrived_is_asked_to_wait(library: Library, running: Running) -> None:
    book = await library.book()
    async with running.client(running.context(library.tenant, roles=("student",))) as early:
        answer = await early.post("/libraries/borrow", json={"barcode": book["barcode"]})
    assert (answer.status_code, answer.json()["code"]) == (503, "libraries.patron_pending")


@pytest.mark.parametrize("action", ["damaged", "withdrawn", "lost"])
async def test_what_is_out_of_use_is_not_lent_until_it_is_found(library: Library, action: str) -> None:
    book, pupil = await library.book(), await library.patron()
    assert (await library.post(f"copies/{book['barcode']}/{action}"))["status"] == action
    wish = {"barcode": book["barcode"], "patron_id": pupil["id"]}
    refusal = await library.refused("borrow", **wish)
    assert (refusal["code"], refusal["status"]) == ("libraries.copy_not_available", action)
    await library.post(f"copies/{book['barcode']}/found")
    await library.post("borrow", **wish)


async def test_a_copy_brought_to_another_branch_travels_home(library: Library) -> None:
    annex = await library.post("branches", name="Annex")
    loan = await library.lent()
    away = await library.post("return", barcode=loan["barcode"], branch_id=annex["id"])
    assert away["item"]["status"] == "in_transit"
    assert (await library.post("return", barcode=loan["barcode"]))["item"]["status"] == "available"


async def test_a_renewal_begins_at_the_due_date(library: Library) -> None:
    book, pupil = await library.book(), await library.member("student")
    loan = (await pupil.post("borrow", barcode=book["barcode"])).json()["loan"]
    renewed = (await pupil.post("renew", loan_id=loan["id"])).json()
    assert (renewed["loan"]["due_on"], renewed["loan"]["renewals"]) == (in_days(28), 1)
    assert (
        renewed["explain"][0]["day"] == (date.fromisoformat(loan["due_on"]) + timedelta(days=1)).isoformat()
    )
    (fact,) = await library.outbox("libraries.loan_renewed.v1")
    assert fact.data["due_on"] == in_days(28)


async def test_a_renewal_is_refused_with_every_reason(library: Library) -> None:
    await library.rules({"renewals": 0, "no_renew_before": 2})
    book, pupil = await library.book(), await library.member("student")
    loan = (await pupil.post("borrow", barcode=book["barcode"])).json()["loan"]
    await library.post("holds", book_id=book["id"], patron_id=(await library.patron())["id"])
    path = f"/libraries/patrons/{pupil.id}"
    await library.desk.patch(path, json={"blocked": "Noise"}, headers={"if-match": '"1"'})
    refusal = (await pupil.post("renew", loan_id=loan["id"])).json()
    assert refusal["code"] == "libraries.renewal_refused"
    assert [reason["code"] for reason in refusal["reasons"]] == [
        "too_many",
        "too_soon",
        "on_reserve",
        "restriction",
    ]
    assert refusal["reasons"][1]["from"] == in_days(12)


async def test_an_overdue_loan_is_renewed_by_staff_and_its_fine_stays(library: Library) -> None:
    await library.rules({"fine": "0.50"})
    loan = await library.lent(days_overdue=4)
    refusal = await library.refused("renew", loan_id=loan["id"])
    assert [reason["code"] for reason in refusal["reasons"]] == ["overdue"]
    renewed = await library.post("renew", loan_id=loan["id"], override="Was ill")
    assert renewed["loan"]["due_on"] == in_days(14)
    assert (await library.get(f"patrons/{loan['patron_id']}/account"))["owed"] == "2.00"
    assert (await library.post("return", barcode=loan["barcode"]))["fine"] is None


async def test_running_loans_are_taken_over_all_or_none(library: Library) -> None:
    book, pupil = await library.book(copies=2), await library.patron(card="7")
    ran = {"out_on": in_days(-30), "due_on": in_days(-16)}
    rows = [{"barcode": barcode, "card": "7", **ran} for barcode in book["barcodes"]]
    unknown = await library.refused("loans/takeover", loans=[*rows, {"barcode": "none", "card": "7", **ran}])
    assert unknown["code"] == "libraries.copy_unknown"
    twice = await library.refused("loans/takeover", loans=[*rows, rows[0]])
    assert twice["code"] == "libraries.copy_on_loan"
    assert (await library.get("loans"))["items"] == []
    assert await library.post("loans/takeover", loans=rows) == {"taken": 2}
    that_day = {"from": in_days(-30), "to": in_days(-30)}
    found = (await library.get("loans", state="overdue", patron_id=pupil["id"], **that_day))["items"]
    assert [(loan["due_on"], loan["overdue"]) for loan in found] == [(in_days(-16), True)] * 2


async def test_loans_are_found_by_what_they_are_about(library: Library) -> None:
    loan, late = await library.lent(), await library.lent(days_overdue=3)
    for params, expected in (
        ({"state": "running"}, {loan["id"], late["id"]}),
        ({"state": "overdue"}, {late["id"]}),
        ({"state": "returned"}, set()),
        ({"patron_id": loan["patron_id"]}, {loan["id"]}),
        ({"patron_category": "student", "item_type": "book"}, {loan["id"], late["id"]}),
        ({"from": in_days(-14)}, {loan["id"]}),
        ({"to": in_days(-15)}, {late["id"]}),
    ):
        found = (await library.get("loans", **params))["items"]
        assert {item["id"] for item in found} == expected, params
    assert today() > date.fromisoformat(late["due_on"])
