from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from identity_kit.mail.letter import Letter, message
from identity_kit.mail.transport import Smtp
from identity_kit.settings import IdentitySettings
from pydantic import ValidationError
from pydantic_core import Url
from servicekit.embedded import free_port


class Inbox:
    def __init__(self) -> None:
        self.mails: list[Envelope] = []

    async def handle_DATA(self, _: SMTP, __: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        self.mails.append(envelope)
        return "250 OK"


def letter() -> EmailMessage:
    words = Letter(subject="Grüße", paragraphs=["Hallo Zoë,", "…"], action=("Go", "https://x.test/?a=1&b=2"))
    return message(words, sender="Müller & Söhne", address="no-reply@fleet.test", to="zoe@acme.test")


async def test_a_letter_goes_by_smtp_in_text_and_html() -> None:
    inbox = Inbox()
    server = Controller(inbox, hostname="127.0.0.1", port=free_port())
    server.start()
    try:
        await Smtp(Url(f"smtp://127.0.0.1:{server.port}")).send(letter())
    finally:
        server.stop()
    (mail,) = inbox.mails
    assert mail.rcpt_tos == ["zoe@acme.test"]
    assert b"text/plain" in (mail.original_content or b"")
    assert b"text/html" in (mail.original_content or b"")


async def test_a_server_that_is_away_is_an_error_to_try_again() -> None:
    with pytest.raises(OSError, match=str(port := free_port())):
        await Smtp(Url(f"smtp://127.0.0.1:{port}")).send(letter())


def test_a_letter_says_who_it_is_from_in_every_alphabet() -> None:
    mail = letter()
    assert str(mail["from"]) == "Müller & Söhne <no-reply@fleet.test>"
    assert b"Gr=C3=BC=C3=9Fe" in mail.as_bytes() or b"=?utf-8?" in mail.as_bytes()
    html = mail.get_body(("html",))
    assert html is not None
    assert "https://x.test/?a=1&amp;b=2" in html.get_content()


@pytest.mark.parametrize(
    "name",
    [
        'Bank, "Head" <ceo@bank.test>',
        "x" * 200,
        "Ü" * 200,
        "Café, \\ & Söhne <a@b.test>, " * 7,
        "<script>alert(1)</script>",
        "=?utf-8?q?=0d=0aBcc:_all@bank.test?=",
    ],
)
def test_a_name_of_any_characters_stays_a_name(name: str) -> None:
    words = Letter(subject=f"Welcome to {name}", paragraphs=[f"Hello {name},"])
    sent = message(words, sender=name, address="no-reply@fleet.test", to="zoe@acme.test")
    read = message_from_bytes(sent.as_bytes(), policy=policy.default)
    assert [one.addr_spec for one in read["from"].addresses] == ["no-reply@fleet.test"]
    assert [one.addr_spec for one in read["to"].addresses] == ["zoe@acme.test"]
    assert read["bcc"] is None
    html = read.get_body(("html",))
    assert html is not None
    assert "<script>" not in html.get_content()


@pytest.mark.parametrize("missing", ["SMTP_URL", "MAIL_FROM", "PUBLIC_URL", "SECRET"])
def test_production_does_not_start_without(monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    class Settings(IdentitySettings, env_prefix="APP1_USER_"):
        pass

    given = {
        "SMTP_URL": "smtps://mail.acme.test",
        "MAIL_FROM": "hr@acme.test",
        "PUBLIC_URL": "https://acme.test",
        "SECRET": "s" * 32,
    }
    monkeypatch.setenv("FLEET_ENVIRONMENT", "production")
    for name, value in given.items():
        monkeypatch.setenv(f"APP1_USER_{name}", value)
    Settings()
    monkeypatch.delenv(f"APP1_USER_{missing}")
    with pytest.raises(ValidationError, match=missing.lower()):
        Settings()
