"""HTTP as a chat client needs it: the same request again until somebody answers."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import Any, Protocol

import httpx

LONGEST_PAUSE = 300.0  # seconds
_LATER = {408, 429, 500, 502, 503, 504}  # answers after which the same request may do better


class Refused(Exception):  # noqa: N818 - what the server said
    """The server will not do it; `problem` says why."""

    def __init__(self, status: int, problem: Mapping[str, Any]) -> None:
        super().__init__(problem.get("detail") or problem.get("title") or str(status))
        self.status = status
        self.problem = problem


class Credentials(Protocol):
    """Who asks."""

    @property
    def auth(self) -> httpx.Auth: ...

    async def handshake(self, asking: "Asking") -> tuple[str, Mapping[str, str]]:
        """The query and the headers with which a WebSocket may be opened, once."""


def pause(failures: int) -> float:
    """Seconds to wait after so many failures in a row: 0 to 2, then twice as long each time."""
    return min(LONGEST_PAUSE, random.uniform(0, 2) * 2.0 ** min(failures - 1, 20))  # noqa: S311 - no secret


class Asking:
    """Asks one of several addresses of the same service; where it is gone, the next."""

    def __init__(
        self, addresses: Sequence[str], auth: httpx.Auth, pause: Callable[[int], float] = pause
    ) -> None:
        self._addresses = [address.rstrip("/") for address in addresses]
        self._http = httpx.AsyncClient(auth=auth, timeout=20)
        self.pause = pause

    @property
    def address(self) -> str:
        return self._addresses[0]

    def move(self, gone: str) -> None:
        """Turn to the next address, unless somebody did already."""
        if gone == self.address:
            self._addresses.append(self._addresses.pop(0))

    async def close(self) -> None:
        await self._http.aclose()

    async def ask(self, method: str, path: str, json: object = None, **headers: str) -> Any:
        """The answer's body, or None where it has none. It is asked again, for ever, while it may do better.

        Args:
            headers: with `_` for `-`.

        Raises:
            Refused
        """
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        failures = 0
        while True:
            address = self.address
            wait = None
            try:
                answer = await self._http.request(method, address + path, json=json, headers=named)
            except httpx.TransportError:
                self.move(address)
            else:
                if answer.is_success:
                    return answer.json() if answer.content else None
                if answer.status_code not in _LATER:
                    raise Refused(answer.status_code, _problem(answer))
                if answer.status_code >= httpx.codes.INTERNAL_SERVER_ERROR:
                    self.move(address)
                wait = answer.headers.get("retry-after")
            failures += 1
            await asyncio.sleep(float(wait) if wait and wait.isdigit() else self.pause(failures))

    async def items(self, path: str, most: int | None = None) -> AsyncIterator[dict[str, Any]]:
        """The items of a list, page after page."""
        cursor, left = "", most
        while left is None or left > 0:
            limit = 100 if left is None else min(100, left)
            page = await self.ask("GET", f"{path}{'&' if '?' in path else '?'}limit={limit}{cursor}")
            for item in page["items"]:
                yield item
            if page["next_cursor"] is None:
                return
            cursor = f"&cursor={page['next_cursor']}"
            if left is not None:
                left -= limit


def _problem(answer: httpx.Response) -> Mapping[str, Any]:
    if "json" in answer.headers.get("content-type", ""):
        problem: Mapping[str, Any] = answer.json()
        return problem
    return {"detail": answer.text}
