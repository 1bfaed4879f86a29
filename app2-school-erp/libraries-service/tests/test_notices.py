from datetime import date, timedelta
from uuid import UUID

import pytest
from contracts.jobs import Job
from lending import JSON, Library, in_days
from school_libraries.rules.notices import notice_due
from school_libraries.services.notice import ExpireHolds, SendNotices
from servicekit import jobs
from sqlalchemy import text

DUE = date(2026, 3, 10)


@pytest.mark.parametrize(
    ("late", "kind"),
    [
        (-3, None),
        (-2, "due_soon"),
        (0, "due_soon"),
        (1, "overdue_1"),
        (6, "overdue_1"),
        (7, "overdue_7"),
        (14, "overdue_14"),
        (100, "overdue_28"),
    ],
)
def test_a_loan_is_in_for_the_latest_notice(late: int, kind: str | None) -> None:
    assert notice_due(DUE, DUE + timedelta(days=late)) == kind


async def morning(library: Library, *work: Job) -> None:
    async with library.running.database.tenant(library.running.context(library.tenant)) as session:
        for job in work or (SendNotices(), ExpireHolds()):
            jobs.add(session, job)
        await session.commit()
    await library.running.settle()


async def mails(library: Library) -> list[tuple[str | None, str]]:
    """To whom, an address or None for an account, and about what, in order."""
    sent = await library.outbox("user.mail")
    return [(mail.data["address"], mail.data["data"]["kind"]) for mail in sent]


async def passed(library: Library, days: int) -> None:
    """Have all loans and holds of the school be so many days older."""
    async with library.running.database.tenant(library.running.context(library.tenant)) as session:
        connection = await session.connection()
        schema = f"tenant_{library.tenant}"
        of_table = {"loans": ("due_on", "out_at"), "holds": ("expires_on",), "notices": ("due_on",)}
        for table, columns in of_table.items():
            moves = ", ".join(f"{column} = {column} - interval '{days} days'" for column in columns)
            await connection.execute(text(f"UPDATE {schema}.{table} SET {moves}"))
        await session.commit()


async def test_each_notice_goes_out_once_to_the_patron_and_the_guardian(library: Library) -> None:
    pupil = await library.patron(email="pupil@home.test", guardian_email="parent@home.test")
    await library.lent(patron=pupil, days_overdue=0)
    await library.lent(days_overdue=3)  # of somebody without any address
    for _ in range(2):
        await morning(library)
    assert sorted(await mails(library), key=str) == [
        ("parent@home.test", "loan_due_soon"),
        ("pupil@home.test", "loan_due_soon"),
    ]
    await passed(library, 1)
    await morning(library)
    assert [kind for _, kind in (await mails(library))[2:]] == ["loan_overdue"] * 2
    assert len(await library.outbox("libraries.loan_overdue.v1")) == 2
    await passed(library, 6)
    await morning(library)
    assert len(await mails(library)) == 6
    assert len(await library.outbox("libraries.loan_overdue.v1")) == 2


async def test_an_account_is_told_in_the_application_too(library: Library) -> None:
    book, pupil = await library.book(), await library.member("student")
    await pupil.post("borrow", barcode=book["barcode"])
    await passed(library, 13)
    await morning(library)
    (mail,) = await library.outbox("user.mail")
    (note,) = await library.outbox("user.notify")
    assert (mail.data["account_id"], note.data["kind"]) == (pupil.id, "libraries.loan_due_soon")


async def test_what_is_kept_too_long_is_lost_and_nothing_more_is_said_of_it(library: Library) -> None:
    await library.rules({"lost_after": 30})
    pupil = await library.patron(email="pupil@home.test")
    loan = await library.lent(patron=pupil, days_overdue=30, price="7.00")
    for _ in range(2):
        await morning(library)
        await passed(library, 7)
    assert (await library.get(f"copies/{loan['barcode']}"))["status"] == "lost"
    assert (await library.get(f"patrons/{pupil['id']}/account"))["owed"] == "7.00"
    assert await mails(library) == []


async def test_what_is_not_fetched_goes_to_the_next(library: Library) -> None:
    await library.rules({"pickup_days": 2})
    book, first, second = await library.book(), await library.patron(), await library.patron()
    held: list[JSON] = [
        await library.post("holds", book_id=book["id"], patron_id=patron["id"]) for patron in (first, second)
    ]
    await passed(library, 2)
    await morning(library)
    assert (await library.get(f"holds/{held[0]['id']}"))["state"] == "ready"
    await passed(library, 1)
    await morning(library)
    assert (await library.get(f"holds/{held[0]['id']}"))["state"] == "expired"
    following = await library.get(f"holds/{held[1]['id']}")
    assert (following["state"], following["expires_on"]) == ("ready", in_days(2))
    (expired,) = await library.outbox("libraries.hold_expired.v1")
    assert UUID(expired.aggregate) == UUID(held[0]["id"])
