"""Time-based one-time passwords (RFC 6238, SHA-1, 30 seconds), as authenticator apps make them."""

import hmac
import secrets
from base64 import b32encode
from datetime import datetime

from pyotp import HOTP, TOTP

PERIOD = 30  # seconds
SECRET = 20  # bytes, as long as the hash
_DRIFT = 1  # steps that a device's clock may be off, either way


def new_secret() -> bytes:
    return secrets.token_bytes(SECRET)


def in_letters(secret: bytes) -> str:
    """The secret as people type it."""
    return b32encode(secret).decode()


def code_at(secret: bytes, step: int, digits: int = 6) -> str:
    return HOTP(in_letters(secret), digits=digits).at(step)


def matching_step(secret: bytes, code: str, now: datetime) -> int | None:
    """The step around now that the code belongs to, the earliest first; None where there is none."""
    current = int(now.timestamp()) // PERIOD
    for step in range(current - _DRIFT, current + _DRIFT + 1):
        if hmac.compare_digest(code_at(secret, step).encode(), code.encode()):
            return step
    return None


def address(secret: bytes, *, account: str, organisation: str) -> str:
    """The otpauth:// address that a QR code shows to the app."""
    return TOTP(in_letters(secret)).provisioning_uri(name=account, issuer_name=organisation)
