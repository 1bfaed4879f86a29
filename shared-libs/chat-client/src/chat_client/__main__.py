"""Chat in a terminal: `python -m chat_client --tenant acme --email ada@acme.test --channel general`.

It prints what is said and says what one types. With `--state` it can be killed at any moment:
started again, it shows what was missed, and what was typed but perhaps not sent is sent, once.
"""

import argparse
import asyncio
import getpass
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

from chat_client.asking import Refused
from chat_client.client import ChatClient
from chat_client.signing_in import sign_in
from chat_client.state import Event, Message, State

_HISTORY = 20  # messages shown at first


class Notes:
    """What outlives the program: the state, and what is not known to be sent."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        known = json.loads(path.read_text()) if path and path.exists() else {"channels": {}, "outbox": {}}
        self.state = State.load(known)
        self.outbox: dict[str, str] = known["outbox"]  # texts by client_msg_id

    def keep(self) -> None:
        if self._path is not None:
            new = self._path.with_suffix(".new")
            new.write_text(json.dumps({**self.state.dump(), "outbox": self.outbox}))
            new.replace(self._path)


class Terminal:
    def __init__(self, client: ChatClient, notes: Notes, channel_id: str, names: dict[str, str]) -> None:
        self._client = client
        self._notes = notes
        self._channel_id = channel_id
        self._names = names
        self._typed = asyncio.Event()

    def heard(self, event: Event) -> None:
        kind, message = event["kind"], event["message"]
        if kind in {"message_created", "message_edited"}:
            self._show(event["seq"], event["actor_id"], message["text"], kind.removeprefix("message_"))
        else:
            self._show(event["seq"], event["actor_id"], "", kind)
        self._notes.keep()

    def before(self, messages: list[Message]) -> None:
        for message in sorted(messages, key=lambda one: int(one["seq"])):
            self._show(message["seq"], message["author_id"], message["text"], "created")

    async def read(self) -> None:
        """Take what is typed, until there is no more; it is over when all of it is sent."""
        async for line in _lines():
            if line.strip():
                self._notes.outbox[str(uuid4())] = line.strip()
                self._notes.keep()
                self._typed.set()
        while self._notes.outbox:  # noqa: ASYNC110 - a moment, at the end
            await asyncio.sleep(0.05)

    async def send(self) -> None:
        """Send what was typed, in order, from before this program's start too."""
        while True:
            for client_msg_id, text in list(self._notes.outbox.items()):
                try:
                    await self._client.send(self._channel_id, text, client_msg_id=client_msg_id)
                except Refused as refusal:
                    print(f"not sent: {refusal}", file=sys.stderr)  # noqa: T201 - a command
                del self._notes.outbox[client_msg_id]
                self._notes.keep()
            await self._typed.wait()
            self._typed.clear()

    def _show(self, seq: int, who: str | None, text: str, how: str) -> None:
        name = self._names.get(who or "", "somebody")
        said = f" {text}" if text else ""
        note = "" if how == "created" else f" ({how.replace('_', ' ')})"
        print(f"#{seq} {name}:{said}{note}", flush=True)  # noqa: T201 - a command


async def chat(arguments: argparse.Namespace) -> None:
    password = os.environ.get("CHAT_PASSWORD") or getpass.getpass()
    credentials = await sign_in(arguments.gateway, arguments.tenant, arguments.email, password)
    notes = Notes(arguments.state)
    client = ChatClient([arguments.gateway], credentials, state=notes.state, history=_HISTORY)
    channel_id = await _channel(client, arguments.channel)
    client.only = {channel_id}
    known = notes.state.channels.get(channel_id)
    names = {person["user_id"]: person["handle"] async for person in client.asking.items("/chat/people")}
    names[credentials.user_id] = "you"
    terminal = Terminal(client, notes, channel_id, names)
    if known is not None:
        print(f"(resuming after #{known.last_seq})", flush=True)  # noqa: T201 - a command
        client.heard = terminal.heard
    async with asyncio.TaskGroup() as tasks:
        following = [tasks.create_task(client.run()), tasks.create_task(terminal.send())]
        if known is None:
            await client.live(channel_id)
            terminal.before(list(client.state.channels[channel_id].messages.values()))
            client.heard = terminal.heard
            notes.keep()
        await terminal.read()
        for task in following:
            task.cancel()


async def _channel(client: ChatClient, name: str) -> str:
    """The id of a channel that one is in; a public one is joined."""
    async for channel in client.asking.items("/chat/channels"):
        if channel["name"] == name:
            if channel["my_role"] is None:
                await client.asking.ask("POST", f"/chat/channels/{channel['id']}/join")
            return str(channel["id"])
    raise Refused(404, {"detail": f"There is no channel {name} for you."})


async def _lines() -> AsyncIterator[str]:
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
    )
    while line := await reader.readline():
        yield line.decode()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m chat_client", description=__doc__)
    parser.add_argument("--gateway", default="http://127.0.0.1:8080")
    parser.add_argument("--tenant", required=True)
    parser.add_argument("--email", required=True, help="the password is asked for, or in CHAT_PASSWORD")
    parser.add_argument("--channel", default="general", help="its name (default: %(default)s)")
    parser.add_argument(
        "--state", type=Path, help="a file to go on from, and to keep what is needed for that"
    )
    with suppress(KeyboardInterrupt):
        try:
            asyncio.run(chat(parser.parse_args()))
        except* Refused as refusals:
            sys.exit(f"refused: {refusals.exceptions[0]}")


if __name__ == "__main__":
    main()
