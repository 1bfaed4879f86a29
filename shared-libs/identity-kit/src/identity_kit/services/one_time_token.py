"""One-time tokens: made when a mail is sent, good once."""

import secrets
from datetime import timedelta
from hashlib import sha256
from uuid import UUID

from pydantic import SecretStr
from servicekit.db import TenantSession
from servicekit.errors import Unprocessable
from sqlalchemy import delete, func
from sqlalchemy.dialects.postgresql import insert

from identity_kit.models.one_time_token import OneTimeToken, Purpose

LIFETIME = timedelta(hours=1)


class TokenInvalid(Unprocessable):
    code = "user.token_invalid"

    def __init__(self) -> None:
        super().__init__("The link has been used or replaced, or is too old.")


def hash_of(token: str) -> bytes:
    """What is kept of a token. It has 256 random bits, so that a plain hash tells nothing."""
    return sha256(token.encode()).digest()


async def issue(session: TenantSession, user_id: UUID, purpose: Purpose) -> str:
    """A token for an account; the former one for the same purpose is void."""
    token = secrets.token_urlsafe(32)
    row = {"token_hash": hash_of(token), "expires_at": func.now() + LIFETIME}
    statement = insert(OneTimeToken).values(user_id=user_id, purpose=purpose, **row)
    key = [OneTimeToken.user_id, OneTimeToken.purpose]
    await session.execute(statement.on_conflict_do_update(index_elements=key, set_=row))
    return token


async def void(session: TenantSession, user_id: UUID, purpose: Purpose) -> None:
    """Let nobody use the token that an account has for a purpose, if any."""
    await session.execute(
        delete(OneTimeToken).where(OneTimeToken.user_id == user_id, OneTimeToken.purpose == purpose)
    )


async def redeem(session: TenantSession, token: SecretStr, purpose: Purpose) -> UUID:
    """Use a token up; says whose it was.

    Raises:
        TokenInvalid
    """
    used = await session.execute(
        delete(OneTimeToken)
        .where(
            OneTimeToken.token_hash == hash_of(token.get_secret_value()),
            OneTimeToken.purpose == purpose,
        )
        .returning(OneTimeToken.user_id, (OneTimeToken.expires_at > func.now()).label("good"))
    )
    row = used.one_or_none()
    if row is None or not row.good:
        raise TokenInvalid
    user_id: UUID = row.user_id
    return user_id
