"""Hiring and lending through the gateway, beside the naive peer's read.

Both can go on for as long as one likes: each request hires somebody else; copies are lent and taken
back. The mails and facts that they cause are waited for, and how long that takes is told.
"""

import asyncio
import json
import secrets
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack

from servicekit.fleet import fleet
from servicekit.queue import Queue, connect

from bench import employees, libraries, statements
from bench.ground import Ground
from bench.life import new_tenant
from bench.load import Post, Target, columns, compare
from bench.options import Options
from bench.peer import naive_peer
from bench.report import Report

_CONNECTIONS = 32
_PROCESSES = ("gateway", "service", "postgres", "valkey")
_LOOK_EVERY = 0.2  # seconds
_HIRE, _LEND = "POST /hrms/employees", "POST /libraries/borrow, /return"
_DATABASES = employees.DATABASES | {_HIRE: "app1_hrms", _LEND: "app2_libraries"}
_UNSENT = "SELECT EXISTS (SELECT FROM control.outbox WHERE sent_at IS NULL AND due_at <= now())"
_SHELF = """
WITH marks AS (SELECT $1 || '-' || g AS mark FROM generate_series(1, $2) g),
added AS (
  INSERT INTO books (title, authors, subjects, version) SELECT mark, '{}', '{}', 1 FROM marks
  RETURNING id, title
),
copied AS (
  INSERT INTO copies (book_id, branch_id, barcode, item_type, status, version)
  SELECT added.id, branches.id, title, 'book', 'available', 1 FROM added, branches WHERE is_default
)
INSERT INTO patrons (has_account, active, name, category, card, version)
SELECT false, true, mark, 'student', mark, 1 FROM marks RETURNING card
"""


def beside_peers_read(where: Ground, options: Options, report: Report) -> None:
    settling: list[float] = []

    def settle() -> None:
        began = time.monotonic()
        asyncio.run(_settled(where))
        settling.append(time.monotonic() - began)

    with ExitStack() as stack:
        _, client = stack.enter_context(new_tenant(where))
        targets = [
            _hiring(where, client.headers["Authorization"].removeprefix("Bearer ")),
            _lending(where, libraries.owner(where)),
        ]
        if options.peer.is_dir():
            targets.append(stack.enter_context(naive_peer(options.peer, where, employees.PATH)))
        turns = compare(
            targets,
            connections=_CONNECTIONS,
            seconds=options.seconds,
            repeats=options.repeats,
            warm_up=2,
            settle=settle,
        )
        counts = {one.name: statements.per_request(where, one, _DATABASES[one.name]) for one in targets}
        settle()
    peer = turns.get("naive peer")
    rows = []
    for name, of_one in turns.items():
        times = of_one.times(peer) if peer and of_one is not peer else None
        if times is not None:
            report.times[name] = times
        told = "" if times is None else f"{times:.1f}"
        rows.append([name, *of_one.middle.cells(_PROCESSES), f"{counts[name]:.1f}", told])
    report.table(
        f"Writes through the gateway, {_CONNECTIONS} connections; at most {max(settling):.1f} s later all"
        " mails were sent and all facts told",
        ("", *columns(_PROCESSES), "statements", "times the peer's read"),
        rows,
    )


def _hiring(where: Ground, token: str) -> Target:
    """Somebody else each time, who is sent a welcome."""
    wish = {
        "first_name": "Name",
        "last_name": "#",
        "email": "n#@example.com",
        "date_of_joining": "2026-01-01",
        "position": "Engineer",
    }

    def posts(count: int) -> list[Post]:
        return [("/hrms/employees", json.dumps(wish))] * count

    return _target(where, _HIRE, "app1-hrms-service", token, posts)


def _lending(where: Ground, token: str) -> Target:
    """Copies lent one after the other, each to a patron of its own, and then taken back."""

    def posts(count: int) -> list[Post]:
        marks = asyncio.run(_shelf(where, count // 2))
        return [
            *(("/libraries/borrow", json.dumps({"barcode": mark, "card": mark})) for mark in marks),
            *(("/libraries/return", json.dumps({"barcode": mark})) for mark in marks),
        ]

    return _target(where, _LEND, "app2-libraries-service", token, posts)


def _target(
    where: Ground, name: str, service: str, token: str, posts: Callable[[int], Sequence[Post]]
) -> Target:
    processes = {
        "gateway": where.pids["api-gateway"],
        "service": where.pids[service],
        "postgres": where.pids["postgres"],
        "valkey": where.pids["valkey"],
    }
    return Target(name, where.gateway, [token], processes, posts)


async def _shelf(where: Ground, count: int) -> list[str]:
    """Put copies of as many titles on the shelf; what is on them, and on their patrons' cards."""
    connection = await where.connect("app2_libraries")
    async with connection.transaction():
        await connection.execute(f"SET LOCAL search_path = tenant_{libraries.TENANT}, ext")
        rows = await connection.fetch(_SHELF, secrets.token_hex(6), count)
    await connection.close()
    return [row["card"] for row in rows]


async def _settled(where: Ground) -> None:
    """Wait until nothing is on its way: every outbox told, every queue empty."""
    async with connect(where.redis_url) as redis:
        queues = [Queue(redis, entry.name) for entry in fleet().built]
        while await _unsent(where) or any([await _busy(queue) for queue in queues]):  # noqa: ASYNC110 - they raise no event here
            await asyncio.sleep(_LOOK_EVERY)


async def _busy(queue: Queue) -> bool:
    depth = await queue.depth()
    return depth.ready + depth.running > 0


async def _unsent(where: Ground) -> bool:
    for entry in fleet().built:
        connection = await where.connect(entry.database)
        unsent = await connection.fetchval(_UNSENT)
        await connection.close()
        if unsent:
            return True
    return False
