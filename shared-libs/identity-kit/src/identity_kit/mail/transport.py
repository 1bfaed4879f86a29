"""How mails leave: by SMTP, or into a folder where developers read them."""

import asyncio
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote
from uuid import uuid4

import aiosmtplib
from pydantic_core import Url

from identity_kit.settings import IdentitySettings

_TIMEOUT = 20  # seconds


class Transport(Protocol):
    async def send(self, message: EmailMessage) -> None:
        """Hand a message over for good.

        Raises:
            OSError, aiosmtplib.SMTPException: it was not taken; try again later.
        """


def transport(settings: IdentitySettings) -> Transport:
    """SMTP where the settings have a server, else the folder."""
    if settings.smtp_url is not None:
        return Smtp(settings.smtp_url)
    if settings.mail_folder is None:
        raise ValueError("neither smtp_url nor mail_folder is set")
    return Folder(settings.mail_folder)


class Folder:
    """One .eml file per mail, complete from the moment it is there; names sort by time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def send(self, message: EmailMessage) -> None:
        await asyncio.to_thread(self._write, message.as_bytes())

    def _write(self, content: bytes) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / f"{datetime.now(UTC):%Y%m%dT%H%M%S.%f}-{uuid4().hex[:8]}.eml"
        half = path.with_suffix(".tmp")
        half.write_bytes(content)
        half.replace(path)


class Smtp:
    def __init__(self, url: Url) -> None:
        self._tls = url.scheme == "smtps"
        self._host = url.host or ""
        self._port = url.port or (465 if self._tls else 587)
        self._username = unquote(url.username) if url.username else None
        self._password = unquote(url.password) if url.password else None

    async def send(self, message: EmailMessage) -> None:
        await aiosmtplib.send(
            message,
            hostname=self._host,
            port=self._port,
            username=self._username,
            password=self._password,
            use_tls=self._tls,
            timeout=_TIMEOUT,
        )
