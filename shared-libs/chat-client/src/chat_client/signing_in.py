"""Credentials of somebody with an account, at a gateway."""

from collections.abc import AsyncGenerator, Mapping
from typing import Any

import httpx

from chat_client.asking import Asking, Refused


class SignedIn(httpx.Auth):
    """A session: its access token is renewed when it is refused, and its end is the end."""

    requires_response_body = True

    def __init__(self, tenant: str, tokens: Mapping[str, Any]) -> None:
        self.auth = self
        self.tenant = tenant
        self.tokens = tokens
        self.user_id: str = tokens["user"]["id"]

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        used = self.tokens
        request.headers["authorization"] = f"Bearer {used['access_token']}"
        answer = yield request
        if answer.status_code != httpx.codes.UNAUTHORIZED:
            return
        if used is self.tokens:  # nobody renewed them meanwhile
            renewal = yield httpx.Request(
                "POST",
                request.url.copy_with(path="/user/refresh", query=None),
                json={"refresh_token": used["refresh_token"]},
                headers={"x-tenant-id": self.tenant},
            )
            if not renewal.is_success:
                return
            await renewal.aread()
            self.tokens = renewal.json()
        request.headers["authorization"] = f"Bearer {self.tokens['access_token']}"
        yield request

    async def handshake(self, asking: Asking) -> tuple[str, Mapping[str, str]]:
        ticket = await asking.ask("POST", "/user/ws-ticket")
        return f"?ticket={ticket['ticket']}", {}


async def sign_in(gateway: str, tenant: str, email: str, password: str) -> SignedIn:
    """Start a session.

    Raises:
        Refused
    """
    async with httpx.AsyncClient(base_url=gateway, timeout=20) as http:
        answer = await http.post(
            "/user/login", json={"email": email, "password": password}, headers={"x-tenant-id": tenant}
        )
    if not answer.is_success:
        raise Refused(answer.status_code, answer.json())
    return SignedIn(tenant, answer.json())
