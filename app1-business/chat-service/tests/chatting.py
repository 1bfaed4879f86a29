"""People of one organisation who chat."""

from collections.abc import Iterable
from contextlib import AsyncExitStack
from typing import Any
from uuid import UUID, uuid4

import httpx
from contracts.context import TenantContext
from contracts.facts import AccountActivated
from servicekit.testing.running import Running

DECIDED = {"snooze_until": None, "quiet_hours": None, "mail": True, "mail_after": 10}


class Somebody:
    """A person with an account, and their client."""

    def __init__(self, context: TenantContext, client: httpx.AsyncClient) -> None:
        self.context = context
        self.client = client
        self.id = str(context.user_id)

    async def asks(
        self, method: str, path: str, json: object = None, *, status: int | None = None, version: int = 0
    ) -> Any:
        """The answer's body; the request was not refused, or with this status."""
        headers = {"if-match": f'"{version}"'} if version else {}
        answer = await self.client.request(method, f"/chat{path}", json=json, headers=headers)
        assert answer.status_code == status if status else answer.is_success, answer.text
        return answer.json() if answer.content else None

    async def opens(self, name: str, kind: str = "public") -> str:
        """Id of a new channel."""
        return str((await self.asks("POST", "/channels", {"kind": kind, "name": name}))["id"])

    async def says(self, channel: str, text: str, **wish: object) -> Any:
        wish = {"client_msg_id": str(uuid4()), "text": text, **wish}
        return await self.asks("POST", f"/channels/{channel}/messages", wish)

    async def events(self, channel: str, after: int = 0) -> list[Any]:
        """Every event of the channel's log after a place."""
        events: list[Any] = []
        while True:
            path = f"/channels/{channel}/events?limit=500&after_seq={after + len(events)}"
            page = (await self.asks("GET", path))["items"]
            if not page:
                return events
            events += page

    async def counts(self, channel: str) -> tuple[int, int]:
        """What of the channel is unread, and what of that mentions oneself."""
        shown = await self.asks("GET", f"/channels/{channel}")
        return shown["unread"], shown["mentions"]

    async def decides(self, **wishes: object) -> None:
        """Settle what to be told of; what is not named is as for who has decided nothing."""
        version = (await self.asks("GET", "/settings"))["version"]
        headers = {"if-match": f'"{version}"'}
        answer = await self.client.put("/chat/settings", json=DECIDED | wishes, headers=headers)
        assert answer.is_success, answer.text


class Chat:
    def __init__(self, running: Running, tenant: str, stack: AsyncExitStack) -> None:
        self.running = running
        self.tenant = tenant
        self._stack = stack

    async def person(
        self, name: str, *, roles: Iterable[str] = ("employee",), user_id: UUID | None = None
    ) -> Somebody:
        """Somebody whose account was activated; their handle is the name."""
        context = self.running.context(self.tenant, roles=roles, user_id=user_id)
        assert context.user_id is not None
        fact = AccountActivated(
            user_id=context.user_id, email=f"{name}@example.com", display_name=name.title(), roles=list(roles)
        )
        await self.running.hear(fact, tenant=self.tenant)
        client = await self._stack.enter_async_context(self.running.client(context))
        return Somebody(context, client)
