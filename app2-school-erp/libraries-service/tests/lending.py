"""A school's library, and who uses it, for tests."""

from collections.abc import Sequence
from contextlib import AsyncExitStack
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import httpx
from contracts.facts import AccountActivated, Fact
from servicekit import facts
from servicekit.records import Outgoing
from servicekit.testing.running import Running
from sqlalchemy import select

JSON = dict[str, Any]
_numbers = count(1)


def today() -> date:
    """The date in the time zone of the tenants that tests make."""
    return datetime.now(ZoneInfo("Europe/London")).date()


def in_days(days: int) -> str:
    return (today() + timedelta(days=days)).isoformat()


class Member:
    """Somebody with an account, who is a patron by it."""

    def __init__(self, id_: str, client: httpx.AsyncClient) -> None:
        self.id, self.client = id_, client

    async def post(self, path: str, **body: Any) -> httpx.Response:
        return await self.client.post(f"/libraries/{path}", json=body)


class Library:
    """A school's library, and somebody at its desk."""

    def __init__(self, running: Running, tenant: str, stack: AsyncExitStack) -> None:
        self.running, self.tenant, self._stack = running, tenant, stack
        self.desk = self._client(running.context(tenant, roles=("librarian", "principal")))

    def _client(self, context: Any) -> httpx.AsyncClient:
        client = self.running.client(context)
        self._stack.push_async_callback(client.aclose)
        return client

    async def post(self, path: str, **body: Any) -> JSON:
        """Post at the desk, and insist that it is done."""
        answer = await self.desk.post(f"/libraries/{path}", json=body)
        assert answer.status_code in {200, 201, 202}, answer.text
        made: JSON = answer.json()
        return made

    async def refused(self, path: str, **body: Any) -> JSON:
        """Post at the desk, and insist that it is refused."""
        answer = await self.desk.post(f"/libraries/{path}", json=body)
        assert 400 <= answer.status_code < 500, answer.text
        problem: JSON = answer.json()
        return problem

    async def get(self, path: str, **params: Any) -> JSON:
        answer = await self.desk.get(f"/libraries/{path}", params=params)
        assert answer.status_code == 200, answer.text
        found: JSON = answer.json()
        return found

    async def rules(self, *rules: JSON) -> None:
        answer = await self.desk.put("/libraries/rules", json=list(rules))
        assert answer.status_code == 200, answer.text

    async def calendar(self, **closures: Any) -> None:
        answer = await self.desk.put("/libraries/calendar", json=closures)
        assert answer.status_code == 200, answer.text

    async def book(self, *, copies: int = 1, price: str | None = None, **fields: Any) -> JSON:
        """A book with copies; their barcodes are `barcodes`."""
        book = await self.post("books", **{"title": f"Book {next(_numbers)}", **fields})
        barcodes = [f"C{next(_numbers)}" for _ in range(copies)]
        for barcode in barcodes:
            await self.post(f"books/{book['id']}/copies", barcode=barcode, price=price)
        return {**book, "barcodes": barcodes, "barcode": barcodes[0] if barcodes else None}

    async def patron(self, **fields: Any) -> JSON:
        return await self.post("patrons", **{"name": f"Pupil {next(_numbers)}", **fields})

    async def member(self, *roles: str) -> Member:
        """Somebody with an account."""
        user_id = uuid4()
        account = AccountActivated(
            user_id=user_id, email=f"{user_id}@school.test", display_name="Grace", roles=list(roles)
        )
        await self.tell(account, about=user_id, version=1)
        context = self.running.context(self.tenant, roles=roles, user_id=user_id)
        return Member(str(user_id), self._client(context))

    async def tell(self, fact: Fact, *, about: UUID, version: int) -> None:
        """Have the service hear a fact."""
        async with self.running.database.tenant(self.running.context(self.tenant)) as session:
            facts.tell(
                session,
                fact,
                tenant=self.tenant,
                application="school",
                actor=None,
                aggregate=str(about),
                version=version,
            )
            await session.commit()
        await self.running.settle()

    async def lent(
        self, *, days_overdue: int = 0, patron: JSON | None = None, price: str | None = None
    ) -> JSON:
        """A loan that ran out so many days ago, with its `barcode`."""
        book = await self.book(price=price)
        patron = patron or await self.patron()
        due_on = today() - timedelta(days=days_overdue)
        running = {
            "barcode": book["barcode"],
            "patron_id": patron["id"],
            "out_on": (due_on - timedelta(days=14)).isoformat(),
            "due_on": due_on.isoformat(),
        }
        await self.post("loans/takeover", loans=[running])
        (loan,) = (await self.get("loans", book_id=book["id"]))["items"]
        return dict(loan)

    async def outbox(self, type_: str) -> Sequence[Outgoing]:
        async with self.running.database.control() as session:
            rows = select(Outgoing).where(Outgoing.tenant == self.tenant, Outgoing.type == type_)
            return (await session.scalars(rows.order_by(Outgoing.id))).all()
