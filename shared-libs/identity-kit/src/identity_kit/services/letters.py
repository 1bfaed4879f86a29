"""The letters that identity itself has sent."""

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from servicekit.records import Tenant
from sqlalchemy import select

from identity_kit.mail.letter import Letter
from identity_kit.models.account import User
from identity_kit.models.directory import AccountAddress
from identity_kit.models.one_time_token import Purpose
from identity_kit.services import invitation as invitations
from identity_kit.services import one_time_token as tokens
from identity_kit.services.desk import Desk, Written, in_words, to_account


async def invitation(desk: Desk) -> Written:
    made = await invitations.new_token(desk.session, UUID(desk.mail.data["invitation_id"]))
    if made is None:
        return None
    waiting, token = made
    host = await desk.session.get_one(User, waiting.invited_by)
    letter = Letter(
        subject=f"{host.name} invites you to {desk.tenant.name}",
        paragraphs=[
            "Hello,",
            f"{host.name} invites you to {desk.tenant.name} as {waiting.role}.",
            f"Choose your password to begin. The invitation holds until {in_words(waiting.expires_at)}.",
        ],
        action=("Accept the invitation", desk.link("invitation", token=token)),
    )
    return waiting.email, letter


@to_account
async def email_verification(desk: Desk, user: User) -> Letter | None:
    if user.email_verified:
        return None
    token = await tokens.issue(desk.session, user.id, Purpose.EMAIL_VERIFICATION)
    return Letter(
        subject=f"Confirm your address for {desk.tenant.name}",
        paragraphs=[
            f"Hello {user.name},",
            f"please confirm that {user.email} is your address. The link holds for one hour.",
        ],
        action=("Confirm the address", desk.link("verify-email", token=token)),
    )


@to_account
async def password_reset(desk: Desk, user: User) -> Letter:
    token = await tokens.issue(desk.session, user.id, Purpose.PASSWORD_RESET)
    return Letter(
        subject=f"Set a new password for {desk.tenant.name}",
        paragraphs=[
            f"Hello {user.name},",
            "somebody, probably you, asked for a new password. The link holds for one hour and works once.",
            "If it was not you, there is nothing to do: your password stays as it is.",
        ],
        action=("Set a new password", desk.link("reset-password", token=token)),
    )


@to_account
async def password_changed(desk: Desk, user: User) -> Letter:
    return Letter(
        subject=f"Your password for {desk.tenant.name} was changed",
        paragraphs=[
            f"Hello {user.name},",
            "your password was changed, and you were signed out on other devices.",
            "If it was not you, set a new one at once and tell those who run your organisation's accounts.",
        ],
        action=("Set a new password", desk.link("forgot-password")),
    )


@to_account
async def new_device(desk: Desk, user: User) -> Letter:
    seen = desk.mail.data
    at = datetime.fromisoformat(seen["at"]).astimezone(ZoneInfo(desk.tenant.time_zone))
    where = f" from {seen['address']}" if seen["address"] else ""
    return Letter(
        subject=f"New sign-in to {desk.tenant.name}",
        paragraphs=[
            f"Hello {user.name},",
            f"you signed in on a device we had not seen before, on {in_words(at)} at {at:%H:%M %Z}{where}:",
            seen["device"] or "a device that did not say what it is",
            "If it was not you, end that session and change your password.",
        ],
        action=("See your sessions", desk.link("account/sessions")),
    )


async def organisations(desk: Desk) -> Written:
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


@to_account
async def second_factor_added(desk: Desk, user: User) -> Letter:
    return _second_factor(desk, user, "added to", "From now on, signing in needs a code of your app.")


@to_account
async def second_factor_removed(desk: Desk, user: User) -> Letter:
    return _second_factor(
        desk, user, "removed from", "From now on, your password alone is enough to sign in."
    )


def _second_factor(desk: Desk, user: User, done: str, consequence: str) -> Letter:
    return Letter(
        subject=f"A second factor was {done} your account for {desk.tenant.name}",
        paragraphs=[
            f"Hello {user.name},",
            f"{consequence} You were signed out on other devices.",
            "If it was not you, change your password and tell those who run your organisation's accounts.",
        ],
        action=("See your account", desk.link("account/security")),
    )
