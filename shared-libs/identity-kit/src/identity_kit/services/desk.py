"""Where letters are written: what a writer has at hand, and whom a letter goes to."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from contracts.jobs import SendMail
from servicekit.db import TenantSession
from servicekit.records import Tenant
from sqlalchemy import func, select

from identity_kit.identity import Identity
from identity_kit.mail.letter import Letter
from identity_kit.models.account import AccountStatus, User


@dataclass(frozen=True)
class Desk:
    """What a letter is written with."""

    session: TenantSession
    identity: Identity
    tenant: Tenant
    mail: SendMail

    def link(self, page: str, *, tenant: str | None = None, **secrets: str) -> str:
        """A page of the frontend. What is secret stands in the fragment, which no server gets to log."""
        base = str(self.identity.settings.public_url).rstrip("/")
        fragment = f"#{urlencode(secrets)}" if secrets else ""
        return f"{base}/{page}?tenant={tenant or self.session.tenant}{fragment}"

    async def account(self) -> User | None:
        """The account the mail goes to, by id or address, if it is in use."""
        chosen = (
            User.id == self.mail.account_id
            if self.mail.account_id
            else func.lower(User.email) == (self.mail.address or "").lower()
        )
        return await self.session.scalar(select(User).where(chosen, User.status == AccountStatus.ACTIVE))


Written = tuple[str, Letter] | None
"""To whom, and what; None where nothing is to be sent any more."""

Writer = Callable[[Desk], Awaitable[Written]]


def to_account(write: Callable[[Desk, User], Awaitable[Letter | None]]) -> Writer:
    """For letters to an account: nothing is sent where it is not in use any more."""

    async def written(desk: Desk) -> Written:
        user = await desk.account()
        letter = await write(desk, user) if user is not None else None
        return (user.email, letter) if user is not None and letter is not None else None

    return written


def to_recipient(write: Callable[[Desk], Awaitable[Letter]]) -> Writer:
    """For letters to the address given, or else to the account."""

    async def written(desk: Desk) -> Written:
        user = None if desk.mail.address is not None else await desk.account()
        to = desk.mail.address if user is None else user.email
        return None if to is None else (to, await write(desk))

    return written


def in_words(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
