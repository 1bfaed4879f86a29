"""Two processes of the service on one database, and what happens when one is killed."""

import asyncio
import signal
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import pytest
from contracts.context import TenantContext
from servicekit.auth import key_id, trusted_keys, verify
from servicekit.embedded import free_port
from servicekit.testing.running import Running

PASSWORD = "correct horse battery staple"


@dataclass
class Replica:
    """`visitor` calls its public routes, in the tenant's name."""

    process: Process
    visitor: httpx.AsyncClient

    async def log_in(self, password: str = PASSWORD) -> httpx.Response:
        credentials = {"email": "ada@acme.test", "password": password}
        return await self.visitor.post("/user/login", json=credentials)

    async def refresh(self, token: str) -> httpx.Response:
        return await self.visitor.post("/user/refresh", json={"refresh_token": token})


@asynccontextmanager
async def replica(running: Running, tenant: str) -> AsyncIterator[Replica]:
    url = f"http://127.0.0.1:{(port := free_port())}"
    command = ("-m", "uvicorn", "business_user.main:app", f"--port={port}", "--log-level=error")
    process = await asyncio.create_subprocess_exec(sys.executable, *command)
    context = TenantContext(kind="anonymous", application="business", tenant=tenant)
    async with running.client(context, at=url) as visitor:
        try:
            async with asyncio.timeout(60):
                while not await is_ready(visitor):
                    await asyncio.sleep(0.05)
            yield Replica(process, visitor)
        finally:
            if process.returncode is None:
                process.kill()
            await process.wait()


async def is_ready(visitor: httpx.AsyncClient) -> bool:
    try:
        return (await visitor.get("/readyz")).status_code == 200
    except httpx.TransportError:
        return False


@pytest.fixture
async def organisation(running: Running) -> str:
    tenant = f"t{uuid4().hex[:12]}"
    wish = {"tenant": tenant, "organisation": "Acme Ltd", "name": "Ada", "email": "ada@acme.test"}
    async with running.client(TenantContext(kind="anonymous", application="business")) as stranger:
        answer = await stranger.post("/user/register", json=wish | {"password": PASSWORD})
    assert answer.status_code == 201, answer.text
    return tenant


@pytest.fixture
async def two(running: Running, organisation: str) -> AsyncIterator[tuple[Replica, Replica]]:
    async with replica(running, organisation) as one, replica(running, organisation) as other:
        yield one, other


async def test_fifty_refreshes_of_one_token_at_two_processes_get_one_successor(
    two: tuple[Replica, Replica],
) -> None:
    token = (await two[0].log_in()).json()["refresh_token"]
    answers = await asyncio.gather(*(two[n % 2].refresh(token) for n in range(50)))
    assert {answer.status_code for answer in answers} == {200}
    (successor,) = {answer.json()["refresh_token"] for answer in answers}
    assert (await two[1].refresh(successor)).status_code == 200


async def test_two_processes_lock_an_account_together(two: tuple[Replica, Replica]) -> None:
    await asyncio.gather(*(two[n % 2].log_in("wrong") for n in range(10)))
    answers = [await each.log_in() for each in two]
    assert [answer.status_code for answer in answers] == [401, 401]


async def test_a_process_killed_between_commit_and_answer_signs_nobody_out(
    running: Running, organisation: str, two: tuple[Replica, Replica]
) -> None:
    dying, living = two
    tokens = [(await living.log_in()).json()["refresh_token"] for _ in range(8)]

    async def use(n: int) -> None:
        """Refresh one session again and again; keep the newest token that was received."""
        while True:
            tokens[n] = (await dying.refresh(tokens[n])).json()["refresh_token"]

    async def cut() -> None:
        """Stop the process until it has rotated a token and not said so; then kill it."""
        connection = await asyncpg.connect(str(running.service.settings.direct_url))
        while True:
            dying.process.send_signal(signal.SIGSTOP)
            kept = await connection.fetch(f"SELECT id, generation FROM tenant_{organisation}.sessions")
            said = {token.split(".")[0]: int(token.split(".")[1]) for token in tokens}
            if any(row["generation"] > said[row["id"].hex] for row in kept):
                break
            dying.process.send_signal(signal.SIGCONT)
            await asyncio.sleep(0.005)
        dying.process.kill()
        await connection.close()

    async with asyncio.timeout(60):
        *_, cut_short = await asyncio.gather(*(use(n) for n in range(8)), cut(), return_exceptions=True)
    assert cut_short is None
    answers = await asyncio.gather(*(living.refresh(token) for token in tokens))
    assert {answer.status_code for answer in answers} == {200}


async def test_in_the_middle_of_a_rotation_old_and_new_processes_are_both_believed(
    running: Running, organisation: str
) -> None:
    async with AsyncExitStack() as stack:
        former = await stack.enter_async_context(replica(running, organisation))
        command = ("-m", "identity_kit", "rotate-keys", "business_user", "--early", "0s")
        rotating = await asyncio.create_subprocess_exec(sys.executable, *command)
        assert await rotating.wait() == 0
        restarted = await stack.enter_async_context(replica(running, organisation))
        tokens = [(await each.log_in()).json()["access_token"] for each in (former, restarted)]
        assert key_id(tokens[0]) != key_id(tokens[1])
        asking = running.client(TenantContext(kind="service", application="business"))
        jwks: dict[str, Any] = (await asking.get("/user/internal/jwks")).json()
        for token in tokens:
            verify(token, trusted_keys({running.service.name: jwks}), audience="api-gateway")
