"""Signed tokens: the only place that knows the JWT library.

Every token of the fleet is ES256 with a `kid`. python-jose needs the care taken
here: one algorithm, a key object chosen by `kid` from those we trust, all times
and parties required, a bounded length. With less it accepts forged tokens.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from uuid import uuid4

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from jose import ExpiredSignatureError, JOSEError, jwk, jwt
from jose.backends.base import Key
from pydantic_core import to_json

ALGORITHM = "ES256"
LONGEST_TOKEN = 8192  # characters
LEEWAY = 30  # seconds
_REQUIRED = {f"require_{claim}": True for claim in ("exp", "iat", "nbf", "aud", "iss", "sub", "jti")}
_SUSPECT_HEADERS = {"jku", "x5u", "x5c", "jwk", "crit", "zip"}


class TokenRefused(Exception):  # noqa: N818 - a verdict, not a fault
    """The token is not to be believed. `expired` tells a stale one from a forged one."""

    def __init__(self, reason: str, *, expired: bool = False) -> None:
        super().__init__(reason)
        self.expired = expired


def new_signing_key() -> str:
    """A private P-256 key as PKCS8 PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    encoding, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    return key.private_bytes(encoding, form, serialization.NoEncryption()).decode()


def public_jwks(*pems: str) -> dict[str, Any]:
    """The public halves of private keys, as a JWK set."""
    return {"keys": [_public_jwk(pem) for pem in pems]}


def _public_jwk(pem: str) -> dict[str, Any]:
    public = jwk.construct(pem, ALGORITHM).public_key().to_dict()
    members = {name: value.decode() if isinstance(value, bytes) else value for name, value in public.items()}
    thumb = sha256(to_json({name: members[name] for name in ("crv", "kty", "x", "y")})).hexdigest()[:16]
    return {**members, "kid": thumb, "use": "sig", "alg": ALGORITHM}


class Signer:
    """Signs as one issuer with one private key."""

    def __init__(self, issuer: str, pem: str) -> None:
        self._issuer = issuer
        self._key = jwk.construct(pem, ALGORITHM)
        self.kid: str = _public_jwk(pem)["kid"]

    def sign(self, *, audience: str, subject: str, lifetime: int, claims: Mapping[str, Any]) -> str:
        """A token that lives `lifetime` seconds from now."""
        now = int(time.time())
        payload = {
            **claims,
            "iss": self._issuer,
            "aud": audience,
            "sub": subject,
            "iat": now,
            "nbf": now,
            "exp": now + lifetime,
            "jti": uuid4().hex,
        }
        return str(jwt.encode(payload, self._key, algorithm=ALGORITHM, headers={"kid": self.kid}))


@dataclass(frozen=True)
class TrustedKey:
    """A public key and the one issuer that it speaks for."""

    issuer: str
    key: Key


def trusted_keys(by_issuer: Mapping[str, Mapping[str, Any]]) -> dict[str, TrustedKey]:
    """Keys by `kid` from JWK sets by issuer. Keys of other kinds and algorithms are left out."""
    return {
        str(key["kid"]): TrustedKey(issuer, jwk.construct(key, ALGORITHM))
        for issuer, jwks in by_issuer.items()
        for key in jwks["keys"]
        if key.get("kty") == "EC" and key.get("crv") == "P-256" and key.get("kid")
    }


def key_id(token: str) -> str:
    """The `kid` a token names, unverified.

    Raises:
        TokenRefused: it is no token of ours by its form.
    """
    if len(token) > LONGEST_TOKEN:
        raise TokenRefused("The token is too long.")
    try:
        header = jwt.get_unverified_header(token)
    except JOSEError as error:
        raise TokenRefused("This is no token.") from error
    if header.get("alg") != ALGORITHM or not _SUSPECT_HEADERS.isdisjoint(header):
        raise TokenRefused("The token's header is not acceptable.")
    kid = header.get("kid")
    if not isinstance(kid, str):
        raise TokenRefused("The token names no key.")
    return kid


def verify(token: str, keys: Mapping[str, TrustedKey], *, audience: str) -> dict[str, Any]:
    """The claims of a token signed by a trusted key for its own issuer.

    Raises:
        TokenRefused: in every other case.
    """
    trusted = keys.get(key_id(token))
    if trusted is None:
        raise TokenRefused("The token's key is not trusted.")
    try:
        return dict(
            jwt.decode(
                token,
                trusted.key,
                algorithms=[ALGORITHM],
                audience=audience,
                issuer=trusted.issuer,
                options={**_REQUIRED, "leeway": LEEWAY},
            )
        )
    except ExpiredSignatureError as error:
        raise TokenRefused("The token has expired.", expired=True) from error
    except JOSEError as error:
        raise TokenRefused("The token does not verify.") from error
