"""Invitations: sent by mail, accepted once."""

import secrets
from datetime import datetime
from typing import Any
from uuid import UUID

from contracts.context import TenantContext
from contracts.facts import AccountInvited
from contracts.jobs import SendMail
from servicekit import audit, facts, jobs
from servicekit.db import ReadSession, TenantSession, refusing
from servicekit.errors import Conflict, NotFound, TooManyRequests, Unprocessable
from servicekit.pagination import page
from sqlalchemy import ColumnElement, func, select

from identity_kit.identity import Identity
from identity_kit.models.account import User
from identity_kit.models.invitation import Invitation, InvitationStatus
from identity_kit.schemas.invitation import Acceptance, InvitationQuery, InvitationRead, InvitationWish
from identity_kit.services import access, step_up
from identity_kit.services import account as accounts
from identity_kit.services import email as emails
from identity_kit.services import password as passwords
from identity_kit.services.access import POWER
from identity_kit.services.one_time_token import hash_of
from identity_kit.throttle import MAILS_TO_ADDRESS


class InvitationPending(Conflict):
    code = "user.invitation_pending"

    def __init__(self) -> None:
        super().__init__("This address has been invited already.")


class InvitationInvalid(Unprocessable):
    code = "user.invitation_invalid"

    def __init__(self) -> None:
        super().__init__("The invitation has been used, withdrawn or replaced, or is too old.")


class InvitationAbsent(NotFound):
    code = "user.invitation_absent"

    def __init__(self) -> None:
        super().__init__("There is no such invitation.")


class TooManyMails(TooManyRequests):
    code = "user.too_many_mails"

    def __init__(self) -> None:
        wait = str(MAILS_TO_ADDRESS.seconds)
        super().__init__("This address has got several mails already.", headers={"Retry-After": wait})


async def invite(
    session: TenantSession, identity: Identity, actor: TenantContext, wish: InvitationWish
) -> Invitation:
    """Invite an address; the mail is sent by the worker.

    Raises:
        AccountUnknown: a program's key has no account, and invites nobody.
        RoleUnknown, RoleNotYours, InvitationPending
        EmailTaken: it has an account.
        StepUpRequired: the role has power over accounts, and the session has not shown lately who it is.
        TooManyMails: the address got as many as it is to get within an hour.
    """
    await accounts.get(session, actor.user_id)
    await access.require_grantable(session, identity, actor, {wish.role}, new={wish.role})
    if not POWER.isdisjoint(await access.permissions(session, identity, {wish.role})):
        await step_up.require(session, actor)
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
        expires_at=await _end(session, identity),
    )
    session.add(invitation)
    async with refusing({"uq_invitations_email_pending": InvitationPending()}):
        await session.flush()
    audit.add(session, "user.invitation_sent", target=_target(invitation), after=_said(invitation))
    told = AccountInvited(invitation_id=invitation.id, email=wish.email, role=wish.role)
    facts.add(session, told, about=invitation)
    await _mail(session, identity, invitation)
    return invitation


async def listing(session: ReadSession, query: InvitationQuery) -> dict[str, Any]:
    columns = Invitation.__table__.c
    statement = select(*(columns[name] for name in InvitationRead.model_fields))
    if query.status is not None:
        statement = statement.where(Invitation.status == query.status)
    return await page(session, statement, query, key=columns.created_at, id_=columns.id, descending=True)


async def resend(session: TenantSession, identity: Identity, id_: UUID) -> None:
    """Send the mail again, with a new token and all the time there was at first; the former token is void.

    Raises:
        InvitationAbsent, InvitationInvalid
        TooManyMails: the address got as many as it is to get within an hour.
    """
    invitation = await _waiting(session, id_)
    invitation.expires_at = await _end(session, identity)
    invitation.token_hash = None
    await session.flush()
    audit.add(session, "user.invitation_resent", target=_target(invitation))
    await _mail(session, identity, invitation)


async def withdraw(session: TenantSession, id_: UUID) -> None:
    """Let nobody accept the invitation any more.

    Raises:
        InvitationAbsent, InvitationInvalid
    """
    invitation = await _waiting(session, id_)
    invitation.status = InvitationStatus.REVOKED
    audit.add(session, "user.invitation_withdrawn", target=_target(invitation), before=_said(invitation))
    await session.flush()


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
    password_hash = await identity.passwords.hash(acceptance.password)  # while no connection waits
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
    passwords.require_unguessable(acceptance.password, await passwords.words_about(session, user))
    audit.add(session, "user.invitation_accepted", target=_target(invitation), actor=user.id)
    await emails.note_verified(session, user)  # the token came there
    return user


async def _mail(session: TenantSession, identity: Identity, invitation: Invitation) -> None:
    to = invitation.email.lower()
    if await identity.throttle.add(MAILS_TO_ADDRESS, session.tenant, to) > MAILS_TO_ADDRESS.most:
        raise TooManyMails
    jobs.add(session, SendMail(purpose="invitation", data={"invitation_id": str(invitation.id)}))


async def _pending(session: TenantSession, condition: ColumnElement[bool]) -> Invitation | None:
    """The invitation that meets the condition and can still be accepted, locked."""
    good = select(Invitation).where(
        condition, Invitation.status == InvitationStatus.PENDING, Invitation.expires_at > func.now()
    )
    return await session.scalar(good.with_for_update())


async def _waiting(session: TenantSession, id_: UUID) -> Invitation:
    invitation = await session.get(Invitation, id_, with_for_update=True)
    if invitation is None:
        raise InvitationAbsent
    if invitation.status != InvitationStatus.PENDING:
        raise InvitationInvalid
    return invitation


async def _end(session: TenantSession, identity: Identity) -> datetime:
    """When an invitation sent now ends."""
    return (await session.scalars(select(func.now() + identity.settings.invitation_lifetime))).one()


def _target(invitation: Invitation) -> str:
    return f"invitation:{invitation.id}"


def _said(invitation: Invitation) -> dict[str, str]:
    """What the audit log keeps of an invitation."""
    return {"email": invitation.email, "role": invitation.role}
