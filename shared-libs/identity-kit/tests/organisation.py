"""An organisation as its people meet it: through the routes, each with the context the gateway would give."""

from collections.abc import Sequence
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import asyncpg
import httpx
from contracts.context import TenantContext
from servicekit.auth import trusted_keys, verify
from servicekit.testing.running import Running

PASSWORD = "correct horse battery staple"


def registration(tenant: str, **changes: Any) -> dict[str, Any]:
    wish = {
        "tenant": tenant,
        "organisation": "Acme Ltd",
        "name": "Ada Lovelace",
        "email": "ada@acme.test",
        "password": PASSWORD,
    }
    return wish | changes


class Organisation:
    """One tenant. `visitor` calls its public routes."""

    def __init__(self, running: Running, mails: Path, tenant: str) -> None:
        self.running = running
        self.tenant = tenant
        self.visitor = running.client(anonymous(running, tenant))
        self._mails = mails

    async def log_in(self, email: str = "ada@acme.test", password: str = PASSWORD) -> dict[str, Any]:
        answer = await self.visitor.post("/user/login", json={"email": email, "password": password})
        assert answer.status_code == 200, answer.text
        tokens: dict[str, Any] = answer.json()
        return tokens

    async def refresh(self, token: str) -> httpx.Response:
        return await self.visitor.post("/user/refresh", json={"refresh_token": token})

    async def as_(self, tokens: dict[str, Any]) -> httpx.AsyncClient:
        """A client that the gateway would let in with the access token."""
        claims = await self.claims(tokens["access_token"])
        context = TenantContext(
            kind="user",
            application=claims["app"],
            tenant=claims["tid"],
            user_id=claims["sub"],
            session_id=claims["sid"],
            roles=claims["roles"],
            permissions=frozenset(code for code in claims["perms"] if code.startswith("user.")),
        )
        return self.running.client(context)

    async def owner(self) -> httpx.AsyncClient:
        return await self.as_(await self.log_in())

    async def join(self, email: str, role: str, inviter: httpx.AsyncClient | None = None) -> dict[str, Any]:
        """Invite somebody, who accepts and signs in; says their tokens."""
        wish = {"email": email, "role": role}
        invited = await (inviter or await self.owner()).post("/user/invitations", json=wish)
        assert invited.status_code == 201, invited.text
        await self.running.settle()
        acceptance = {"token": self.token_mailed_to(email), "name": email.split("@", maxsplit=1)[0]}
        accepted = await self.visitor.post(
            "/user/invitations/accept", json=acceptance | {"password": PASSWORD}
        )
        assert accepted.status_code == 201, accepted.text
        return await self.log_in(email)

    async def claims(self, access_token: str) -> dict[str, Any]:
        """The claims, believed as the gateway does."""
        asking = self.running.client(TenantContext(kind="service", application="business"))
        jwks = (await asking.get("/user/internal/jwks")).json()
        name = self.running.service.name
        return verify(access_token, trusted_keys({name: jwks}), audience="api-gateway")

    def mails_to(self, address: str) -> list[EmailMessage]:
        """The oldest first."""
        paths = sorted(self._mails.glob("*.eml"))
        mails = [message_from_bytes(path.read_bytes(), policy=policy.default) for path in paths]
        return [mail for mail in mails if mail["to"] == address and f"tenant={self.tenant}" in text_of(mail)]

    def token_mailed_to(self, address: str, page: str = "invitation") -> str:
        """The one-time token in the newest mail that leads to a page."""
        links = [line for mail in self.mails_to(address) for line in text_of(mail).splitlines()]
        link = [line for line in links if line.startswith(f"http://frontend.test/{page}?")][-1]
        (token,) = parse_qs(urlsplit(link).fragment)["token"]
        return token

    async def later(self, seconds: int) -> None:
        """Let time pass for sessions, by the only clock that counts: move what has happened into the past."""
        ago = f"interval '{seconds} seconds'"
        await self.rows(
            f"UPDATE {{schema}}.sessions SET created_at = created_at - {ago},"
            f" last_used_at = last_used_at - {ago}, expires_at = expires_at - {ago},"
            f" rotations = ARRAY(SELECT t - {ago}"
            " FROM unnest(rotations) WITH ORDINALITY AS r(t, n) ORDER BY n)"
        )

    async def rows(self, statement: str, *arguments: Any) -> Sequence[Any]:
        """What stands in the tenant's schema: `{schema}` is its name."""
        connection = await asyncpg.connect(str(self.running.service.settings.direct_url))
        try:
            schema = f"tenant_{self.tenant}"
            return list(await connection.fetch(statement.format(schema=schema), *arguments))
        finally:
            await connection.close()


def anonymous(running: Running, tenant: str | None) -> TenantContext:
    return TenantContext(kind="anonymous", application=running.service.entry.application, tenant=tenant)


def new_id() -> str:
    return f"t{uuid4().hex[:12]}"


def text_of(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())
