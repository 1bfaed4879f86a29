"""The mails that the fleet wrote to a folder instead of sending them."""

from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from fleet.place import FleetError


def listed(folder: Path, to: str | None) -> str:
    """A table of the mails, newest last; `to` keeps those whose recipients contain it."""
    rows = [
        f"{number:>4}  {mail['date'] or '':<31}  {mail['to'] or '':<32}  {mail['subject'] or ''}"
        for number, mail in enumerate(_mails(folder), 1)
        if to is None or to.lower() in str(mail["to"]).lower()
    ]
    return "\n".join(rows) if rows else "no mail" + (f" to {to}" if to else "")


def shown(folder: Path, number: int) -> str:
    """One mail's headers and text, by its number in the table."""
    mails = _mails(folder)
    if not 1 <= number <= len(mails):
        raise FleetError(f"there is no mail {number}: there are {len(mails)}")
    mail = mails[number - 1]
    headers = "\n".join(f"{name}: {mail[name]}" for name in ("From", "To", "Date", "Subject") if mail[name])
    body = mail.get_body(("plain", "html"))
    return f"{headers}\n\n{body.get_content() if body else ''}"


def _mails(folder: Path) -> list[EmailMessage]:
    paths = sorted(folder.glob("**/*.eml"), key=lambda path: (path.stat().st_mtime_ns, path.name))
    return [message_from_bytes(path.read_bytes(), policy=policy.default) for path in paths]
