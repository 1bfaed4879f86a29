"""`fleet queue`: what waits, what runs, what was given up, and what an operator does about it."""

import argparse
import asyncio
import getpass
import os
import socket
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
from servicekit.context import ContextMinter
from servicekit.fleet import ServiceEntry, fleet, root
from servicekit.http import InternalClient

from fleet.place import FleetError, Place

_LISTED = 1000  # dead letters that a command for all of them asks for at a time


def add_to(parser: argparse.ArgumentParser) -> None:
    """Give `fleet queue` its subcommands; without one it shows all queues."""
    parser.set_defaults(run=lambda arguments: asyncio.run(_show(arguments)))
    parser.add_argument(
        "--keys",
        type=Path,
        help="folder of the services' keys, one of which signs (default: this checkout's); "
        "services are asked at <SERVICE>_UPSTREAM",
    )
    commands = parser.add_subparsers(metavar="subcommand")

    def command(
        name: str, run: Callable[[argparse.Namespace], Coroutine[Any, Any, None]], what: str
    ) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=what, description=what)
        added.set_defaults(run=lambda arguments: asyncio.run(run(arguments)))
        added.add_argument("service", choices=[entry.name for entry in fleet().built], metavar="service")
        return added

    command("show", _show_one, "one service's queue: workers, what they hold, what is paused")
    dead = command("dead", _dead, "what was given up, the longest ago first, with the error")
    dead.add_argument("--type", help="only of this kind")
    dead.add_argument("--limit", type=int, default=20, help="how many (default: %(default)s)")
    for name, what in (
        ("replay", "give what was given up its tries again"),
        ("discard", "forget what was given up"),
    ):
        acting = command(name, _act_on_dead, what)
        acting.add_argument("ids", nargs="*", metavar="id")
        acting.add_argument("--all", action="store_true", help="all that was given up")
        acting.add_argument("--type", help="with --all: only of this kind")
        acting.set_defaults(act=name)
    cancelling = command("cancel", _cancel, "take something out, wherever it is; what runs is stopped")
    cancelling.add_argument("ids", nargs="+", metavar="id")
    for name, what in (
        ("pause", "let nothing of a kind be taken; what runs goes on"),
        ("resume", "undo pause"),
    ):
        pausing = command(name, _pause, what)
        pausing.add_argument("type", help="such as user.mail")
        pausing.set_defaults(act=name)


class Desk:
    """The internal routes of one service's queue."""

    def __init__(self, entry: ServiceEntry, client: InternalClient) -> None:
        self._entry = entry
        self._client = client

    async def get(self, path: str = "") -> Any:
        return await _answered(self._entry, self._client.get(self._entry, self._path(path)))

    async def post(self, path: str) -> Any:
        by = {"by": f"{getpass.getuser()}@{socket.gethostname()}"}
        return await _answered(self._entry, self._client.post(self._entry, self._path(path), by))

    def _path(self, path: str) -> str:
        return f"/{self._entry.prefix}/internal/queue{path}"


async def _answered(entry: ServiceEntry, request: Coroutine[Any, Any, Any]) -> Any:
    try:
        return await request
    except httpx.HTTPStatusError as error:
        if error.response.status_code == httpx.codes.NOT_FOUND:
            raise FleetError(f"{entry.name} has nothing of that id there") from None
        raise FleetError(f"{entry.name} refused: {error.response.text}") from None
    except httpx.HTTPError as error:
        raise FleetError(f"{entry.name} does not answer at {entry.upstreams()[0]}: {error}") from None


def _desk(entry: ServiceEntry, arguments: argparse.Namespace) -> Desk:
    place = Place.last_used(root())
    os.environ.setdefault(entry.upstream_variable, f"http://127.0.0.1:{place.port(entry.port)}")
    keys = arguments.keys or place.dev / "keys"
    return Desk(entry, InternalClient(ContextMinter(entry.name, keys / f"{entry.name}.pem"), entry))


async def _show(arguments: argparse.Namespace) -> None:
    columns = ("ready", "delayed", "running", "dead", "parked")
    print(f"{'':<26}" + "".join(f"{name:>9}" for name in (*columns, "oldest")))
    for entry in fleet().built:
        shown = await _desk(entry, arguments).get()
        oldest = _age(shown["oldest_seconds"])
        print(f"{entry.name:<26}" + "".join(f"{shown[name]:>9}" for name in columns) + f"{oldest:>9}")
        for kind, count in sorted(shown["dead_by_kind"].items()):
            print(f"  dead: {count} {kind}")
        for kind in shown["paused"]:
            print(f"  paused: {kind}")


async def _show_one(arguments: argparse.Namespace) -> None:
    shown = await _desk(fleet().named(arguments.service), arguments).get()
    for name in ("ready", "delayed", "running", "dead", "parked"):
        print(f"{name:<8} {shown[name]:>6}")
    print(f"oldest   {_age(shown['oldest_seconds']):>6}")
    for kind in shown["paused"]:
        print(f"paused: {kind}")
    for worker in shown["workers"]:
        print(f"worker {worker['name']} holds {len(worker['items'])}")
        for item in worker["items"]:
            print(f"  {_line(item)}")


async def _dead(arguments: argparse.Namespace) -> None:
    letters = await _dead_letters(_desk(fleet().named(arguments.service), arguments), arguments.type)
    for letter in letters[: arguments.limit]:
        print(_line(letter))
        print(f"    {letter['error']}")
    if len(letters) > arguments.limit:
        print(f"… and {len(letters) - arguments.limit} more (--limit)")
    if not letters:
        print("Nothing was given up.")


async def _act_on_dead(arguments: argparse.Namespace) -> None:
    if bool(arguments.ids) == arguments.all:
        raise FleetError("say which ids, or --all")
    desk = _desk(fleet().named(arguments.service), arguments)
    ids = arguments.ids or [letter["id"] for letter in await _dead_letters(desk, arguments.type)]
    for id_ in ids:
        answer = await desk.post(f"/items/{id_}/{arguments.act}")
        print(f"{id_} {answer['outcome']}")


async def _cancel(arguments: argparse.Namespace) -> None:
    desk = _desk(fleet().named(arguments.service), arguments)
    for id_ in arguments.ids:
        answer = await desk.post(f"/items/{id_}/cancel")
        print(f"{id_} {answer['outcome']}")


async def _pause(arguments: argparse.Namespace) -> None:
    answer = await _desk(fleet().named(arguments.service), arguments).post(
        f"/kinds/{arguments.type}/{arguments.act}"
    )
    print(f"{arguments.type} {answer['outcome']}")


async def _dead_letters(desk: Desk, kind: str | None) -> list[dict[str, Any]]:
    letters: list[dict[str, Any]] = await desk.get(f"/dead?limit={_LISTED}")
    return [letter for letter in letters if kind in {None, letter["type"]}]


def _line(item: dict[str, Any]) -> str:
    since = datetime.fromisoformat(item["since"])
    age = _age((datetime.now(UTC) - since).total_seconds())
    return f"{item['id']}  {item['type']:<28} {item['tenant']:<16} {item['tries']} tries  {age:>6} old"


def _age(seconds: float | None) -> str:
    """A time span in its largest whole unit."""
    if seconds is None:
        return "-"
    for unit, size in (("d", 86_400), ("h", 3600), ("m", 60)):
        if seconds >= size:
            return f"{seconds / size:.0f} {unit}"
    return f"{max(seconds, 0):.1f} s"
