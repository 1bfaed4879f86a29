"""Invitations: sent by mail, accepted once."""

import secrets
from uuid import UUID

from contracts.context import TenantContext
from contracts.facts import AccountInvited
from contracts.jobs import SendMail
from servicekit import facts, jobs
from servicekit.db import TenantSession, refusing
from servicekit.errors import Conflict, Forbidden, Unprocessable
from sqlalchemy import ColumnElement, func, select

from identity_kit.identity import Identity
from identity_kit.models.account import User
from identity_kit.models.invitation import Invitation, InvitationStatus
from identity_kit.rules.grants import may_grant
from identity_kit.schemas.invitation import Acceptance, InvitationWish
from identity_kit.services import account as accounts
from identity_kit.services import email as emails
from identity_kit.services import password as passwords
from identity_kit.services.one_time_token import hash_of


class InvitationPending(Conflict):
    code = "user.invitation_pending"

    def __init__(self) -> None:
        super().__init__("This address has been invited already.")


class InvitationInvalid(Unprocessable):
    code = "user.invitation_invalid"

    def __init__(self) -> None:
        super().__init__("The invitation has been used, withdrawn or replaced, or is too old.")


class RoleUnknown(Unprocessable):
    code = "user.role_unknown"

    def __init__(self) -> None:
        super().__init__("There is no such role.")


class RoleNotYours(Forbidden):
    code = "user.role_not_yours_to_give"

    def __init__(self) -> None:
        super().__init__("Your own role does not allow you to give this one.")


async def invite(
    session: TenantSession, identity: Identity, actor: TenantContext, wish: InvitationWish
) -> Invitation:
    """Invite an address; the mail is sent by the worker.

    Raises:
        RoleUnknown, RoleNotYours, InvitationPending
        EmailTaken: it has an account.
    """
    if wish.role not in identity.policy.roles:
        raise RoleUnknown
    if not may_grant(identity.policy, actor.roles, wish.role):
        raise RoleNotYours
    if await session.scalar(select(User.id).where(func.lower(User.email) == wish.email.lower())):
        raise accounts.EmailTaken
    too_old = select(Invitation).where(
        func.lower(Invitation.email) == wish.email.lower(),
        Invitation.status == InvitationStatus.PENDING,
        Invitation.expires_at <= func.now(),
    )
    if (former := await session.scalar(too_old.with_for_update())) is not None:
        former.status = InvitationStatus.EXPIRED
        await session.flush()
    invitation = Invitation(
        email=wish.email,
        role=wish.role,
        employee_id=wish.employee_id,
        invited_by=actor.user_id,
        expires_at=(await session.scalars(select(func.now() + identity.settings.invitation_lifetime))).one(),
    )
    session.add(invitation)
    async with refusing({"uq_invitations_email_pending": InvitationPending()}):
        await session.flush()
    told = AccountInvited(invitation_id=invitation.id, email=wish.email, role=wish.role)
    facts.add(session, told, about=invitation)
    jobs.add(session, SendMail(purpose="invitation", data={"invitation_id": str(invitation.id)}))
    return invitation


async def new_token(session: TenantSession, id_: UUID) -> tuple[Invitation, str] | None:
    """A token for an invitation's next mail, which voids the former; None where it needs none any more."""
    invitation = await _pending(session, Invitation.id == id_)
    if invitation is None:
        return None
    token = secrets.token_urlsafe(32)
    invitation.token_hash = hash_of(token)
    await session.flush()
    return invitation, token


async def accept(session: TenantSession, identity: Identity, acceptance: Acceptance) -> User:
    """Turn an invitation into an account.

    Raises:
        InvitationInvalid, PasswordGuessable
        EmailTaken: the address got an account in another way.
    """
    about = [acceptance.name, session.tenant]
    password_hash = await passwords.hashed(identity, acceptance.password, about)
    invitation = await _pending(
        session, Invitation.token_hash == hash_of(acceptance.token.get_secret_value())
    )
    if invitation is None:
        raise InvitationInvalid
    invitation.status = InvitationStatus.ACCEPTED
    user = await accounts.create(
        session,
        email=invitation.email,
        name=acceptance.name,
        role=invitation.role,
        password_hash=password_hash,
        employee_id=invitation.employee_id,
    )
    await emails.note_verified(session, user)  # the token came there
    return user


async def _pending(session: TenantSession, condition: ColumnElement[bool]) -> Invitation | None:
    """The invitation that meets the condition and can still be accepted, locked."""
    good = select(Invitation).where(
        condition, Invitation.status == InvitationStatus.PENDING, Invitation.expires_at > func.now()
    )
    return await session.scalar(good.with_for_update())
