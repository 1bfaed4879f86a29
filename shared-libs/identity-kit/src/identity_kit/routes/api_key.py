from typing import Annotated
from uuid import UUID

from contracts import tickets as contract
from fastapi import Query, Response
from servicekit.access import needs, public, signed_in
from servicekit.edge import Actor, ReadSession, Router, TenantSession, answer
from servicekit.errors import documented
from servicekit.pagination import ListQuery, Page

from identity_kit.edge import Kit, fresh, no_store
from identity_kit.schemas.api_key import (
    AccessTokenRead,
    ApiKeyRead,
    ApiKeyShown,
    ApiKeyWish,
    NewApiKeyRead,
    TicketRead,
)
from identity_kit.services import api_key as api_keys
from identity_kit.services import ticket as tickets
from identity_kit.services.access import PermissionsNotYours
from identity_kit.services.account import AccountUnknown
from identity_kit.services.api_key import ApiKeyAbsent, ApiKeyInvalid
from identity_kit.services.session import SessionUnknown
from identity_kit.services.step_up import StepUpRequired

router = Router("user", tags=["programs and sockets"])


@router.post(
    "/api-keys",
    status_code=201,
    dependencies=[needs("user.api_key.write", returns_secret=True), fresh, no_store],
    responses=documented(PermissionsNotYours, StepUpRequired),
)
async def create_api_key(
    wish: ApiKeyWish, session: TenantSession, actor: Actor, identity: Kit
) -> NewApiKeyRead:
    """Make a key for a program, of permissions that you hold yourself. It is shown this one time."""
    made, key = await api_keys.create(session, identity, actor, wish)
    return NewApiKeyRead(**ApiKeyRead.model_validate(made).model_dump(), key=key)


@router.get("/api-keys", dependencies=[needs("user.api_key.write")], response_model=Page[ApiKeyRead])
async def list_api_keys(session: ReadSession, query: Annotated[ListQuery, Query()]) -> Response:
    """The keys in use."""
    return answer(await api_keys.listing(session, query))


@router.delete(
    "/api-keys/{key_id}",
    status_code=204,
    dependencies=[needs("user.api_key.write")],
    responses=documented(ApiKeyAbsent),
)
async def revoke_api_key(key_id: UUID, session: TenantSession) -> None:
    """Revoke a key. The tokens it has got end within seconds."""
    await api_keys.revoke(session, key_id)


@router.post("/token", dependencies=[public(), no_store], responses=documented(ApiKeyInvalid))
async def exchange_api_key(shown: ApiKeyShown, session: TenantSession, identity: Kit) -> AccessTokenRead:
    """Exchange a program's key for an access token."""
    return await api_keys.exchange(session, identity, shown.api_key)


@router.post(
    "/ws-ticket",
    status_code=201,
    dependencies=[signed_in(returns_secret=True), no_store],
    responses=documented(AccountUnknown, SessionUnknown),
)
async def issue_ticket(session: TenantSession, actor: Actor, identity: Kit) -> TicketRead:
    """A ticket for one WebSocket handshake: `?ticket=…`."""
    return TicketRead(ticket=await tickets.issue(session, identity, actor), expires_in=contract.LIFETIME)
