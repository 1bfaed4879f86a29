"""Calls to other services' `/internal/` routes."""

from types import TracebackType
from typing import Any, Self

import httpx
from contracts.context import CONTEXT_HEADER, TenantContext

from servicekit.context import ContextMinter
from servicekit.fleet import ServiceEntry


class InternalClient:
    """Speaks for one service, with tokens it signs itself."""

    def __init__(self, minter: ContextMinter, service: ServiceEntry) -> None:
        self._minter = minter
        self._service = service
        self._client = httpx.AsyncClient(timeout=httpx.Timeout(15, connect=1))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.aclose()

    async def get(self, to: ServiceEntry, path: str) -> Any:
        """The JSON at a path of another service.

        Raises:
            httpx.HTTPError: it is away, slow, or refuses.
        """
        return await self._request("GET", to, path)

    async def post(self, to: ServiceEntry, path: str, body: dict[str, Any]) -> Any:
        """What another service answers to a body; raises as `get` does."""
        return await self._request("POST", to, path, json=body)

    async def _request(self, method: str, to: ServiceEntry, path: str, **options: Any) -> Any:
        context = TenantContext(kind="service", application=self._service.application)
        headers = {CONTEXT_HEADER: self._minter.mint(context, audience=to.name)}
        answer = await self._client.request(method, to.upstreams()[0] + path, headers=headers, **options)
        answer.raise_for_status()
        return answer.json()
