"""The logs that this process's sockets follow.

    added ─► feed of the channel ─► reads what it missed ─► every connection that follows it

A feed reads its log in order, so a connection gets each event once and in order;
who is put out of a channel gets nothing after the event that says so.
"""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

import structlog
from contracts.context import TenantContext

from servicekit.db import Database, ReadSession
from servicekit.errors import Gone
from servicekit.realtime_frame import frame

TRY_AGAIN_LATER = 1013  # close code, https://www.iana.org/assignments/websocket

AT_ONCE = 200  # events of one reading
MOST_MISSED = 5000  # events that are kept for a connection that is still joining
_TRY_AGAIN = 0.5  # seconds

log = structlog.get_logger()


@dataclass(frozen=True)
class Entry:
    """An event of a log: the frame that is sent, and whom the channel is shut to from here on."""

    seq: int
    frame: bytes
    leaver: UUID | None


class Log(Protocol):
    """A service's logs."""

    async def head(self, session: ReadSession, channel_id: UUID, user_id: UUID) -> int | None:
        """The newest event's place; None where there is no such channel, or none for the user."""

    async def after(self, session: ReadSession, channel_id: UUID, seq: int, limit: int) -> Sequence[Entry]:
        """What follows a place, in order.

        Raises:
            Gone: not all of it is kept.
        """


class Connection(Protocol):
    """A socket as it is seen from here."""

    context: TenantContext
    user_id: UUID

    def offer(self, frame: bytes) -> None:
        """Send without waiting; a connection that cannot keep up sees to its own end."""

    def hint(self, frame: bytes) -> None:
        """`offer` what may be lost: it is, where much waits already."""

    async def send(self, frame: bytes) -> None:
        """Send, waiting for room."""

    def close(self, code: int, reason: str) -> None: ...


@dataclass(eq=False)
class _Feed:
    tenant: TenantContext
    channel_id: UUID
    last: int | None = None  # the place up to which it was delivered
    live: dict[Connection, int] = field(default_factory=dict)  # and the place that each had when it became so
    joining: dict[Connection, list[Entry]] = field(default_factory=dict)  # delivered meanwhile
    woken: bool = False
    task: asyncio.Task[None] | None = None

    @property
    def key(self) -> tuple[str, UUID]:
        return self.tenant.tenant or "", self.channel_id


