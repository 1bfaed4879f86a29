"""The gateway's own questions to services' `/internal/` routes."""

import asyncio
from typing import Any

from contracts.context import CONTEXT_HEADER, TenantContext
from pydantic_core import from_json
from servicekit.context import ContextMinter

from gateway.services import Service
from gateway.upstream.connection import UpstreamFailed

_TIMEOUT = 3.0  # seconds
_LONGEST = 8_388_608  # bytes of an answer


class Lookups:
    def __init__(self, minter: ContextMinter) -> None:
        self._minter = minter

    async def get(self, service: Service, path: str) -> Any:
        """The JSON a service answers.

        Raises:
            KeyError: it answers 404.
            LookupError: it answers anything else, or not at all.
        """
        try:
            async with asyncio.timeout(_TIMEOUT):
                status, body = await self._exchange(service, path)
        except (UpstreamFailed, TimeoutError) as error:
            raise LookupError(str(error) or "No answer in time.") from error
        if status == 404:  # noqa: PLR2004
            raise KeyError(path)
        if status != 200:  # noqa: PLR2004
            raise LookupError(f"Answer {status}.")
        try:
            return from_json(body)
        except ValueError as error:
            raise LookupError("The answer is no JSON.") from error

    async def _exchange(self, service: Service, path: str) -> tuple[int, bytes]:
        entry = service.entry
        context = TenantContext(kind="service", application=entry.application)
        token = self._minter.mint(context, audience=entry.name)
        head = f"GET {path} HTTP/1.1\r\nhost: {entry.name}\r\n{CONTEXT_HEADER}: {token}\r\n\r\n"
        connection = await service.pool.acquire()
        try:
            connection.begin(head.encode(), is_head=False, whole=True)
            await connection.head()
            body = bytearray()
            while piece := await connection.read():
                body += piece
                if len(body) > _LONGEST:
                    raise LookupError("The answer is too long.")
            return connection.status, bytes(body)
        finally:
            connection.release()
