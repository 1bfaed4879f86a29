"""Where this checkout's fleet keeps its things, and on which ports it listens."""

import fcntl
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

POSTGRES_PORT = 5440
REDIS_PORT = 6390
METRICS = 1000  # a deployable's metrics are this far above its port


class FleetError(Exception):
    """What went wrong, and what to do about it."""


@dataclass(frozen=True)
class Place:
    """A checkout's development fleet: everything lies under `.dev/`, ports are moved by `offset`.

    The URLs are those of servers that are not ours, where the environment names them.
    """

    root: Path
    offset: int = 0
    admin_url: str | None = None
    redis_url: str | None = None

    @classmethod
    def last_used(cls, root: Path) -> "Place":
        """As the last `fleet up` had it."""
        try:
            return cls(root, **json.loads((root / ".dev/place.json").read_text()))
        except FileNotFoundError:
            return cls(root)

    @classmethod
    def wanted(cls, root: Path) -> "Place":
        """As the environment asks; the port offset stays as it was where nothing is said."""
        given = os.environ.get("FLEET_PORT_OFFSET") or cls.last_used(root).offset
        try:
            offset = int(given)
        except ValueError:
            raise FleetError(f"FLEET_PORT_OFFSET is a number of ports, not {given!r}") from None
        servers = (os.environ.get(name) or None for name in ("ADMIN_DATABASE_URL", "REDIS_URL"))
        return cls(root, offset, *servers)

    @property
    def dev(self) -> Path:
        return self.root / ".dev"

    def port(self, number: int) -> int:
        return number + self.offset

    def remember(self) -> None:
        facts = {"offset": self.offset, "admin_url": self.admin_url, "redis_url": self.redis_url}
        path = self.dev / "place.json"
        path.touch(0o600)
        path.write_text(json.dumps(facts))

    def secret(self, name: str) -> str:
        """A random secret of 64 hexadecimal digits, the same at every call."""
        return kept(self.dev / "secrets" / name, lambda: os.urandom(32).hex())

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Hold the checkout's lock, so that of two commands that start or stop the fleet one waits."""
        if self.dev.exists() and self.dev.stat().st_uid != os.geteuid():
            raise FleetError(f"{self.dev} belongs to another user: run this as that user, or remove it")
        self.dev.mkdir(exist_ok=True)
        with (self.dev / "lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                print("waiting for another `fleet` command of this checkout", flush=True)
                fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def kept(path: Path, make: Callable[[], str]) -> str:
    """The content of a private file, made where it is missing; whole or not at all, mode 0600."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        making = path.with_name(f".{path.name}.{os.getpid()}")
        making.touch(0o600)
        making.write_text(make())
        making.rename(path)
    return path.read_text()