class Feeds:
    def __init__(self, database: Database, source: Log) -> None:
        self._database = database
        self._source = source
        self._feeds: dict[tuple[str, UUID], _Feed] = {}
        self._followed: dict[Connection, set[_Feed]] = {}

    def added(self, tenant: str, channel_id: UUID, entry: Entry) -> None:
        """Something was added to a log: hand it out if it is what comes next, else look what there is."""
        feed = self._feeds.get((tenant, channel_id))
        if feed is None or feed.last is None or entry.seq <= feed.last:
            return
        if entry.seq == feed.last + 1 and feed.task is None:
            self._hand_out(feed, [entry])
        else:
            self._wake(feed)

    def followers(self, tenant: str, channel_id: UUID) -> Collection[Connection]:
        """Those here who are live in a channel, and so members of it."""
        feed = self._feeds.get((tenant, channel_id))
        return feed.live if feed is not None else ()

    def leave(self, connection: Connection) -> None:
        """Forget what a connection followed."""
        for feed in self._followed.pop(connection, set()):
            self._drop(feed, connection)

    async def look(self) -> None:
        """Look at every log, one after the other."""
        for feed in list(self._feeds.values()):
            self._wake(feed)
            if feed.task is not None:
                await asyncio.wait([feed.task], timeout=_TRY_AGAIN)

    async def stop(self) -> None:
        tasks = [feed.task for feed in self._feeds.values() if feed.task]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def follow(self, connection: Connection, channel_id: UUID, after: int) -> None:
        """Send a connection what a channel's log has after a place, then whatever is added to it."""
        context = connection.context
        key = (context.tenant or "", channel_id)
        feed = self._feeds.setdefault(key, _Feed(_anybody(context), channel_id))
        if connection in feed.live or connection in feed.joining:
            return
        missed: list[Entry] = []
        feed.joining[connection] = missed
        self._followed.setdefault(connection, set()).add(feed)
        async with self._database.reading(context) as session:
            head = await self._source.head(session, channel_id, connection.user_id)
        if head is None:
            self._drop(feed, connection)
            await connection.send(frame("refused", channel_id=channel_id, code="not_found"))
            return
        if feed.last is None:
            feed.last = head
            self._wake(feed)
        if after > head:  # of another life of the channel: nothing that we could go on from
            await self._resync(feed, connection, head)
            return
        await self._replay(feed, connection, after, head, missed)

    async def _replay(
        self, feed: _Feed, connection: Connection, after: int, head: int, missed: list[Entry]
    ) -> None:
        """What the log has so far, then what was delivered meanwhile; from here on the connection is live."""
        while after < head:
            try:
                async with self._database.reading(connection.context) as session:
                    entries = await self._source.after(session, feed.channel_id, after, AT_ONCE)
            except Gone:
                await self._resync(feed, connection, head)
                return
            for entry in entries:
                if connection not in feed.joining or entry.seq > head:
                    break
                await connection.send(entry.frame)
                after = entry.seq
            else:
                continue
            break
        while connection in feed.joining:
            rest = [entry for entry in missed if entry.seq > after]
            if not rest:
                del feed.joining[connection]
                feed.live[connection] = after
                connection.offer(frame("live", channel_id=feed.channel_id, seq=after))
                return
            for entry in rest:
                await connection.send(entry.frame)
                after = entry.seq

    async def _resync(self, feed: _Feed, connection: Connection, head: int) -> None:
        self._drop(feed, connection)
        await connection.send(frame("resync_required", channel_id=feed.channel_id, last_seq=head))

    def _wake(self, feed: _Feed) -> None:
        feed.woken = True
        if feed.task is None and feed.last is not None:
            feed.task = asyncio.create_task(self._deliver(feed))

    async def _deliver(self, feed: _Feed) -> None:
        """Hand out what is new until there is nothing, and nobody woke the feed meanwhile."""
        try:
            while feed.woken and (feed.live or feed.joining):
                feed.woken = False
                try:
                    while len(entries := await self._new(feed)) == AT_ONCE:
                        self._hand_out(feed, entries)
                    self._hand_out(feed, entries)
                except Exception as error:  # noqa: BLE001 - whatever it is, the next try reads the same again
                    log.warning("log not read", channel=str(feed.channel_id), reason=repr(error))
                    feed.woken = True
                    await asyncio.sleep(_TRY_AGAIN)
        finally:
            feed.task = None

    async def _new(self, feed: _Feed) -> Sequence[Entry]:
        async with self._database.reading(feed.tenant) as session:
            return await self._source.after(session, feed.channel_id, feed.last or 0, AT_ONCE)

    def _hand_out(self, feed: _Feed, entries: Sequence[Entry]) -> None:
        for entry in entries:
            for connection, had in feed.live.items():
                if entry.seq > had:
                    connection.offer(entry.frame)
            for connection, missed in feed.joining.items():
                missed.append(entry)
                if len(missed) > MOST_MISSED:
                    connection.close(TRY_AGAIN_LATER, "too slow")
            feed.last = entry.seq
            if entry.leaver is not None:
                for connection in (*feed.live, *feed.joining):
                    if connection.user_id == entry.leaver:
                        self._drop(feed, connection)

    def _drop(self, feed: _Feed, connection: Connection) -> None:
        feed.live.pop(connection, None)
        feed.joining.pop(connection, None)
        if connection in self._followed:
            self._followed[connection].discard(feed)
        if not feed.live and not feed.joining and self._feeds.get(feed.key) is feed:
            del self._feeds[feed.key]


def _anybody(context: TenantContext) -> TenantContext:
    return TenantContext(kind="service", application=context.application, tenant=context.tenant)
