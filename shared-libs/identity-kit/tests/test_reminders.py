from typing import Literal

import pytest
from contracts.jobs import SendMail
from organisation import Organisation, text_of
from servicekit import jobs
from servicekit.testing.running import Running


@pytest.mark.parametrize(
    ("data", "subject"),
    [
        ({}, "Your Visa expires on 31 January 2027"),
        ({"employee": "Bob Stone"}, "Bob Stone's Visa expires on 31 January 2027"),
    ],
)
async def test_a_document_that_expires_is_told_to_an_account_or_an_address(
    acme: Organisation, running: Running, data: dict[str, str], subject: str
) -> None:
    about = {"type": "Visa", "expires_on": "2027-01-31", **data}
    async with running.database.tenant(running.context(acme.tenant)) as session:
        jobs.add(session, SendMail(purpose="document_expiring", address="bob@acme.test", data=about))
        await session.commit()
    await running.settle()
    (mail,) = acme.mails_to("bob@acme.test")
    assert mail["subject"] == subject
    assert f"{subject}." in text_of(mail)


Purpose = Literal["leave_asked", "leave_decided"]
DAY = {"from": "2026-05-04", "to": "2026-05-04"}


@pytest.mark.parametrize(
    ("purpose", "data", "subject"),
    [
        ("leave_asked", {"to": "2026-05-08"}, "Bob Stone asks for leave from 4 May 2026 to 8 May 2026"),
        ("leave_decided", {"status": "approved"}, "Your leave on 4 May 2026 was approved"),
        (
            "leave_decided",
            {"status": "rejected", "comment": "Year end"},
            "Your leave on 4 May 2026 was rejected",
        ),
    ],
)
async def test_what_happens_to_leave_is_told_by_mail(
    acme: Organisation, running: Running, purpose: Purpose, data: dict[str, str], subject: str
) -> None:
    async with await acme.owner() as client:
        owner = (await client.get("/user/me")).json()
    about = {"employee": "Bob Stone", **DAY, **data}
    async with running.database.tenant(running.context(acme.tenant)) as session:
        jobs.add(session, SendMail(purpose=purpose, account_id=owner["id"], data=about))
        await session.commit()
    await running.settle()
    (mail,) = [mail for mail in acme.mails_to(owner["email"]) if mail["subject"] == subject]
    assert data.get("comment", "") in text_of(mail)


@pytest.mark.parametrize(
    ("data", "subject", "lines"),
    [
        (
            {"messages": "4", "direct": "2 Bob Stone\n1 Eve", "channels": "1 product team"},
            "4 messages wait for you",
            [
                "Bob Stone wrote to you directly: 2",
                "Eve wrote to you directly: 1",
                "You are named in product team: 1",
            ],
        ),
        (
            {"messages": "1", "direct": "", "channels": "1 team"},
            "1 message waits for you",
            ["You are named in team: 1"],
        ),
    ],
    ids=["many", "one"],
)
async def test_what_waits_unread_in_chat_is_told_by_mail(
    acme: Organisation, running: Running, data: dict[str, str], subject: str, lines: list[str]
) -> None:
    async with await acme.owner() as client:
        owner = (await client.get("/user/me")).json()
    async with running.database.tenant(running.context(acme.tenant)) as session:
        jobs.add(session, SendMail(purpose="unread_messages", account_id=owner["id"], data=data))
        await session.commit()
    await running.settle()
    (mail,) = [mail for mail in acme.mails_to(owner["email"]) if mail["subject"] == subject]
    assert all(line in text_of(mail) for line in lines)
