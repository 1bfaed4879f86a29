"""The keys that sign access tokens."""

import asyncio
from datetime import timedelta
from typing import Any

import structlog
from contracts.claims import Claims
from servicekit.auth import LEEWAY, Signer, new_signing_key, public_jwks
from servicekit.db import ControlSession, Database
from sqlalchemy import ColumnElement, func, or_, select, update

from identity_kit.models.directory import SigningKey
from identity_kit.sealing import Sealer

log = structlog.get_logger()

AUDIENCE = "api-gateway"
LIFETIME = 600  # seconds an access token lives
RELOAD = 30  # seconds until a replica has noticed a new key
_PURPOSE = "signing-key"


class SigningKeys:
    """The key this replica signs with now."""

    def __init__(self, issuer: str, sealer: Sealer) -> None:
        self._issuer = issuer
        self._sealer = sealer
        self._signer: Signer | None = None

    def access_token(self, claims: Claims) -> str:
        if self._signer is None:
            raise RuntimeError("load() comes first")
        return self._signer.sign(
            audience=AUDIENCE, subject=str(claims.user_id), lifetime=LIFETIME, claims=claims.in_token()
        )

    async def load(self, database: Database) -> None:
        """Take up the youngest key that may sign; make the first one where there is none."""
        async with database.control() as session:
            await session.execute(select(func.pg_advisory_xact_lock(func.hashtext(_PURPOSE))))
            key = await session.scalar(
                select(SigningKey)
                .where(SigningKey.signs_from <= func.clock_timestamp(), _published())
                .order_by(SigningKey.signs_from.desc())
                .limit(1)
            )
            if key is None:
                key = await self._make(session, signs_from=func.clock_timestamp())
                await session.commit()
        if self._signer is None or self._signer.kid != key.kid:
            pem = self._sealer.open(_PURPOSE, key.private_sealed, bound_to=key.kid.encode())
            self._signer = Signer(self._issuer, pem.decode())

    async def keep_loading(self, database: Database) -> None:
        while True:
            await asyncio.sleep(RELOAD)
            try:
                await self.load(database)
            except Exception:  # the key in hand goes on signing
                log.exception("signing_key_not_loaded")

    async def rotate(self, database: Database, *, early: timedelta, compromised: bool = False) -> str:
        """Make the next key; says its id.

        The key before is withdrawn when the last token that it signed is dead: replicas may take a
        while to notice that there is another.

        Args:
            early: how long the key is published before it signs.
            compromised: withdraw all keys before at once, and with them all tokens.
        """
        async with database.control() as session:
            await session.execute(select(func.pg_advisory_xact_lock(func.hashtext(_PURPOSE))))
            key = await self._make(session, signs_from=func.clock_timestamp() + early)
            last_use = early + timedelta(seconds=RELOAD + LIFETIME + LEEWAY)
            withdrawn = timedelta(0) if compromised else last_use
            await session.execute(
                update(SigningKey)
                .where(SigningKey.kid != key.kid)
                .values(
                    published_until=func.least(SigningKey.published_until, func.clock_timestamp() + withdrawn)
                )
            )
            await session.commit()
        return key.kid

    async def _make(self, session: ControlSession, *, signs_from: ColumnElement[Any]) -> SigningKey:
        pem = new_signing_key()
        (public,) = public_jwks(pem)["keys"]
        sealed = self._sealer.seal(_PURPOSE, pem.encode(), bound_to=public["kid"].encode())
        key = SigningKey(kid=public["kid"], public_jwk=public, private_sealed=sealed, signs_from=signs_from)
        session.add(key)
        await session.flush()
        return key


async def published(session: ControlSession) -> dict[str, Any]:
    """The JWK set of all keys that a token still good may name, and of those that will sign soon."""
    keys = await session.scalars(select(SigningKey.public_jwk).where(_published()).order_by(SigningKey.kid))
    return {"keys": list(keys)}


def _published() -> ColumnElement[bool]:
    # Not now(), which is when the transaction began: maybe long before it got the lock.
    return or_(SigningKey.published_until.is_(None), SigningKey.published_until > func.clock_timestamp())
