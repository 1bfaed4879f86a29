"""Access tokens of the fleet's tenants, signed with their user-service's own key.

Logging in takes the hash of a password, which for thousands of tenants is minutes, and such tokens
end after ten.
"""

from collections.abc import Iterable
from uuid import uuid4

from contracts.claims import Claims
from contracts.ids import Application
from contracts.permissions import permissions_of
from identity_kit.sealing import Sealer
from identity_kit.signing import AUDIENCE
from pydantic import SecretStr
from servicekit.auth import Signer
from servicekit.fleet import fleet

from bench.ground import Ground

_LIFETIME = 3600  # seconds
_ROLES = frozenset({"owner"})
_YOUNGEST = """
SELECT kid, private_sealed FROM control.signing_key WHERE signs_from <= now() ORDER BY signs_from DESC
"""


async def signed(where: Ground, application: Application, tenants: Iterable[str]) -> list[str]:
    """One of each tenant, for an owner whom no other service has heard of."""
    entry = next(e for e in fleet().built if (e.application, e.prefix) == (application, "user"))
    connection = await where.connect(entry.database)
    key = await connection.fetchrow(_YOUNGEST)
    await connection.close()
    sealer = Sealer(SecretStr(where.place.secret(entry.name)))
    pem = sealer.open("signing-key", key["private_sealed"], bound_to=key["kid"].encode())
    signer = Signer(entry.name, pem.decode())
    may = permissions_of(application, _ROLES)

    def token(tenant: str) -> str:
        claims = Claims(
            user_id=uuid4(),
            tenant=tenant,
            application=application,
            session_id=uuid4(),
            version=1,
            roles=_ROLES,
            permissions=may,
        )
        return signer.sign(
            audience=AUDIENCE, subject=str(claims.user_id), lifetime=_LIFETIME, claims=claims.in_token()
        )

    return [token(tenant) for tenant in tenants]
