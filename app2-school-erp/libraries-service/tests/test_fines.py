import asyncio
from decimal import Decimal

import pytest
from lending import Library, in_days


async def owed(library: Library, patron_id: str) -> str:
    return str((await library.get(f"patrons/{patron_id}/account"))["owed"])


async def test_a_late_return_costs_and_is_explained(library: Library) -> None:
    await library.rules({"fine": "0.25", "grace": 1})
    await library.calendar(closed=[in_days(-3)])
    loan = await library.lent(days_overdue=5)
    before = await library.get(f"loans/{loan['id']}/explain")
    returned = await library.post("return", barcode=loan["barcode"])
    assert returned["fine"] == before["fine"]
    assert (returned["fine"]["amount"], returned["fine"]["currency"]) == ("0.75", "GBP")
    assert [(day["day"], day["verdict"]) for day in returned["fine"]["explain"]] == [
        (in_days(-4), "grace"),
        (in_days(-3), "closed"),
        (in_days(-2), "charged"),
        (in_days(-1), "charged"),
        (in_days(0), "charged"),
    ]
    account = await library.get(f"patrons/{loan['patron_id']}/account")
    (entry,) = account["items"]
    assert (account["owed"], entry["kind"], entry["amount"], entry["loan_id"]) == (
        "0.75",
        "overdue",
        "0.75",
        loan["id"],
    )
    (fact,) = await library.outbox("libraries.charge_raised.v1")
    assert (fact.aggregate, fact.data["amount"]) == (entry["id"], "0.75")


@pytest.mark.parametrize(
    ("cap", "price", "fine"),
    [(None, None, "29.00"), ("3", None, "3.00"), (None, "5", "5.00"), ("3", "5", "3.00")],
)
async def test_a_fine_ends_at_the_cap_or_the_price(
    library: Library, cap: str | None, price: str | None, fine: str
) -> None:
    await library.rules({"fine": "1.00", "cap": cap})
    loan = await library.lent(days_overdue=29, price=price)
    assert (await library.post("return", barcode=loan["barcode"]))["fine"]["amount"] == fine


async def test_the_terms_of_a_loan_stay_what_they_were(library: Library) -> None:
    await library.rules({"fine": "1.00"})
    loan = await library.lent(days_overdue=2)
    await library.rules({"fine": "9.00"})
    assert (await library.post("return", barcode=loan["barcode"]))["fine"]["amount"] == "2.00"


async def test_what_is_owed_is_paid_or_waived(library: Library) -> None:
    pupil = await library.patron()
    path = f"patrons/{pupil['id']}"
    charge = await library.post(f"{path}/charges", kind="damage", amount="10.00", note="Jam")
    assert charge["owed"] == "10.00"
    waived = await library.post(
        f"{path}/waivers", charge_id=charge["entry"]["id"], amount="4.00", note="Little jam"
    )
    assert (waived["entry"]["amount"], waived["owed"]) == ("-4.00", "6.00")
    too_much = await library.refused(f"{path}/payments", amount="6.01")
    assert (too_much["code"], too_much["owed"]) == ("libraries.pays_too_much", "6.00")
    assert (await library.post(f"{path}/payments", amount="6"))["owed"] == "0.00"
    assert (await library.post(f"{path}/waivers", charge_id=charge["entry"]["id"], note="All"))[
        "owed"
    ] == "-6.00"
    again = await library.refused(f"{path}/waivers", charge_id=charge["entry"]["id"], note="Again")
    assert again["code"] == "libraries.pays_too_much"
    other = (await library.patron())["id"]
    stray = await library.refused(f"patrons/{other}/waivers", charge_id=charge["entry"]["id"], note="?")
    assert stray["code"] == "libraries.charge_unknown"
    assert len(await library.outbox("libraries.charge_paid.v1")) == 1
    assert len(await library.outbox("libraries.charge_waived.v1")) == 2


async def test_of_twenty_payments_at_once_no_more_is_taken_than_is_owed(library: Library) -> None:
    pupil = await library.patron()
    await library.post(f"patrons/{pupil['id']}/charges", kind="other", amount="3.00", note="Copies")
    path = f"/libraries/patrons/{pupil['id']}/payments"
    answers = await asyncio.gather(*(library.desk.post(path, json={"amount": "1.00"}) for _ in range(20)))
    assert sorted(answer.status_code for answer in answers) == [201] * 3 + [409] * 17
    assert await owed(library, pupil["id"]) == "0.00"


@pytest.mark.parametrize(("found", "left"), [("nothing", "14.50"), ("price", "2.50"), ("all", "0.50")])
async def test_a_lost_copy_costs_and_gives_back_once_when_it_is_found(
    library: Library, found: str, left: str
) -> None:
    await library.rules({"fine": "0.50", "processing_fee": "2.00", "found": found})
    loan = await library.lent(days_overdue=1, price="12.00")
    await library.post(f"copies/{loan['barcode']}/lost")
    assert await owed(library, loan["patron_id"]) == "14.50"
    assert (await library.refused(f"copies/{loan['barcode']}/lost"))["status"] == "lost"
    await library.post(f"patrons/{loan['patron_id']}/payments", amount="14.50")
    returned = await library.post("return", barcode=loan["barcode"])
    assert Decimal(returned["refunded"]) == Decimal("14.50") - Decimal(left)
    assert returned["fine"] is None
    paid_back = Decimal(left) - Decimal("14.50")
    assert Decimal(await owed(library, loan["patron_id"])) == paid_back
    await library.post(f"copies/{loan['barcode']}/lost")
    assert (await library.post(f"copies/{loan['barcode']}/found"))["refunded"] == "0.00"
    assert Decimal(await owed(library, loan["patron_id"])) == paid_back
    assert len(await library.outbox("libraries.loan_lost.v1")) == 1


async def test_of_ten_who_find_a_lost_copy_at_once_one_gets_the_refund(library: Library) -> None:
    loan = await library.lent(price="12.00")
    await library.post(f"copies/{loan['barcode']}/lost")
    answers = await asyncio.gather(
        *(library.desk.post(f"/libraries/copies/{loan['barcode']}/found") for _ in range(10))
    )
    assert sorted(answer.json().get("refunded", "0.00") for answer in answers) == ["0.00"] * 9 + ["12.00"]
    assert await owed(library, loan["patron_id"]) == "0.00"


async def test_what_was_waived_of_a_lost_copy_is_not_given_back(library: Library) -> None:
    loan = await library.lent(price="12.00")
    await library.post(f"copies/{loan['barcode']}/lost")
    path = f"patrons/{loan['patron_id']}"
    (charge,) = (await library.get(f"{path}/account"))["items"]
    await library.post(f"{path}/waivers", charge_id=charge["id"], amount="5.00", note="Old")
    assert (await library.post("return", barcode=loan["barcode"]))["refunded"] == "7.00"


async def test_a_patron_sees_their_own_account_only(library: Library) -> None:
    pupil, other = await library.member("student"), await library.patron()
    path = "/libraries/patrons/{}/account"
    assert (await pupil.client.get(path.format(pupil.id))).json()["owed"] == "0.00"
    assert (await pupil.client.get(path.format(other["id"]))).status_code == 404
    assert (await pupil.client.get(f"/libraries/patrons/{other['id']}")).status_code == 404
    payment = await pupil.post(f"patrons/{pupil.id}/payments", amount="1.00")
    assert payment.json()["code"] == "permission_missing"
