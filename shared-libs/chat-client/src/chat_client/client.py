"""A chat client: follows one's channels live, over whichever connection there is; docs/chat-protocol.md.

Who has one sees, in `state`, what the server has, a moment later. Nothing is lost or taken
twice when connections, replicas or this program end: a connection begins where `state` ends.
"""

import asyncio
import json
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import suppress
from typing import Any
from uuid import uuid4

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, ConnectionClosedError, InvalidStatus, WebSocketException

from chat_client.asking import Asking, Credentials, Refused, pause
from chat_client.state import Channel, Event, Gap, Message, State

_IN_A_FRAME = 150  # channels that one resume names
_LONGEST = 2**24  # bytes of a frame
_FINAL = {400, 401, 403, 404}  # answers to a handshake after which trying again is no use
_OUR_FAULT = {1003, 1007, 1009}  # close codes

Frame = dict[str, Any]


class ChatClient:
    """One person at one device. `run` it as a task; `state`, `send` and `ask` are there at once."""

    def __init__(
        self,
        addresses: Sequence[str],
        credentials: Credentials,
        *,
        state: State | None = None,
        heard: Callable[[Event], None] | None = None,
        only: Collection[str] | None = None,
        history: int | None = None,
        pause: Callable[[int], float] = pause,
    ) -> None:
        """Nothing is connected yet.

        Args:
            addresses: of the gateway, or of replicas: the next is tried where one is gone.
            credentials: of the person.
            state: what was known before.
            heard: is called with each event, once and in order, after it was applied.
            only: the channels to follow; None: all of one's own.
            history: how many messages to fetch of a channel that is new here; None: all.
            pause: seconds to wait after so many failures in a row.
        """
        self.asking = Asking(addresses, credentials.auth, pause)
        self.state = state or State()
        self.connections = self.repeated = self.gaps = 0  # counted
        self._credentials = credentials
        self.heard = heard or (lambda _: None)
        self.only = only
        self._history = history
        self._me: str | None = None
        self._socket: ClientConnection | None = None
        self._followed: set[str] = set()
        self._live: set[str] = set()
        self._changed = asyncio.Event()

    # Doing

    async def send(
        self, channel_id: str, text: str, *, client_msg_id: str | None = None, **wish: object
    ) -> Message:
        """Say something, once, however often it has to be tried.

        Raises:
            Refused
        """
        wish = {"client_msg_id": client_msg_id or str(uuid4()), "text": text, **wish}
        message: Message = await self.asking.ask("POST", f"/chat/channels/{channel_id}/messages", wish)
        return message

    async def say(self, **frame: object) -> None:
        """Send a frame, such as `typing`, if there is a connection: what it says is of the moment."""
        if self._socket is not None:
            with suppress(ConnectionClosed):
                await self._socket.send(json.dumps(frame))

    async def until(self, reached: Callable[[State], bool]) -> None:
        """Return when the state is so."""
        while not reached(self.state):
            self._changed.clear()
            await self._changed.wait()

    async def live(self, channel_id: str) -> None:
        """Return when a channel is followed live."""
        await self.until(lambda _: channel_id in self._live)

    # Following

    async def run(self) -> None:
        """Follow, over one connection after another, until cancelled.

        Raises:
            Refused: one may not, or no longer.
        """
        failures = 0
        while True:
            address, before = self.asking.address, self.connections
            with suppress(OSError, WebSocketException):
                await self._connected(address)
            self._socket = None
            self._live.clear()
            self.asking.move(address)
            failures = 1 if self.connections > before else failures + 1
            await asyncio.sleep(self.asking.pause(failures))

    async def _connected(self, address: str) -> None:
        query, headers = await self._credentials.handshake(self.asking)
        url = f"{address.replace('http', 'ws', 1)}/chat/ws{query}"
        try:
            # Servers that are alive ping; we ping to know of those that are not.
            socket = await connect(
                url,
                additional_headers=headers,
                compression=None,
                ping_interval=25,
                close_timeout=2,
                max_size=_LONGEST,
            )
        except InvalidStatus as refusal:
            if refusal.response.status_code in _FINAL:
                raise Refused(refusal.response.status_code, _said(refusal.response.body)) from None
            raise
        async with socket:
            self._socket, self._followed = socket, set()
            chores: asyncio.Queue[str | None] = asyncio.Queue()
            work = (self._read(socket, chores), self._chores(socket, chores))
            tasks = [asyncio.create_task(part) for part in work]
            try:
                await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for task in tasks:
                    task.cancel()
                outcomes = await asyncio.gather(*tasks, return_exceptions=True)
            for outcome in outcomes:
                if isinstance(outcome, Exception):
                    raise outcome

    async def _read(self, socket: ClientConnection, chores: asyncio.Queue[str | None]) -> None:
        try:
            async for text in socket:
                self._take(json.loads(text), chores)
                self._changed.set()
        except Gap:
            self.gaps += 1
        except ConnectionClosedError:
            if socket.close_code in _OUR_FAULT:
                raise Refused(socket.close_code or 0, {"detail": socket.close_reason}) from None

    def _take(self, frame: Frame, chores: asyncio.Queue[str | None]) -> None:
        channel_id = frame.get("channel_id", "")
        match frame["type"]:
            case "event":
                self._event(frame)
            case "live":
                self._live.add(channel_id)
            case "hello":
                self.connections += 1
                self._me = frame["user_id"]
                chores.put_nowait(None)
            case "list_channels":
                chores.put_nowait(None)
            case "channel_added":
                chores.put_nowait(channel_id)
            case "resync_required":
                self._forget(channel_id)
                chores.put_nowait(channel_id)
            case "refused":
                self._forget(channel_id)

    def _event(self, event: Event) -> None:
        channel = self.state.channels.get(event["channel_id"])
        if channel is None:
            return
        if not channel.apply(event):
            self.repeated += 1
            return
        if event["kind"] == "member_removed" and event["data"]["user_id"] == self._me:
            self._forget(event["channel_id"])
        self.heard(event)

    def _forget(self, channel_id: str) -> None:
        self.state.channels.pop(channel_id, None)
        self._followed.discard(channel_id)
        self._live.discard(channel_id)

    # Fetching, one thing after the other, while frames go on being read

    async def _chores(self, socket: ClientConnection, chores: asyncio.Queue[str | None]) -> None:
        while True:
            channel_id = await chores.get()
            await self._follow(socket, await self._mine() if channel_id is None else {channel_id})

    async def _mine(self) -> set[str]:
        """The channels that one is in now; others are forgotten."""
        mine = {channel["id"] async for channel in self.asking.items("/chat/channels?mine=true")}
        for channel_id in self.state.channels.keys() - mine:
            self._forget(channel_id)
        return mine

    async def _follow(self, socket: ClientConnection, channel_ids: Iterable[str]) -> None:
        wanted: dict[str, int] = {}
        for channel_id in channel_ids:
            if channel_id in self._followed or (self.only is not None and channel_id not in self.only):
                continue
            if channel_id not in self.state.channels:
                try:
                    self.state.channels[channel_id] = await self._fetch(channel_id)
                except Refused:  # it is gone again
                    continue
            self._followed.add(channel_id)
            wanted[channel_id] = self.state.channels[channel_id].last_seq
        names = list(wanted)
        for first in range(0, len(names), _IN_A_FRAME):
            some = {name: wanted[name] for name in names[first : first + _IN_A_FRAME]}
            await socket.send(json.dumps({"type": "resume", "channels": some}))

    async def _fetch(self, channel_id: str) -> Channel:
        """A channel as it is, or newer: what happens meanwhile comes again as events."""
        shown = await self.asking.ask("GET", f"/chat/channels/{channel_id}")
        channel = Channel(shown["last_seq"])
        async for message in self.asking.items(f"/chat/channels/{channel_id}/messages", self._history):
            channel.put(message)
        for root in [message for message in channel.messages.values() if message["replies"]]:
            async for reply in self.asking.items(f"/chat/messages/{root['id']}/thread"):
                channel.put(reply)
        return channel


def _said(body: bytes | bytearray) -> dict[str, Any]:
    try:
        problem: dict[str, Any] = json.loads(body)
    except ValueError:
        return {}
    return problem
