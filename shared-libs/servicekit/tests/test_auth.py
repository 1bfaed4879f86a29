"""Tokens that must not be believed, among them those that python-jose would believe if asked carelessly."""

import base64
import json
import time

import pytest
from cryptography.hazmat.primitives import serialization
from jose import jwk, jwt
from servicekit.auth import (
    LEEWAY,
    LONGEST_TOKEN,
    Signer,
    TokenRefused,
    new_signing_key,
    public_jwks,
    trusted_keys,
    verify,
)

PEM = new_signing_key()
KEYS = trusted_keys({"issuer": public_jwks(PEM)})
SIGNER = Signer("issuer", PEM)
GOOD = SIGNER.sign(audience="me", subject="ada", lifetime=86_400, claims={"tid": "acme"})
CLAIMS = verify(GOOD, KEYS, audience="me")


def encoded(part: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


def with_header(**header: object) -> str:
    signed = jwt.encode(CLAIMS, jwk.construct(PEM, "ES256"), "ES256", headers={"kid": SIGNER.kid, **header})
    return str(signed)


def without(claim: str) -> str:
    left = {name: value for name, value in CLAIMS.items() if name != claim}
    return str(jwt.encode(left, jwk.construct(PEM, "ES256"), "ES256", headers={"kid": SIGNER.kid}))


def hmac_with(secret: bytes) -> str:
    """HS256 with a public key for secret: the confusion of algorithms."""
    import hashlib  # noqa: PLC0415 - of this forgery alone
    import hmac  # noqa: PLC0415 - as above

    signed = f"{encoded({'alg': 'HS256', 'typ': 'JWT', 'kid': SIGNER.kid})}.{encoded(CLAIMS)}"
    digest = hmac.new(secret, signed.encode(), hashlib.sha256).digest()
    return f"{signed}.{base64.urlsafe_b64encode(digest).rstrip(b'=').decode()}"


PUBLIC = serialization.load_pem_private_key(PEM.encode(), None).public_key()
PUBLIC_PEM = PUBLIC.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
PUBLIC_DER = PUBLIC.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)

FORGED = {
    "no algorithm": f"{encoded({'alg': 'none', 'kid': SIGNER.kid})}.{encoded(CLAIMS)}.",
    "HS256 with the public PEM": hmac_with(PUBLIC_PEM),
    "HS256 with the public DER": hmac_with(PUBLIC_DER),
    "another key under a known kid": str(
        jwt.encode(CLAIMS, jwk.construct(new_signing_key(), "ES256"), "ES256", headers={"kid": SIGNER.kid})
    ),
    "an unknown kid": Signer("issuer", new_signing_key()).sign(
        audience="me", subject="ada", lifetime=86_400, claims={}
    ),
    "another issuer's name": Signer("other", PEM).sign(
        audience="me", subject="ada", lifetime=86_400, claims={}
    ),
    "another audience": SIGNER.sign(audience="you", subject="ada", lifetime=86_400, claims={}),
    "a key in the header": with_header(jwk=public_jwks(PEM)["keys"][0]),
    "a key address in the header": with_header(jku="http://127.0.0.1/keys"),
    "a critical extension": with_header(crit=["b64"]),
    "a certificate in the header": with_header(x5c=["MIIB"]),
    "a certificate's address in the header": with_header(x5u="http://127.0.0.1/certificate"),
    "a compressed one": with_header(zip="DEF"),
    "an encrypted one": f"{encoded({'alg': 'dir', 'enc': 'A256GCM', 'zip': 'DEF'})}..AA.AA.AA",
    "no kid": str(jwt.encode(CLAIMS, jwk.construct(PEM, "ES256"), "ES256")),
    "a kid that is a list": with_header(kid=[SIGNER.kid]),
    "a changed claim": ".".join((GOOD.split(".")[0], encoded({**CLAIMS, "sub": "eve"}), GOOD.split(".")[2])),
    "too long": GOOD + "A" * LONGEST_TOKEN,
    "not a token": "hello",
    "empty": "",
    "a number for a payload": ".".join((GOOD.split(".")[0], encoded(1), GOOD.split(".")[2])),
    **{f"without {claim}": without(claim) for claim in ("exp", "iat", "nbf", "aud", "iss", "sub", "jti")},
}


def test_a_good_token_gives_its_claims() -> None:
    assert (CLAIMS["sub"], CLAIMS["tid"], CLAIMS["iss"]) == ("ada", "acme", "issuer")


@pytest.mark.parametrize("forgery", FORGED)
def test_a_forged_token_is_refused(forgery: str) -> None:
    with pytest.raises(TokenRefused) as refusal:
        verify(FORGED[forgery], KEYS, audience="me")
    assert not refusal.value.expired


def test_an_expired_token_is_told_from_a_forged_one() -> None:
    old = SIGNER.sign(audience="me", subject="ada", lifetime=-LEEWAY - 5, claims={})
    with pytest.raises(TokenRefused) as refusal:
        verify(old, KEYS, audience="me")
    assert refusal.value.expired


def test_a_clock_behind_by_less_than_the_leeway_does_no_harm() -> None:
    just = SIGNER.sign(audience="me", subject="ada", lifetime=-LEEWAY + 10, claims={})
    assert verify(just, KEYS, audience="me")["exp"] < time.time()


def test_keys_of_other_kinds_are_not_trusted() -> None:
    symmetric = {"kty": "oct", "k": "c2VjcmV0", "kid": "oct", "alg": "HS256"}
    assert trusted_keys({"issuer": {"keys": [symmetric]}}) == {}
