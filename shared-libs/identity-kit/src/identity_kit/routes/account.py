from typing import Annotated

from contracts.permissions import permissions_of
from fastapi import Query, Response
from servicekit.access import needs, signed_in
from servicekit.edge import Actor, ReadSession, Router, answer
from servicekit.errors import documented
from servicekit.pagination import Page

from identity_kit.edge import Kit
from identity_kit.schemas.account import OwnUserRead, UserQuery, UserRead
from identity_kit.services import account as accounts
from identity_kit.services.account import AccountUnknown

router = Router("user", tags=["accounts"])


@router.get("/me", dependencies=[signed_in()], responses=documented(AccountUnknown))
async def read_me(session: ReadSession, actor: Actor, identity: Kit) -> OwnUserRead:
    """Who is signed in, with all that the account's roles allow."""
    user = await accounts.get(session, actor.user_id)
    allowed = permissions_of(identity.policy.application, frozenset(user.roles))
    read = UserRead.model_validate(user)
    return OwnUserRead(**read.model_dump(), permissions=sorted(allowed))


@router.get("/users", dependencies=[needs("user.account.read")], response_model=Page[UserRead])
async def list_users(session: ReadSession, query: Annotated[UserQuery, Query()]) -> Response:
    """The organisation's accounts."""
    return answer(await accounts.listing(session, query))
