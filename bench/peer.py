"""The naive peer: the stack as one writes it first, run beside ours on the same PostgreSQL.

Its source is no part of this repository; its README says what it is.
"""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from bench.ground import Ground
from bench.load import Target

_GATEWAY, _SERVICE = 9301, 9302  # the ports that its source names
_TENANT = "1"
_STARTS_WITHIN = 30  # seconds


@contextmanager
def naive_peer(folder: Path, where: Ground, path: str) -> Generator[Target]:
    """Make the peer's database anew, with one tenant, and run its gateway and its service.

    Args:
        folder: where its source lies.
        where: whose PostgreSQL server it uses too.
        path: what is asked of its gateway.

    Raises:
        OSError: another process holds one of its ports.
    """
    _python(folder, "prepare.py", where.admin_url, _TENANT)
    token = _python(folder, "make_token.py", _TENANT).strip()
    database = where.admin_url.replace("postgresql://", "postgresql+asyncpg://", 1).rpartition("/")[0]
    service = _uvicorn(folder, "service:app", _SERVICE, PEER_DATABASE_URL=f"{database}/naive_hrms")
    gateway = _uvicorn(folder, "gateway:app", _GATEWAY)
    try:
        for port in (_SERVICE, _GATEWAY):
            wait_for(port)
        processes = {"gateway": gateway.pid, "service": service.pid, "postgres": where.pids["postgres"]}
        yield Target("naive peer", f"http://127.0.0.1:{_GATEWAY}{path}", [token], processes, may_fail=True)
    finally:
        for process in (gateway, service):
            process.terminate()
            process.wait()


def _python(folder: Path, *arguments: str) -> str:
    command = [sys.executable, *arguments]
    return subprocess.run(command, cwd=folder, check=True, stdout=subprocess.PIPE, text=True).stdout


def _uvicorn(folder: Path, app: str, port: int, **environment: str) -> subprocess.Popen[bytes]:
    socket.create_server(("127.0.0.1", port)).close()  # else another's answers would be measured
    options = ["--no-access-log", "--log-level=warning"]
    command = [sys.executable, "-m", "uvicorn", app, f"--port={port}", *options]
    return subprocess.Popen(command, cwd=folder, env=os.environ | environment)


def wait_for(port: int) -> None:
    """Wait until something listens on a port of loopback."""
    deadline = time.monotonic() + _STARTS_WITHIN
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
        else:
            return
