from servicekit.access import public, signed_in
from servicekit.edge import Actor, ReadSession, Router, TenantSession
from servicekit.errors import documented

from identity_kit.edge import Kit
from identity_kit.schemas.password import Address, Change, Proof, Reset
from identity_kit.services import email as emails
from identity_kit.services import password as passwords
from identity_kit.services.one_time_token import TokenInvalid
from identity_kit.services.password import PasswordGuessable, PasswordWrong

router = Router("user", tags=["passwords"])


@router.post("/password/forgot", status_code=202, dependencies=[public()])
async def forgot_password(wish: Address, session: TenantSession, identity: Kit) -> None:
    """Ask for a mail with which a new password can be set. The answer is the same for every address."""
    await passwords.forgot(session, identity, wish.email)


@router.post(
    "/password/reset",
    status_code=204,
    dependencies=[public()],
    responses=documented(TokenInvalid, PasswordGuessable),
)
async def reset_password(wish: Reset, session: TenantSession, identity: Kit) -> None:
    """Set a new password with a mailed token. All sessions end."""
    await passwords.reset(session, identity, wish)


@router.put(
    "/me/password",
    status_code=204,
    dependencies=[signed_in()],
    responses=documented(PasswordWrong, PasswordGuessable),
)
async def change_password(
    wish: Change, reading: ReadSession, session: TenantSession, identity: Kit, actor: Actor
) -> None:
    """Set a new password. All other sessions end."""
    await passwords.change(reading, session, identity, actor, wish)


@router.post("/email/verify", status_code=204, dependencies=[public()], responses=documented(TokenInvalid))
async def verify_email(proof: Proof, session: TenantSession) -> None:
    """Show with a mailed token that the account's address is its own."""
    await emails.verify(session, proof.token)


@router.post("/me/email/verification", status_code=202, dependencies=[signed_in()])
async def ask_for_verification(session: TenantSession, identity: Kit, actor: Actor) -> None:
    """Have the mail with that token sent again."""
    await emails.ask(session, identity, actor)
