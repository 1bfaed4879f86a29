from servicekit.access import needs, public
from servicekit.edge import Actor, Router, TenantSession
from servicekit.errors import documented

from identity_kit.edge import Kit
from identity_kit.schemas.account import UserRead
from identity_kit.schemas.invitation import Acceptance, InvitationRead, InvitationWish
from identity_kit.services import invitation as invitations
from identity_kit.services.account import EmailTaken
from identity_kit.services.invitation import InvitationInvalid, InvitationPending, RoleNotYours, RoleUnknown
from identity_kit.services.password import PasswordGuessable

router = Router("user", tags=["invitations"])


@router.post(
    "/invitations",
    status_code=201,
    dependencies=[needs("user.invitation.write")],
    responses=documented(EmailTaken, InvitationPending, RoleUnknown, RoleNotYours),
)
async def invite(wish: InvitationWish, session: TenantSession, actor: Actor, identity: Kit) -> InvitationRead:
    """Invite somebody by mail, with a role. Who accepts chooses a password."""
    return InvitationRead.model_validate(await invitations.invite(session, identity, actor, wish))


@router.post(
    "/invitations/accept",
    status_code=201,
    dependencies=[public()],
    responses=documented(InvitationInvalid, EmailTaken, PasswordGuessable),
)
async def accept_invitation(acceptance: Acceptance, session: TenantSession, identity: Kit) -> UserRead:
    """Make the account that a mailed token invites to."""
    return UserRead.model_validate(await invitations.accept(session, identity, acceptance))
