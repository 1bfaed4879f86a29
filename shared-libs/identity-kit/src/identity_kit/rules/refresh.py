"""Refresh tokens: one family per session, each token derived from the one before.

R(n+1) = HMAC(key, R(n)), so that tabs which use the same token at the same time
get the same successor, and nothing but the newest one's hash needs to be kept.
An old token is recognised by deriving forward to the newest.
"""

import re
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Self
from uuid import UUID

GRACE = timedelta(seconds=10)  # in which a used token may come again, from another tab
_FORM = re.compile(r"([0-9a-f]{32})\.([1-9][0-9]{0,8})\.([A-Za-z0-9_-]{43})")
_FURTHEST = 100_000  # derivations; a session that lives 90 days has about 13,000

Mac = Callable[[bytes], bytes]


class NoRefreshToken(ValueError):  # noqa: N818 - says what it is
    """The text is no refresh token by its form."""


@dataclass(frozen=True)
class RefreshToken:
    """`session` and `generation` stand in clear; `secret` is 32 bytes."""

    session: UUID
    generation: int
    secret: bytes

    @classmethod
    def first(cls, session: UUID) -> Self:
        return cls(session, 1, secrets.token_bytes(32))

    @classmethod
    def parse(cls, text: str) -> Self:
        """What `str` wrote.

        Raises:
            NoRefreshToken: it did not.
        """
        found = _FORM.fullmatch(text)
        if found is None:
            raise NoRefreshToken
        session, generation, secret = found.groups()
        return cls(UUID(session), int(generation), urlsafe_b64decode(secret + "="))

    def __str__(self) -> str:
        secret = urlsafe_b64encode(self.secret).rstrip(b"=").decode()
        return f"{self.session.hex}.{self.generation}.{secret}"

    @property
    def hash(self) -> bytes:
        """What is kept of it."""
        return sha256(self.secret).digest()

    def descendant(self, generation: int, mac: Mac) -> "RefreshToken | None":
        """The family's token of a later generation; None where it is not later, or too far."""
        if not 0 < generation - self.generation <= _FURTHEST:
            return None
        secret = self.secret
        for _ in range(generation - self.generation):
            secret = mac(self.session.bytes + secret)
        return RefreshToken(self.session, generation, secret)

    def successor(self, mac: Mac) -> "RefreshToken":
        return RefreshToken(self.session, self.generation + 1, mac(self.session.bytes + self.secret))


def within_grace(rotations: list[datetime], generation: int, used: int, now: datetime) -> bool:
    """Whether a used token may be shown again.

    Args:
        rotations: when the last generations were used up, the newest first.
        generation: the one that is good now.
        used: the generation of the token shown.
        now: by the clock that wrote `rotations`.
    """
    place = generation - 1 - used
    return 0 <= place < len(rotations) and now - rotations[place] < GRACE
