from typing import Annotated
from uuid import UUID

from fastapi import Query, Response
from servicekit.access import needs, public
from servicekit.edge import Actor, ReadSession, Router, TenantSession, answer
from servicekit.errors import documented
from servicekit.pagination import Page

from identity_kit.edge import Kit
from identity_kit.schemas.account import UserRead
from identity_kit.schemas.invitation import Acceptance, InvitationQuery, InvitationRead, InvitationWish
from identity_kit.services import invitation as invitations
from identity_kit.services.access import RoleNotYours, RoleUnknown
from identity_kit.services.account import AccountUnknown, EmailTaken
from identity_kit.services.invitation import (
    InvitationAbsent,
    InvitationInvalid,
    InvitationPending,
    TooManyMails,
)
from identity_kit.services.password import PasswordGuessable
from identity_kit.services.step_up import StepUpRequired

router = Router("user", tags=["invitations"])


@router.post(
    "/invitations",
    status_code=201,
    dependencies=[needs("user.invitation.write")],
    responses=documented(
        AccountUnknown,
        EmailTaken,
        InvitationPending,
        RoleNotYours,
        RoleUnknown,
        StepUpRequired,
        TooManyMails,
    ),
)
async def invite(wish: InvitationWish, session: TenantSession, actor: Actor, identity: Kit) -> InvitationRead:
    """Invite somebody by mail, with a role. Who accepts chooses a password."""
    return InvitationRead.model_validate(await invitations.invite(session, identity, actor, wish))


@router.get("/invitations", dependencies=[needs("user.account.read")], response_model=Page[InvitationRead])
async def list_invitations(session: ReadSession, query: Annotated[InvitationQuery, Query()]) -> Response:
    """Who was invited, the newest first."""
    return answer(await invitations.listing(session, query))


@router.post(
    "/invitations/{invitation_id}/resend",
    status_code=202,
    dependencies=[needs("user.invitation.write")],
    responses=documented(InvitationAbsent, InvitationInvalid, TooManyMails),
)
async def resend_invitation(invitation_id: UUID, session: TenantSession, identity: Kit) -> None:
    """Send the mail again. The link in the former is void."""
    await invitations.resend(session, identity, invitation_id)


@router.delete(
    "/invitations/{invitation_id}",
    status_code=204,
    dependencies=[needs("user.invitation.write")],
    responses=documented(InvitationAbsent, InvitationInvalid),
)
async def withdraw_invitation(invitation_id: UUID, session: TenantSession) -> None:
    """Let nobody accept the invitation any more."""
    await invitations.withdraw(session, invitation_id)


@router.post(
    "/invitations/accept",
    status_code=201,
    dependencies=[public()],
    responses=documented(InvitationInvalid, EmailTaken, PasswordGuessable),
)
async def accept_invitation(acceptance: Acceptance, session: TenantSession, identity: Kit) -> UserRead:
    """Make the account that a mailed token invites to."""
    return UserRead.model_validate(await invitations.accept(session, identity, acceptance))
