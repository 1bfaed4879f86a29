from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response
from servicekit.access import public, signed_in
from servicekit.edge import Actor, ReadSession, Router, TenantSession, answer
from servicekit.errors import documented
from servicekit.pagination import ListQuery, Page
from servicekit.web import problem_response

from identity_kit.edge import Client, Kit, fresh, no_store
from identity_kit.schemas.account import Credentials
from identity_kit.schemas.second_factor import ChallengeAnswer
from identity_kit.schemas.session import Renewal, SessionRead, TokensRead
from identity_kit.services import session as sessions
from identity_kit.services import sign_in
from identity_kit.services.second_factor import CodeWrong
from identity_kit.services.session import RefreshTokenInvalid, SessionUnknown
from identity_kit.services.sign_in import ChallengeInvalid, CodeRequired, InvalidCredentials, TooManyAttempts
from identity_kit.services.step_up import StepUpRequired

router = Router("user", tags=["sessions"])


@router.post(
    "/login",
    dependencies=[public(), no_store],
    responses=documented(InvalidCredentials, CodeRequired, TooManyAttempts),
)
async def log_in(
    credentials: Credentials, reading: ReadSession, session: TenantSession, identity: Kit, client: Client
) -> TokensRead:
    """Sign in with address and password."""
    return await sign_in.log_in(reading, session, identity, credentials, client)


@router.post(
    "/mfa/challenge", dependencies=[public(), no_store], responses=documented(ChallengeInvalid, CodeWrong)
)
async def answer_challenge(
    answer: ChallengeAnswer, session: TenantSession, identity: Kit, client: Client
) -> TokensRead:
    """Go on signing in with a code of the second factor, or a recovery code."""
    return await sign_in.answer_challenge(session, identity, answer, client)


@router.post(
    "/refresh",
    dependencies=[public(), no_store],
    response_model=TokensRead,
    responses=documented(RefreshTokenInvalid),
)
async def refresh(
    renewal: Renewal, session: TenantSession, identity: Kit, request: Request
) -> TokensRead | Response:
    """Exchange a refresh token for new tokens.

    The same token may come again within ten seconds, from another tab, and gets
    the same answer. Used again later, it ends its session.
    """
    tokens = await sessions.refresh(session, identity, renewal)
    if tokens is None:  # answered, not raised: what the refusal did to the session is committed
        return problem_response(RefreshTokenInvalid(), request.url.path, request.scope["request_id"])
    return tokens


@router.post("/logout", status_code=204, dependencies=[signed_in()])
async def log_out(session: TenantSession, actor: Actor) -> None:
    """End the session that the access token belongs to."""
    await sessions.log_out(session, actor)


@router.get("/me/sessions", dependencies=[signed_in()], response_model=Page[SessionRead])
async def list_sessions(
    session: ReadSession, actor: Actor, identity: Kit, query: Annotated[ListQuery, Query()]
) -> Response:
    """Where the account is signed in."""
    return answer(await sessions.listing(session, identity, actor, query))


@router.delete(
    "/me/sessions",
    status_code=204,
    dependencies=[signed_in(), fresh],
    responses=documented(StepUpRequired),
)
async def end_sessions(session: TenantSession, actor: Actor, *, others: bool = False) -> None:
    """Sign out everywhere; with `others`, everywhere but here."""
    await sessions.end_all(session, actor, but_this=others)


@router.delete(
    "/me/sessions/{session_id}",
    status_code=204,
    dependencies=[signed_in(), fresh],
    responses=documented(SessionUnknown, StepUpRequired),
)
async def end_session(session_id: UUID, session: TenantSession, actor: Actor) -> None:
    """Sign out on one device."""
    await sessions.end(session, actor, session_id)
