"""Context tokens: made by whoever calls a service, verified by the service.

The gateway makes one per request of a user; a service makes one to call another
service's `/internal/` routes. Both last a minute and are cached by both ends, so
that the common request pays no asymmetric cryptography.
"""

import json
import time
from pathlib import Path

from contracts.context import TenantContext
from pydantic import ValidationError

from servicekit.auth import LEEWAY, Signer, TokenRefused, trusted_keys, verify

LIFETIME = 60  # seconds
GATEWAY = "api-gateway"
_CACHED = 4096  # tokens


class ContextMinter:
    """Signs contexts as one deployable."""

    def __init__(self, name: str, key_file: Path) -> None:
        self._name = name
        self._signer = Signer(name, key_file.read_text())

    def mint(self, context: TenantContext, *, audience: str) -> str:
        """A context token for the service named `audience`, good for `LIFETIME` seconds."""
        subject = str(context.user_id or self._name)
        claims = {"ctx": context.model_dump(mode="json", exclude_defaults=True)}
        return self._signer.sign(audience=audience, subject=subject, lifetime=LIFETIME, claims=claims)


class ContextVerifier:
    """Believes contexts meant for one service and signed by a caller it trusts.

    Users and anonymous callers come by the gateway alone; a service's own token
    speaks for a service and nobody else.
    """

    def __init__(self, service: str, trusted_keys_file: Path) -> None:
        self._service = service
        self._keys = trusted_keys(json.loads(trusted_keys_file.read_text()))
        self._cache: dict[str, tuple[float, TenantContext]] = {}

    def context(self, token: str) -> TenantContext:
        """The context a token carries.

        Raises:
            TokenRefused: it carries none that this service may believe.
        """
        known = self._cache.get(token)
        if known is not None:
            if known[0] > time.time():
                return known[1]
            del self._cache[token]
        claims = verify(token, self._keys, audience=self._service)
        try:
            context = TenantContext.model_validate(claims["ctx"])
        except (KeyError, ValidationError) as error:
            raise TokenRefused("The token carries no context.") from error
        if claims["iss"] != GATEWAY and context.kind != "service":
            raise TokenRefused("Only the gateway speaks for users.")
        if len(self._cache) >= _CACHED:
            self._cache.pop(next(iter(self._cache)))
        self._cache[token] = (claims["exp"] + LEEWAY, context)
        return context
