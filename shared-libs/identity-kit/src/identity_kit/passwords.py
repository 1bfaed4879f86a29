"""Password hashes: Argon2id, in threads, as many at once as there are processors."""

import asyncio
import os
import secrets

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from pydantic import SecretStr


class Passwords:
    def __init__(self) -> None:
        # OWASP Password Storage Cheat Sheet: 19 MiB, two passes, one lane.
        self._hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
        self._turns = asyncio.Semaphore(os.cpu_count() or 1)
        # Checked where there is no account, so that the answer takes as long as for one.
        self._nobodys = self._hasher.hash(secrets.token_hex())

    async def hash(self, password: SecretStr) -> str:
        async with self._turns:
            return await asyncio.to_thread(self._hasher.hash, password.get_secret_value())

    async def check(self, kept: str | None, password: SecretStr) -> bool:
        """Whether the password is the one of a hash; of no hash, never, after the same time."""
        async with self._turns:
            matches = await asyncio.to_thread(
                self._matches, self._nobodys if kept is None else kept, password.get_secret_value()
            )
        return matches and kept is not None

    def outdated(self, kept: str) -> bool:
        """Whether the hash was made with other parameters than today's."""
        return self._hasher.check_needs_rehash(kept)

    def _matches(self, kept: str, password: str) -> bool:
        try:
            return self._hasher.verify(kept, password)
        except VerifyMismatchError:
            return False
