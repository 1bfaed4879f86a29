"""Keys derived from the service's secret, one per purpose, and what is encrypted with them."""

import hmac
import os
from functools import lru_cache

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from pydantic import SecretStr

_NONCE = 12  # bytes


class Sealer:
    def __init__(self, secret: SecretStr) -> None:
        self._secret = secret.get_secret_value().encode()
        self._key = lru_cache(self._derive)

    def _derive(self, purpose: str) -> bytes:
        return HKDF(SHA256(), length=32, salt=None, info=purpose.encode()).derive(self._secret)

    def mac(self, purpose: str, message: bytes) -> bytes:
        """HMAC-SHA256 with the purpose's key."""
        return hmac.digest(self._key(purpose), message, "sha256")

    def seal(self, purpose: str, plain: bytes, *, bound_to: bytes) -> bytes:
        """Encrypt (AES-256-GCM). `bound_to` must be the same when it is opened: whose it is."""
        nonce = os.urandom(_NONCE)
        return nonce + AESGCM(self._key(purpose)).encrypt(nonce, plain, bound_to)

    def open(self, purpose: str, sealed: bytes, *, bound_to: bytes) -> bytes:
        """Decrypt what `seal` made.

        Raises:
            cryptography.exceptions.InvalidTag: another secret, purpose or owner, or a changed text.
        """
        return AESGCM(self._key(purpose)).decrypt(sealed[:_NONCE], sealed[_NONCE:], bound_to)
