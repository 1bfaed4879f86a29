import os
from email.message import EmailMessage
from pathlib import Path

import pytest
from fleet.mail import listed, shown
from fleet.place import FleetError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    mails = [
        ("ada@acme.test", "Welcome, Ada"),
        ("ben@acme.test", "Grüße — für Ben"),
        ("ada@acme.test", "Again"),
    ]
    for number, (to, subject) in enumerate(mails):
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = "fleet@acme.test", to, subject
        mail.set_content(f"Text {number} ✓")
        path = tmp_path / f"{9 - number}.eml"  # names in another order than times
        path.write_bytes(bytes(mail))
        os.utime(path, (1000 + number, 1000 + number))
    return tmp_path


def test_mails_are_listed_newest_last_with_readable_subjects(folder: Path) -> None:
    lines = listed(folder, None).splitlines()
    assert [line.split()[0] for line in lines] == ["1", "2", "3"]
    assert lines[0].endswith("Welcome, Ada")
    assert lines[1].endswith("Grüße — für Ben")


def test_a_recipients_mails_keep_their_numbers(folder: Path) -> None:
    lines = listed(folder, "ADA@").splitlines()
    assert [line.split()[0] for line in lines] == ["1", "3"]


def test_a_mail_is_shown_by_its_number(folder: Path) -> None:
    text = shown(folder, 2)
    assert "To: ben@acme.test" in text
    assert "Text 1 ✓" in text


@pytest.mark.parametrize("number", [0, 4, -1])
def test_a_number_without_a_mail_is_refused(folder: Path, number: int) -> None:
    with pytest.raises(FleetError, match="there are 3"):
        shown(folder, number)


def test_no_mail_is_said_so(tmp_path: Path) -> None:
    assert listed(tmp_path / "missing", "ada@") == "no mail to ada@"
