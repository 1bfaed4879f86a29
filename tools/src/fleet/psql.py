"""PostgreSQL's own programs on the fleet's PostgreSQL."""

import asyncio
import os
import re
import shutil
import subprocess
from pathlib import Path
from urllib.parse import unquote, urlsplit

from servicekit.embedded import postgres_program

from fleet.place import FleetError

SERVER_VERSION = 18  # major; also the least that the fleet works with


def replace_with_psql(admin_url: str, database: str | None, arguments: list[str]) -> None:
    """Become psql, as the superuser."""
    where, password = address(admin_url, database)
    program = _program()
    os.execve(program, [program, where, *arguments], os.environ | password)  # noqa: S606 - no shell is needed


async def run(program: str, admin_url: str, database: str, *arguments: str) -> None:
    """Run a program on a service's database, as the role that owns it.

    Raises:
        FleetError: it failed.
    """
    where, password = address(admin_url, database)
    child = await asyncio.create_subprocess_exec(
        str(postgres_program(program)),
        f"--dbname={where}",
        f"--role={database}",
        *arguments,
        env=os.environ | password,
        stderr=asyncio.subprocess.PIPE,
    )
    _, said = await child.communicate()
    if child.returncode != 0:
        raise FleetError(f"{program} failed on {database}: {said.decode(errors='replace').strip()}")


async def restore_dump(admin_url: str, database: str, dump: Path) -> None:
    """Load a dump in pg_dump's custom format, whole or not at all.

    What it makes is the owning role's, whose default privileges let the reading role in.

    Raises:
        FleetError: it could not be loaded.
    """
    alone = ("--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error")
    await run("pg_restore", admin_url, database, *alone, str(dump))


def address(admin_url: str, database: str | None) -> tuple[str, dict[str, str]]:
    """A database's URL without the password, and the password as libpq's programs take it.

    It goes by the environment, where `ps` does not show it.
    """
    server = urlsplit(admin_url)
    user_and_host = f"{server.username}@{server.netloc.rpartition('@')[2]}"
    path = f"/{database}" if database else server.path
    url = server._replace(netloc=user_and_host, path=path).geturl()
    return url, {"PGPASSWORD": unquote(server.password or "")}


def _program() -> str:
    """The system's psql where it is new enough, because it edits lines; else the one beside the server."""
    if installed := shutil.which("psql"):
        version = subprocess.run([installed, "--version"], check=True, capture_output=True, text=True).stdout
        if (major := re.search(r"\d+", version)) and int(major[0]) >= SERVER_VERSION:
            return installed
    return str(postgres_program("psql"))
