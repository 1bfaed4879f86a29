"""The mails that the fleet sends: each purpose of `SendMail` has its letter."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from contracts.jobs import SendMail
from servicekit.db import TenantSession
from servicekit.records import Tenant
from sqlalchemy import func, select

from identity_kit.identity import Identity
from identity_kit.mail.letter import Letter, message
from identity_kit.models.account import AccountStatus, User
from identity_kit.models.directory import AccountAddress
from identity_kit.models.one_time_token import Purpose
from identity_kit.services import invitation as invitations
from identity_kit.services import one_time_token as tokens


@dataclass(frozen=True)
class _Desk:
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


async def send(session: TenantSession, identity: Identity, mail: SendMail) -> None:
    """Render a mail and hand it over. Where it carries a token, doing it again voids the former."""
    tenant = await session.get_one(Tenant, session.tenant)
    written = await _WRITERS[mail.purpose](_Desk(session, identity, tenant, mail))
    if written is None:
        return
    to, letter = written
    sender = identity.policy.product if mail.purpose == "organisations" else tenant.name
    await identity.mail.send(message(letter, sender=sender, address=identity.settings.mail_from, to=to))


async def _invitation(desk: _Desk) -> Written:
    made = await invitations.new_token(desk.session, UUID(desk.mail.data["invitation_id"]))
    if made is None:
        return None
    invitation, token = made
    host = await desk.session.get_one(User, invitation.invited_by)
    letter = Letter(
        subject=f"{host.name} invites you to {desk.tenant.name}",
        paragraphs=[
            "Hello,",
            f"{host.name} invites you to {desk.tenant.name} as {invitation.role}.",
            f"Choose your password to begin. The invitation holds until {_day(invitation.expires_at)}.",
        ],
        action=("Accept the invitation", desk.link("invitation", token=token)),
    )
    return invitation.email, letter


async def _employee_welcome(desk: _Desk) -> Written:
    if desk.mail.address is None:
        raise ValueError("a welcome goes to an address")
    first_day = date.fromisoformat(desk.mail.data["date_of_joining"])
    letter = Letter(
        subject=f"Welcome to {desk.tenant.name}",
        paragraphs=[
            f"Hello {desk.mail.data['first_name']},",
            f"welcome to {desk.tenant.name}! Your first day is {_day(first_day)}.",
            "An invitation to sign in comes in a mail of its own.",
        ],
        action=("Where you will sign in", desk.link("login")),
    )
    return desk.mail.address, letter


async def _document_expiring(desk: _Desk) -> Written:
    to = desk.mail.address
    if to is None:
        user = await desk.account()
        if user is None:
            return None
        to = user.email
    data = desk.mail.data
    whose = f"{data['employee']}'s" if "employee" in data else "Your"
    subject = f"{whose} {data['type']} expires on {_day(date.fromisoformat(data['expires_on']))}"
    letter = Letter(
        subject=subject,
        paragraphs=["Hello,", f"{subject}.", "Please see to a newer one, and upload it in its place."],
        action=("See the documents", desk.link("documents")),
    )
    return to, letter


async def _leave_asked(desk: _Desk) -> Written:
    user = await desk.account()
    if user is None:
        return None
    data = desk.mail.data
    letter = Letter(
        subject=f"{data['employee']} asks for leave {_span(data)}",
        paragraphs=[
            f"Hello {user.name},",
            f"{data['employee']} asks for leave {_span(data)}, and you are asked to decide.",
        ],
        action=("See the request", desk.link("leave")),
    )
    return user.email, letter


async def _leave_decided(desk: _Desk) -> Written:
    user = await desk.account()
    if user is None:
        return None
    data = desk.mail.data
    comment = [data["comment"]] if "comment" in data else []
    subject = f"Your leave {_span(data)} was {data['status']}"
    letter = Letter(
        subject=subject,
        paragraphs=[f"Hello {user.name},", f"{subject[0].lower()}{subject[1:]}.", *comment],
        action=("See your leave", desk.link("leave")),
    )
    return user.email, letter


async def _library_notice(desk: _Desk) -> Written:
    to = desk.mail.address
    if to is None:
        user = await desk.account()
        if user is None:
            return None
        to = user.email
    data = desk.mail.data
    title, day = data["title"], _day(date.fromisoformat(data["day"]))
    subject, what = {
        "loan_due_soon": (f"“{title}” is due on {day}", "Please bring it back by then, or renew it."),
        "loan_overdue": (f"“{title}” was due on {day}", "Please bring it back."),
        "hold_ready": (f"“{title}” lies ready until {day}", "It can be fetched at the desk."),
    }[data["kind"]]
    letter = Letter(
        subject=subject,
        paragraphs=["Hello,", f"this is about what {data['patron']} borrows: {subject}.", what],
        action=("See the library", desk.link("library")),
    )
    return to, letter


async def _email_verification(desk: _Desk) -> Written:
    user = await desk.account()
    if user is None or user.email_verified:
        return None
    token = await tokens.issue(desk.session, user.id, Purpose.EMAIL_VERIFICATION)
    letter = Letter(
        subject=f"Confirm your address for {desk.tenant.name}",
        paragraphs=[
            f"Hello {user.name},",
            f"please confirm that {user.email} is your address. The link holds for one hour.",
        ],
        action=("Confirm the address", desk.link("verify-email", token=token)),
    )
    return user.email, letter


async def _password_reset(desk: _Desk) -> Written:
    user = await desk.account()
    if user is None:
        return None
    token = await tokens.issue(desk.session, user.id, Purpose.PASSWORD_RESET)
    letter = Letter(
        subject=f"Set a new password for {desk.tenant.name}",
        paragraphs=[
            f"Hello {user.name},",
            "somebody, probably you, asked for a new password. The link holds for one hour and works once.",
            "If it was not you, there is nothing to do: your password stays as it is.",
        ],
        action=("Set a new password", desk.link("reset-password", token=token)),
    )
    return user.email, letter


async def _password_changed(desk: _Desk) -> Written:
    user = await desk.account()
    if user is None:
        return None
    letter = Letter(
        subject=f"Your password for {desk.tenant.name} was changed",
        paragraphs=[
            f"Hello {user.name},",
            "your password was changed, and you were signed out on other devices.",
            "If it was not you, set a new one at once and tell those who run your organisation's accounts.",
        ],
        action=("Set a new password", desk.link("forgot-password")),
    )
    return user.email, letter


async def _second_factor_added(desk: _Desk) -> Written:
    return await _second_factor(desk, "added to", "From now on, signing in needs a code of your app.")


async def _second_factor_removed(desk: _Desk) -> Written:
    return await _second_factor(
        desk, "removed from", "From now on, your password alone is enough to sign in."
    )


async def _second_factor(desk: _Desk, done: str, consequence: str) -> Written:
    user = await desk.account()
    if user is None:
        return None
    letter = Letter(
        subject=f"A second factor was {done} your account for {desk.tenant.name}",
        paragraphs=[
            f"Hello {user.name},",
            f"{consequence} You were signed out on other devices.",
            "If it was not you, change your password and tell those who run your organisation's accounts.",
        ],
        action=("See your account", desk.link("account/security")),
    )
    return user.email, letter


async def _new_device(desk: _Desk) -> Written:
    user = await desk.account()
    if user is None:
        return None
    seen = desk.mail.data
    at = datetime.fromisoformat(seen["at"]).astimezone(ZoneInfo(desk.tenant.time_zone))
    where = f" from {seen['address']}" if seen["address"] else ""
    letter = Letter(
        subject=f"New sign-in to {desk.tenant.name}",
        paragraphs=[
            f"Hello {user.name},",
            f"you signed in on a device we had not seen before, on {_day(at)} at {at:%H:%M %Z}{where}:",
            seen["device"] or "a device that did not say what it is",
            "If it was not you, end that session and change your password.",
        ],
        action=("See your sessions", desk.link("account/sessions")),
    )
    return user.email, letter


async def _organisations(desk: _Desk) -> Written:
    if desk.mail.address is None:
        raise ValueError("the list goes to an address")
    tenants = await desk.session.scalars(
        select(Tenant)
        .join(AccountAddress, AccountAddress.tenant == Tenant.id)
        .where(AccountAddress.address == desk.mail.address.lower(), Tenant.status == "active")
        .order_by(Tenant.name)
    )
    lines = [f"{tenant.name}: {desk.link('login', tenant=tenant.id)}" for tenant in tenants]
    if not lines:
        return None
    product = desk.identity.policy.product
    letter = Letter(
        subject=f"Your organisations in the {product}",
        paragraphs=["Hello,", "this address can sign in to:", *lines],
    )
    return desk.mail.address, letter


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def _span(data: dict[str, str]) -> str:
    first, last = (_day(date.fromisoformat(data[name])) for name in ("from", "to"))
    return f"on {first}" if first == last else f"from {first} to {last}"


_WRITERS: dict[str, Callable[[_Desk], Awaitable[Written]]] = {
    "document_expiring": _document_expiring,
    "email_verification": _email_verification,
    "employee_welcome": _employee_welcome,
    "invitation": _invitation,
    "leave_asked": _leave_asked,
    "leave_decided": _leave_decided,
    "library_notice": _library_notice,
    "new_device": _new_device,
    "organisations": _organisations,
    "password_changed": _password_changed,
    "password_reset": _password_reset,
    "second_factor_added": _second_factor_added,
    "second_factor_removed": _second_factor_removed,
}
