"""Letters: what a mail says, and how it becomes text and HTML."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from html import escape


@dataclass(frozen=True)
class Letter:
    """`action` is a button: its label and where it leads."""

    subject: str
    paragraphs: Sequence[str]
    action: tuple[str, str] | None = None


def message(letter: Letter, *, sender: str, address: str, to: str) -> EmailMessage:
    """The letter as a mail in text and HTML, from a sender's name and address."""
    mail = EmailMessage()
    mail["From"] = Address(_literal(sender), addr_spec=address)
    mail["To"] = Address(addr_spec=to)
    mail["Subject"] = _literal(letter.subject)
    mail["Date"] = format_datetime(datetime.now(UTC))
    mail["Message-ID"] = make_msgid(domain=address.rpartition("@")[2])
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: asks for no out-of-office answer
    mail.set_content(_text(letter, sender))
    mail.add_alternative(_html(letter, sender), subtype="html")
    return mail


def _literal(words: str) -> str:
    """Words that people chose, for a header.

    `email` decodes what looks like an RFC 2047 encoded word there, line breaks and all, and so would
    let a name bring headers of its own along.
    """
    return words.replace("=?", "= ?")


def _text(letter: Letter, sender: str) -> str:
    parts = [*letter.paragraphs]
    if letter.action is not None:
        label, link = letter.action
        parts.append(f"{label}:\n{link}")
    return "\n\n".join([*parts, f"-- \n{sender}\n"])


def _html(letter: Letter, sender: str) -> str:
    paragraphs = "".join(f"<p>{escape(paragraph)}</p>" for paragraph in letter.paragraphs)
    button = ""
    if letter.action is not None:
        label, link = letter.action
        style = "background:#1c5d99;color:#fff;padding:10px 18px;border-radius:4px;text-decoration:none"
        shown = escape(link)
        button = (
            f'<p><a href="{shown}" style="{style}">{escape(label)}</a></p>'
            f'<p style="color:#555;font-size:13px">Or open this address: {shown}</p>'
        )
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f"<title>{escape(letter.subject)}</title></head>"
        '<body style="font-family:sans-serif;max-width:36em;margin:2em auto;line-height:1.5">'
        f'<h1 style="font-size:18px">{escape(sender)}</h1>{paragraphs}{button}</body></html>\n'
    )
