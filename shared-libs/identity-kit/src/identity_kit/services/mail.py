"""The mails that the fleet sends: each purpose of `SendMail` has its letter."""

from collections.abc import Awaitable, Callable
from datetime import date
from urllib.parse import urlencode
from uuid import UUID

from contracts.jobs import SendMail
from servicekit.db import TenantSession
from servicekit.records import Tenant
from sqlalchemy import select

from identity_kit.identity import Identity
from identity_kit.mail.letter import Letter, message
from identity_kit.models.account import User
from identity_kit.services import invitation as invitations

Writer = Callable[[TenantSession, Identity, SendMail, str], Awaitable[tuple[str, Letter] | None]]
"""Writes to whom and what, for the organisation of that name; None where nothing is to be sent any more."""


async def send(session: TenantSession, identity: Identity, mail: SendMail) -> None:
    """Render a mail and hand it over. Where it carries a token, doing it again voids the former."""
    organisation = (
        await session.execute(select(Tenant.name).where(Tenant.id == session.tenant))
    ).scalar_one()
    written = await _WRITERS[mail.purpose](session, identity, mail, organisation)
    if written is None:
        return
    to, letter = written
    sender = identity.settings.mail_from
    await identity.mail.send(message(letter, organisation=organisation, sender=sender, to=to))


async def _invitation(
    session: TenantSession, identity: Identity, mail: SendMail, organisation: str
) -> tuple[str, Letter] | None:
    made = await invitations.new_token(session, UUID(mail.data["invitation_id"]))
    if made is None:
        return None
    invitation, token = made
    host = await session.get_one(User, invitation.invited_by)
    letter = Letter(
        subject=f"{host.name} invites you to {organisation}",
        paragraphs=[
            "Hello,",
            f"{host.name} invites you to {organisation} as {invitation.role}.",
            f"Choose your password to begin. The invitation holds until {_day(invitation.expires_at)}.",
        ],
        action=("Accept the invitation", _link(session, identity, "invitation", token=token)),
    )
    return invitation.email, letter


async def _employee_welcome(
    session: TenantSession, identity: Identity, mail: SendMail, organisation: str
) -> tuple[str, Letter] | None:
    if mail.address is None:
        raise ValueError("a welcome goes to an address")
    first_day = date.fromisoformat(mail.data["date_of_joining"])
    letter = Letter(
        subject=f"Welcome to {organisation}",
        paragraphs=[
            f"Hello {mail.data['first_name']},",
            f"welcome to {organisation}! Your first day is {_day(first_day)}.",
            "An invitation to sign in comes in a mail of its own.",
        ],
        action=("Where you will sign in", _link(session, identity, "login")),
    )
    return mail.address, letter


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def _link(session: TenantSession, identity: Identity, page: str, **secrets: str) -> str:
    """A page of the frontend. What is secret stands in the fragment, which no server gets to log."""
    fragment = f"#{urlencode(secrets)}" if secrets else ""
    return f"{str(identity.settings.public_url).rstrip('/')}/{page}?tenant={session.tenant}{fragment}"


_WRITERS: dict[str, Writer] = {"invitation": _invitation, "employee_welcome": _employee_welcome}
