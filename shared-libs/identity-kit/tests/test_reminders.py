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
