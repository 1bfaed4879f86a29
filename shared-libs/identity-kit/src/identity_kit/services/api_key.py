"""API keys: made, exchanged for access tokens, revoked."""

import re
import secrets
from datetime import timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

from contracts.claims import Claims
from contracts.context import TenantContext
from contracts.facts import SessionRevoked
from pydantic import SecretStr
from servicekit import audit, facts
from servicekit.db import ReadSession, TenantSession
from servicekit.errors import NotFound, Unauthenticated
from servicekit.pagination import ListQuery, page
from sqlalchemy import ColumnElement, func, select, update

from identity_kit.identity import Identity
from identity_kit.models.api_key import ApiKey
from identity_kit.schemas.api_key import AccessTokenRead, ApiKeyRead, ApiKeyWish
from identity_kit.services import access
from identity_kit.services import account as accounts
from identity_kit.signing import LIFETIME

_FORM = re.compile(r"fleet_([0-9a-f]{32})_([A-Za-z0-9_-]{43})")


class ApiKeyInvalid(Unauthenticated):
    code = "user.api_key_invalid"

    def __init__(self) -> None:
        super().__init__("The key is unknown, expired or revoked.")


class ApiKeyAbsent(NotFound):
    code = "user.api_key_absent"

    def __init__(self) -> None:
        super().__init__("There is no such key.")


async def create(
    session: TenantSession, identity: Identity, actor: TenantContext, wish: ApiKeyWish
) -> tuple[ApiKey, str]:
    """Make a key, of permissions that the actor holds; says it, for this one time.

    Raises:
        PermissionsNotYours
    """
    await access.require_held(session, identity, actor, wish.permissions)
    secret = secrets.token_urlsafe(32)
    ends = select(func.now() + timedelta(days=wish.days))
    key = ApiKey(
        name=wish.name,
        secret_hash=_hash(secret),
        permissions=sorted(wish.permissions),
        created_by=actor.user_id,
        expires_at=(await session.scalars(ends)).one(),
    )
    session.add(key)
    await session.flush()
    await session.refresh(key)
    audit.add(session, "user.api_key_created", target=f"api_key:{key.id}", after=_said(key))
    return key, f"fleet_{key.id.hex}_{secret}"


async def listing(session: ReadSession, query: ListQuery) -> dict[str, Any]:
    """The keys that are not revoked, the newest first."""
    columns = ApiKey.__table__.c
    statement = select(*(columns[name] for name in ApiKeyRead.model_fields)).where(
        columns.revoked_at.is_(None)
    )
    return await page(session, statement, query, key=columns.created_at, id_=columns.id, descending=True)


async def revoke(session: TenantSession, id_: UUID) -> None:
    """Let a key get no more tokens, and the gateways take none of those it has.

    Raises:
        ApiKeyAbsent
    """
    if not await _revoke(session, ApiKey.id == id_):
        raise ApiKeyAbsent


async def revoke_made_by(session: TenantSession, user_id: UUID) -> None:
    """Revoke all keys that an account made: nobody knows who has them but itself."""
    await _revoke(session, ApiKey.created_by == user_id)


async def exchange(session: TenantSession, identity: Identity, shown: SecretStr) -> AccessTokenRead:
    """An access token for a key's program, which may no more than whoever made the key may by now.

    Raises:
        ApiKeyInvalid
    """
    found = _FORM.fullmatch(shown.get_secret_value())
    if found is None:
        raise ApiKeyInvalid
    used = await session.execute(
        update(ApiKey)
        .where(
            ApiKey.id == UUID(found[1]),
            ApiKey.secret_hash == _hash(found[2]),
            ApiKey.revoked_at.is_(None),
            ApiKey.expires_at > func.now(),
        )
        .values(last_used_at=func.now())
        .returning(ApiKey.id, ApiKey.permissions, ApiKey.created_by)
    )
    key = used.one_or_none()
    if key is None:
        raise ApiKeyInvalid
    maker = await accounts.get(session, key.created_by)
    allowed = await access.permissions(session, identity, maker.roles)
    claims = Claims(
        user_id=key.id,
        tenant=session.tenant,
        application=identity.policy.application,
        session_id=key.id,
        version=1,
        roles=frozenset(),
        permissions=allowed.intersection(key.permissions),
    )
    return AccessTokenRead(
        access_token=identity.keys.access_token(claims),
        token_type="bearer",  # noqa: S106 - RFC 6750's name for its kind
        expires_in=LIFETIME,
    )


async def _revoke(session: TenantSession, chosen: ColumnElement[bool]) -> int:
    revoked = await session.scalars(
        update(ApiKey)
        .where(ApiKey.revoked_at.is_(None), chosen)
        .values(revoked_at=func.now())
        .returning(ApiKey)
        .execution_options(synchronize_session=False)
    )
    keys = revoked.all()
    for key in keys:
        audit.add(session, "user.api_key_revoked", target=f"api_key:{key.id}", before=_said(key))
        facts.add(session, SessionRevoked(session_id=key.id, user_id=key.id), about=key)
    return len(keys)


def _said(key: ApiKey) -> dict[str, object]:
    """What the audit log keeps of a key."""
    return {"name": key.name, "permissions": key.permissions}


def _hash(secret: str) -> bytes:
    """Plain, because the secret has 256 random bits."""
    return sha256(secret.encode()).digest()
