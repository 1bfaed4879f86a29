"""Replicas of the service as processes of their own, and sockets to them."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any

import httpx
from chatting import Chat, Somebody
from contracts.context import CONTEXT_HEADER
from servicekit.embedded import free_port
from servicekit.realtime_protocol import OPTIONS
from servicekit.testing.running import Running
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

PATIENCE = 60.0  # seconds after which something that should have come did not


class Replica:
    def __init__(self, *options: str, environment: Mapping[str, str] | None = None) -> None:
        """`options` are uvicorn's, beside those that every service runs with."""
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None
        self._options = options
        self._environment = {**os.environ, **(environment or {})}

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        argv = [sys.executable, "-m", "uvicorn", "business_chat.main:app", f"--port={self.port}"]
        argv += ["--no-access-log", "--log-level=warning", *OPTIONS, *self._options]
        self.process = subprocess.Popen(argv, env=self._environment)  # noqa: ASYNC220 - returns at once
        async with httpx.AsyncClient() as client:
            while True:
                try:
                    if (await client.get(f"{self.address}/readyz")).status_code == 200:
                        return
                except httpx.TransportError:
                    assert self.process.poll() is None
                await asyncio.sleep(0.1)

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def stop(self) -> None:
        assert self.process is not None
        self.process.terminate()


class Socket:
    """Somebody's WebSocket."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection

    async def say(self, **frame: object) -> None:
        await self.connection.send(json.dumps(frame))

    async def hears(self, type_: str) -> Any:
        """The next frame, which is of this type."""
        async with asyncio.timeout(PATIENCE):
            frame = json.loads(await self.connection.recv())
        assert frame["type"] == type_, frame
        return frame

    async def events(self, upto: int) -> list[int]:
        """The places of the events that come, until this one; frames of other types are passed over."""
        seqs: list[int] = []
        async with asyncio.timeout(PATIENCE):
            while not seqs or seqs[-1] < upto:
                frame = json.loads(await self.connection.recv())
                if frame["type"] == "event":
                    seqs.append(frame["seq"])
        return seqs

    async def closes(self, heard: list[int] | None = None) -> int:
        """The close code, after whatever else comes: the places of events go into `heard`."""
        async with asyncio.timeout(PATIENCE):
            async for text in self._rest():
                if heard is not None and (frame := json.loads(text))["type"] == "event":
                    heard.append(frame["seq"])
        code = self.connection.close_code
        assert code is not None
        return code

    async def _rest(self) -> AsyncGenerator[str | bytes]:
        with suppress(ConnectionClosed):
            while True:
                yield await self.connection.recv()


@asynccontextmanager
async def socket(running: Running, somebody: Somebody, at: Replica, **options: Any) -> AsyncGenerator[Socket]:
    """A socket after its hello, as the gateway opens it for somebody."""
    token = running.minter.mint(somebody.context, audience=running.service.name)
    address = at.address.replace("http", "ws") + "/chat/ws"
    async with connect(address, additional_headers={CONTEXT_HEADER: token}, **options) as connection:
        opened = Socket(connection)
        await opened.hears("hello")
        yield opened


async def two_in_a_channel(chat: Chat) -> tuple[Somebody, Somebody, str]:
    """Ada, who owns a private channel, and Ben, who is in it; its log has two events."""
    ada, ben = await chat.person("ada"), await chat.person("ben")
    channel = await ada.opens("team", "private")
    await ada.asks("POST", f"/channels/{channel}/members", {"user_id": ben.id})
    return ada, ben, channel
