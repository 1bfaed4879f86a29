"""A service's replicas and the open connections to them."""

import asyncio
import ipaddress
import socket
from urllib.parse import urlsplit

from gateway.upstream.connection import ConnectFailed, Connection

CONNECT_TIMEOUT = 1.0  # seconds
KEEP_IDLE = 20.0  # seconds; services keep theirs 75, so that ours is the end that closes
SHUN = 1.0  # seconds without new connections to an address that refused one, while there are others


class Replica:
    """One address, and what is open to it."""

    def __init__(self, host: str, port: int) -> None:
        self.host = host
        self.port = port
        self.busy = 0
        self.shunned_until = 0.0  # loop time
        self._idle: list[Connection] = []
        self._gone = False

    async def acquire(self, *, fresh: bool) -> Connection:
        """The idle connection used last (the others may grow old and go), or a new one.

        Raises:
            ConnectFailed: refused, unreachable or too slow.
        """
        connection = self._idle.pop() if self._idle and not fresh else await self._connect()
        self.busy += 1
        return connection

    async def _connect(self) -> Connection:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(CONNECT_TIMEOUT):
                _, connection = await loop.create_connection(lambda: Connection(self), self.host, self.port)
        except OSError as error:  # TimeoutError among them
            self.shunned_until = loop.time() + SHUN
            raise ConnectFailed(str(error) or "Connecting took too long.") from error
        return connection

    def returned(self, connection: Connection, *, reusable: bool) -> None:
        self.busy -= 1
        if reusable and self._gone:
            connection.close()
        elif reusable:
            self._idle.append(connection)

    def lost(self, connection: Connection) -> None:
        if connection in self._idle:
            self._idle.remove(connection)

    def close_idle(self, *, since: float) -> None:
        """Close connections that have been idle since before a loop time."""
        for connection in [c for c in self._idle if c.idle_since <= since]:
            self._idle.remove(connection)
            connection.close()

    def retire(self) -> None:
        """The address is no longer the service's: what runs may end."""
        self._gone = True
        self.close_idle(since=float("inf"))


class Pool:
    """Chooses a replica for each exchange; keeps connections for the next one."""

    def __init__(self, addresses: list[str]) -> None:
        """Take `http://host:port` addresses; names are resolved by `refresh`.

        Raises:
            ValueError: an address has another form.
        """
        self._named: list[tuple[str, int]] = []
        self._literal: list[Replica] = []
        for address in addresses:
            parts = urlsplit(address)
            if parts.scheme != "http" or not parts.hostname or parts.path.strip("/"):
                raise ValueError(f"An upstream is http://host:port, not {address!r}")
            try:
                ipaddress.ip_address(parts.hostname)
            except ValueError:
                self._named.append((parts.hostname, parts.port or 80))
            else:
                self._literal.append(Replica(parts.hostname, parts.port or 80))
        self._replicas = self._literal

    async def acquire(self, *, fresh: bool = False) -> Connection:
        """A connection to the least busy replica, one never used if `fresh`; to another, where that refuses.

        Raises:
            ConnectFailed: none can be had.
        """
        replica = self._choose()
        try:
            return await replica.acquire(fresh=fresh)
        except ConnectFailed:
            other = self._choose()  # the one that refused is shunned by now
            if other is replica:
                raise
            return await other.acquire(fresh=fresh)

    def _choose(self) -> Replica:
        replicas = self._replicas
        if len(replicas) > 1:
            now = asyncio.get_running_loop().time()
            return min([r for r in replicas if r.shunned_until <= now] or replicas, key=lambda r: r.busy)
        if replicas:
            return replicas[0]
        raise ConnectFailed("No address is known.")

    async def tend(self) -> None:
        """Resolve names, close connections that nobody used lately; to be called every few seconds."""
        await self._resolve()
        for replica in self._replicas:
            replica.close_idle(since=asyncio.get_running_loop().time() - KEEP_IDLE)

    async def _resolve(self) -> None:
        """Take up replicas that have come, let go of those that have left; keep all where DNS fails."""
        if not self._named:
            return
        loop = asyncio.get_running_loop()
        found: dict[tuple[str, int], None] = {}
        for name, port in self._named:
            try:
                answers = await loop.getaddrinfo(name, port, type=socket.SOCK_STREAM)
            except OSError:
                return
            found.update(((str(sockaddr[0]), port), None) for *_, sockaddr in answers)
        known = {
            (replica.host, replica.port): replica
            for replica in self._replicas
            if replica not in self._literal
        }
        resolved = [known.pop(address) if address in known else Replica(*address) for address in found]
        self._replicas = [*self._literal, *resolved]
        for replica in known.values():
            replica.retire()

    def close(self) -> None:
        for replica in self._replicas:
            replica.retire()
